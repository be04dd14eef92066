"""Pinned queries: "this search must find that asset", asked again after each change of what decides an answer.

    pin({"q": "boat at night"}, asset_id=12)
    report = run(RunCause.HAND)                      # recall@k, ranks, by the pack in use
    other = run(RunCause.HAND, pack="standard")      # by one whose vectors lie beside, before it answers

A rank is counted over the whole answer as a page orders it, good hits and the others, up to a thousand.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, sleep

from dam import wiring
from dam.catalog.readers import pins as reader
from dam.catalog.readers.pins import Pin
from dam.catalog.readers.search import UnitPlace
from dam.catalog.writers import pins as writer
from dam.catalog.writers.pins import Placing
from dam.config import config
from dam.engines import weights
from dam.engines.packs import Pack, load_pack, load_packs
from dam.errors import AfterimageError, CollectionError, EngineError, PackIncomplete, QueryError
from dam.ports import Embedder
from dam.types import MediaKind, RunCause
from search.answer.answers import MANY, Asked, read_asked
from search.query.wordings import normalised
from search.rank import Ranked
from search.saved import identity
from search.saved.recall import Measures, measure
from search.service import find, parse_query
from search.vectors.follow import Follower

_here = threading.Lock()  # one run at a time in this process, whoever asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run as it was recorded: by which pack, where everything was found, and what that comes to."""

    run_id: int
    pack: str
    placings: tuple[Placing, ...]
    measures: Measures
    took_ms: int


def pin(
    parameters: Mapping[str, str],
    *,
    asset_id: int,
    span_ms: tuple[int, int] | None = None,
    note: str = "",
    source: Follower | None = None,
) -> int:
    """Pin a search to an asset; returns the pin's id. Raises CollectionError, QueryError for what can't be asked."""
    asked = {name: value for name, value in normalised(parameters).items() if name in {"q", "kind", "strict"}}
    if not asked.get("q"):
        raise CollectionError("Which search must find it? Type its words.")
    with suppress(EngineError):  # a model that is away now may be here when it is run
        find(parse_query(asked["q"]), source=source)
    return writer.add_pin(asked, asset_id, span_ms=span_ms, note=note).pk


def unpin(pin_id: int) -> int:
    """Remove a pinned query; returns the correction that takes it back. Raises CollectionError."""
    return writer.remove_pin(pin_id)


def run(
    cause: RunCause,
    *,
    pack: str = "",
    source: Follower | None = None,
    pause: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Ask every pinned query and record where it found what it must find.

    `pack` names one whose vectors lie beside those of the pack in use. With `pause` it rests after each query for as
    long as that took, so that people come first. Raises CollectionError without pinned queries, ConfigError for a
    pack that does not exist, ModelUnavailable, PackIncomplete, database errors.
    """
    every = reader.pins()
    if not every:
        raise CollectionError("No query is pinned yet: pin one from a result, or with `manage.py pins add`.")
    with _here:
        active = wiring.active_pack()
        chosen = load_pack(pack) if pack else active
        compared = chosen.name != active.name
        embedder = _ready(chosen, active) if compared else None
        known = identity.identity(chosen)
        # A pack that is not in use is not followed for ever: what is opened for it goes with this run.
        asking = source or (Follower(snapshots=config().places.snapshots) if compared else None)
        placings, took_s = [], 0.0
        for each in every:
            began = perf_counter()
            placings.append(_place(each, embedder, asking))
            spent = perf_counter() - began
            took_s += spent
            on_progress(len(placings), len(every))
            if pause:
                sleep(spent)
        took_ms = round(took_s * 1000)
    measures = measure([each.rank for each in placings])
    run_id = writer.record_run(
        placings,
        cause=cause,
        pack=chosen.name,
        compared=compared,
        identity=(known.digest, known.parts),
        measures={
            "found": measures.found,
            "recall": {str(k): share for k, share in measures.recall.items()},
            "mean_reciprocal_rank": measures.mean_reciprocal_rank,
            "mean_rank": measures.mean_rank,
        },
        took_ms=took_ms,
    )
    return Report(run_id=run_id, pack=chosen.name, placings=tuple(placings), measures=measures, took_ms=took_ms)


def due() -> RunCause | None:
    """Return why the pinned queries are to be run again, None while nothing has changed. Raises ConfigError."""
    if not reader.any_pins():
        return None
    last = reader.runs(limit=1, compared=False)
    if not last:
        return RunCause.PINS
    now = identity.identity()
    if now.digest != last[0].identity:
        return identity.cause_of(identity.changed(last[0].parts, now.parts))
    return RunCause.PINS if reader.pins_never_run() else None


def comparable_packs() -> list[Pack]:
    """Return the packs beside the one in use that have vectors of this library, and their weights here."""
    active = wiring.active_pack()
    return [
        pack
        for pack in load_packs().values()
        if pack.name != active.name
        and pack.embedder.name != active.embedder.name
        and weights.is_present(pack, models=config().places.models)
        and _has_vectors(pack)
    ]


def _has_vectors(pack: Pack) -> bool:
    try:
        return reader.has_vectors(wiring.embedder(pack.name).info.space)
    except AfterimageError:
        return False


def _ready(chosen: Pack, active: Pack) -> Embedder:
    """Return a pack's embedder once its vectors are complete. Raises ModelUnavailable, PackIncomplete."""
    embedder = wiring.embedder(chosen.name)
    ours, theirs = wiring.embedder(active.name).info, embedder.info
    spaces = [(theirs.space, ours.space), (f"speech:{theirs.name}", f"speech:{ours.name}")]
    missing = sum(reader.units_without(space, among=among) for space, among in spaces)
    if missing:
        total = sum(reader.units_in(among) for _, among in spaces)
        raise PackIncomplete(
            f"The pack “{chosen.name}” has no vectors yet of {missing:,} of the {total:,} photos, shots and spoken "
            f"lines that “{active.name}” has. `manage.py models use {chosen.name} --wait` has them made beside those "
            "in use, and keeps the search as it is until you choose.",
            missing=missing,
        )
    return embedder


def _place(each: Pin, embedder: Embedder | None, source: Follower | None) -> Placing:
    asked = read_asked(each.asked)
    try:
        hits = _ranked(asked, embedder, source)
    except QueryError as error:  # an operator's value that is gone: this query alone can't be asked
        return Placing(pin_id=each.id, problem=str(error))
    for number, hit in enumerate(hits, start=1):
        if _is_it(hit.place, each):
            return Placing(pin_id=each.id, rank=number, score=round(hit.score, 4), good=hit.good)
    return Placing(pin_id=each.id)


def _ranked(asked: Asked, embedder: Embedder | None, source: Follower | None) -> list[Ranked]:
    query = parse_query(asked.text)
    found = find(query, strictness=asked.strictness, embedder=embedder, source=source)
    return [hit for hit in found.ranked[:MANY] if asked.kind in {None, hit.place.unit_kind}]


def _is_it(place: UnitPlace, each: Pin) -> bool:
    if place.asset_id != each.asset_id:
        return False
    if each.span_ms is None or place.kind is MediaKind.PHOTO:
        return True
    start, end = each.span_ms
    return place.start_ms < end and start < place.end_ms
