"""What each stage costs of the whole: photos, videos and recordings indexed end to end with the pack `starter`.

The times are those that the product itself writes with every finished stage (`StageRun.took_ms`), once the models are
loaded. Stages run beside each other and share the cores, so their sum is more than the time that passes.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

from django.db.models import Count, Sum

from dam.catalog import pack as choices
from dam.catalog.models import Person, StageRun
from dam.catalog.readers import status
from dam.catalog.writers.libraries import add_library
from dam.config import config
from dam.people import vectors
from dam.types import Stage, StageState
from indexer.compose import follow_pack, make_pipeline
from indexer.intake import scan_library
from tests.bench import media
from tests.bench.indexing import forget_everything
from tests.bench.measure import OURS, Figure, Report, figures_of
from tests.bench.task import Settings

_PACK = "starter"
_KINDS = (media.PHOTOS, media.VIDEOS, media.SOUNDS)
_MOST, _MOST_QUICK = (24, 3, 1), (2, 1, 1)  # photos, videos, recordings: mostly photos, as at home


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One indexing: the seconds that passed, and by stage the seconds that it wrote down and the files it did."""

    wall_s: float
    seconds: Mapping[Stage, float]
    files: Mapping[Stage, int]


def measure(settings: Settings) -> Report:
    """Index the same files once a round, into an empty catalogue each time."""
    if config().env.pack not in ("", _PACK):
        return Report(remarks=(f"stages: AFTERIMAGE_PACK is set, and they are measured with “{_PACK}”.",))
    choices.use(_PACK, answering=_PACK)
    warm = media.copy_library(_some((1, 1, 1)), settings.scratch / "warm")
    files = media.copy_library(_some(_MOST_QUICK if settings.quick else _MOST), settings.scratch / "files")
    _index(warm)  # loads the models
    rounds = [_round(files) for _ in range(settings.rounds)]
    return report_of(rounds, files=len(files))


def report_of(rounds: Sequence[Round], *, files: int) -> Report:
    """Return files a second, and each stage's share of all stages' time, the largest first."""
    figures: list[Figure] = []
    for stage, files_of_stage in rounds[0].files.items():
        shares = [100 * each.seconds[stage] / sum(each.seconds.values()) for each in rounds]
        each_ms = 1000 * median(each.seconds[stage] for each in rounds) / files_of_stage
        notes = {OURS: f"{files_of_stage} files, {each_ms:,.0f} ms each"}
        figures += figures_of(f"stage {stage.value}: share of all stages' time", "%", {OURS: shares}, notes=notes)
    figures.sort(key=lambda figure: -figure.value)
    beside = median(sum(each.seconds.values()) / each.wall_s for each in rounds)
    whole_note = {OURS: f"every stage of “{_PACK}”; the stages' times add up to {beside:.1f} × the time that passed"}
    rates = {OURS: [files / each.wall_s for each in rounds]}
    return Report(
        figures=(*figures_of(f"all stages over {files} files", "files/s", rates, notes=whole_note), *figures),
        about={"stages measured over": media.source()},
    )


def _some(most: tuple[int, ...]) -> list[Path]:
    return list(chain.from_iterable(media.find(kinds)[:count] for kinds, count in zip(_KINDS, most, strict=True)))


def _round(files: Sequence[Path]) -> Round:
    wall_s = _index(files)
    done = list(StageRun.objects.values_list("stage").annotate(ms=Sum("took_ms"), number=Count("pk")))
    return Round(
        wall_s=wall_s,
        seconds={Stage(stage): ms / 1000 for stage, ms, _ in done},
        files={Stage(stage): number for stage, _, number in done},
    )


def _index(files: Sequence[Path]) -> float:
    """Index one folder into an empty catalogue; returns seconds. Raises RuntimeError unless everything was done."""
    forget_everything()
    Person.objects.all().delete()
    vectors.drop()
    library = add_library(files[0].parent)
    began = time.perf_counter()
    scan_library(library.id)
    follow_pack()
    blocked = make_pipeline().run_until_idle()
    took = time.perf_counter() - began
    states = dict(StageRun.objects.values_list("state").annotate(number=Count("pk")))
    if blocked or set(states) != {StageState.DONE}:
        raise RuntimeError(f"not everything was done ({states}): {blocked or status.reasons()}")
    return took
