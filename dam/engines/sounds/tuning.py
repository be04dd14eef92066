"""What is usual between a model's sounds and texts: where a search by sound and a tag of a sound begin."""

from dataclasses import dataclass

from dam.ports import ModelInfo

STARTER = "afterimage-starter-clap-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTuning:
    """Of cosines between a text and sounds that it does not mean, in the terms of the search's own tuning.

    `centre` and `spread` count as `weight` rows of background; `good_z` is where a hit begins, `steepness` how fast
    certainty grows with z. `prompts` are averaged into the query's vector. A model with a bias has a verdict of its
    own, which counts `own_share` (0..1) of the whole; `yes_shift` is added to its log-odds.
    """

    centre: float
    spread: float
    weight: float = 20.0
    good_z: float = 3.0
    steepness: float = 1.6
    own_share: float = 0.5
    yes_shift: float = 0.0
    prompts: tuple[str, ...] = ("{}", "the sound of {}")


# LAION's CLAPs: in the documentation of transformers the right one of two texts leads by 7.8 of log-odds at a scale
# of about 18, a cosine of 0.4 over the wrong one, which lies near 0.05. From those examples, not measured over a
# library: the search leans on the library's own background as soon as there is one. "This is a sound of" is the
# prompt of their zero-shot results (Wu et al. 2023, section 4.2).
_CLAP = SoundTuning(centre=0.05, spread=0.1, prompts=("{}", "This is a sound of {}."))
# The project's own: trained with the truth of every pair of sound and phrase, so its verdict needs no shift and says
# most of it. Over 265 windows of recordings the middle of a query's cosines is -0.09 and their spread 0.11 (medians
# of 16 queries); a right one lies at 0.35 to 0.55, a phrase that means nothing to it at -0.14 and below.
_STARTER = SoundTuning(centre=-0.1, spread=0.12, own_share=0.75, prompts=("{}",))
_BY_NAME = {STARTER: _STARTER}


def sound_tuning(info: ModelInfo) -> SoundTuning:
    """Return what is usual between this model's sounds and texts."""
    return _BY_NAME.get(info.name, _CLAP)
