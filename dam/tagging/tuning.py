"""How each model is asked for a concept, what is usual for its cosines, and which words it knows at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dam.catalog.lexicon import folded
from dam.ports import ModelInfo
from dam.scenes import captions
from dam.scenes.vocabulary import COLOURS, Thing
from dam.tagging.vocabulary import Concept

STARTER = "afterimage-starter-clip-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTuning:
    """What is usual for a model between a picture and a concept that it does not show.

    `centre` and `spread` of the cosines count as `weight` pictures of background. `good_z` is where a tag begins to
    be as likely true as not, `steepness` how fast certainty grows with z. A model with a bias has a verdict of its
    own, which counts `own_share` (0..1) of the whole; `yes_shift` is added to its log-odds. `templates` make
    the concept's vector (the ensembling of Radford et al., “Learning Transferable Visual Models From Natural Language
    Supervision”, 2021, section 3.1.4; these are of their shortest list, for photos of all sizes and qualities).
    `drawn`: it knows the project's drawn world alone, and speaks only of pictures that it finds to be of that world:
    whose log-odds for the best of its landscapes reach `at_home`.
    """

    centre: float
    spread: float
    weight: float = 50.0
    good_z: float = 3.0
    steepness: float = 1.6
    own_share: float = 0.5
    yes_shift: float = 5.0
    templates: tuple[str, ...] = ("{}", "a photo of {}", "a good photo of {}", "a close-up photo of {}")
    drawn: bool = False
    at_home: float = 0.0


# Cosines of unrelated picture and text: for the OpenAI and LAION CLIPs around 0.15 ± 0.03. For SigLIPs around
# 0.0 ± 0.03 (their loss pushes wrong pairs below the bias); their log-odds are those of one caption among a batch of
# thousands, and so far below even for a right one: hence the shift (as in search).
_CLIP = TagTuning(centre=0.15, spread=0.03)
_SIGLIP = TagTuning(centre=0.0, spread=0.03)
# Trained with the truth of every pair of picture and phrase, so its verdict needs no shift and says most of it; and
# with phrases as people type them, so no template around them.
#
# Of the demo library's 28 pictures the least has 1.1 for its landscape, the median 2.3; of 58 real photos 95 of a
# hundred have at most 0.2, the median -2.4.
_STARTER = TagTuning(
    centre=-0.3, spread=0.2, own_share=0.75, yes_shift=0.0, templates=("{}",), drawn=True, at_home=0.7
)


def tuning(info: ModelInfo) -> TagTuning:
    """Return what is usual for a model."""
    if info.name == STARTER:
        return _STARTER
    return _CLIP if info.logit_bias is None else _SIGLIP


def prompts(concept: Concept, usual: TagTuning) -> tuple[str, ...]:
    """Return what a model is asked, () where it can't know the concept."""
    if usual.drawn:
        return _drawn_prompts(concept)
    phrases = concept.prompts or (concept.name,)
    return tuple(template.format(phrase) for phrase in phrases for template in usual.templates)


@cache
def landscapes(usual: TagTuning) -> tuple[str, ...]:
    """Return the phrases of which one is true of every picture that the model can judge; () for no bounds."""
    if not usual.drawn:
        return ()
    return tuple(f"{spots[0]} {times[0]}" for spots in captions.SPOTS.values() for times in captions.TIMES.values())


def _drawn_prompts(concept: Concept) -> tuple[str, ...]:
    """Return the phrases of the drawn world for a concept: for one that it draws, or for the user's own phrase.

    Only the plain words count ("rain", not "storm"): the others are the same to the model, but not to people.
    """
    for word in (concept.name, *concept.synonyms):
        if folded(word) in _drawn_concepts():
            return _drawn_concepts()[folded(word)]
    words = (concept.name, *concept.synonyms) if concept.own else ()
    return tuple(word.lower() for word in words if word.lower() in _drawn_phrases())


@cache
def _drawn_concepts() -> dict[str, tuple[str, ...]]:
    """Return, by their plain word, the phrases of each thing, place and light."""
    lists = (*captions.NAMES.values(), *captions.SPOTS.values(), *captions.MOMENTS.values())
    return {folded(phrases[0]): phrases for phrases in lists}


@cache
def _drawn_phrases() -> frozenset[str]:
    """Return things with a colour, a place or a light, as the model was taught them."""
    endings = [ending for some in (*captions.SETTINGS.values(), *captions.TIMES.values()) for ending in some]
    return frozenset(phrase for thing in Thing for phrase in _about(thing, endings))


def _about(thing: Thing, endings: Sequence[str]) -> Iterator[str]:
    for name in captions.NAMES[thing]:
        for noun in (name, *(f"{colour} {name}" for colour in COLOURS[thing])):
            yield noun
            yield from (f"{noun} {ending}" for ending in endings)
