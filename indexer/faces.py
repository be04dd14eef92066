"""The step from renditions to people: faces are found in frames, followed, recorded, and given a person."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from django.db import transaction

from dam.catalog.models import StageRun, Unit
from dam.catalog.writers.appearances import Appearance, record_faces
from dam.catalog.writers.faces import CROP_PREFIX, delete_unlisted_crops
from dam.catalog.writers.people import steady_people
from dam.catalog.writers.renditions import place
from dam.engines.faces.crops import CROP_PX, crop_face
from dam.people.grouping import find_places, take_turn, warm_up
from dam.people.tracks import Frame, follow
from dam.ports import FaceModelInfo, Pixels
from dam.types import FoundFace, RenditionFile, RenditionRole
from indexer.pictures import Seen, see
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cropped:
    """A face and its JPEG, made while the picture is in memory."""

    face: FoundFace
    jpeg: bytes


def find_faces(runs: Sequence[StageRun], tools: Tools) -> None:
    """Look for faces in the runs' assets (all of one model), and find out whose they are."""
    watch = Stopwatch()
    engine = tools.engines.faces(runs[0].model)

    def look(pictures: Sequence[Pixels]) -> list[list[_Cropped]]:
        return [
            [_Cropped(face=face, jpeg=crop_face(picture, face.box)) for face in faces]
            for picture, faces in zip(pictures, engine.find_faces(pictures), strict=True)
        ]

    whole, seen = see(runs, tools, step=find_faces, engine=look)
    if not whole:
        return
    found = _place_crops(_appearances(seen, engine.info), whole, tools, model=engine.info.name)
    warm_up(engine.info)
    try:
        with transaction.atomic():
            take_turn()
            recorded = record_faces(whole, found, info=engine.info, steady=steady_people(), took_ms=watch.ms)
            joined = find_places(engine.info.name, recorded.waiting, info=engine.info)
    finally:
        # Of faces that are gone, or that were not ours to write.
        delete_unlisted_crops({run.asset_id for run in whole}, folder=tools.places.renditions)
    log.info("looked for faces", assets=len(recorded.runs), faces=len(found), with_person=joined, ms=watch.ms)


def _appearances(seen: Sequence[Seen[list[_Cropped]]], info: FaceModelInfo) -> list[tuple[int, Appearance, bytes]]:
    """Return (asset id, appearance, JPEG) of every face that is followed."""
    frames: dict[int, list[Seen[list[_Cropped]]]] = defaultdict(list)
    for each in seen:
        frames[each.unit_id].append(each)
    units = Unit.objects.in_bulk(frames)
    found = []
    for unit_id, of_unit in frames.items():
        unit = units.get(unit_id)
        if unit is None:  # prepared anew meanwhile; the run is no longer ours
            continue
        ordered = sorted(of_unit, key=lambda each: each.at_ms)
        pictures = [Frame(at_ms=each.at_ms, faces=tuple(one.face for one in each.found)) for each in ordered]
        tracks = follow(pictures, unit_id=unit_id, start_ms=unit.start_ms, end_ms=unit.end_ms, info=info)
        found += [(unit.asset_id, each.appearance, ordered[each.frame].found[each.face].jpeg) for each in tracks]
    return found


def _place_crops(
    found: Sequence[tuple[int, Appearance, bytes]], runs: Sequence[StageRun], tools: Tools, *, model: str
) -> list[Appearance]:
    """Write the crops to their places; the same face found again gets the same file."""
    assets = {run.asset_id: run.asset for run in runs}
    folder = tools.scratch("faces")
    placed = []
    for asset_id, appearance, jpeg in found:
        name = f"{CROP_PREFIX}{_digest(appearance, model)}"
        scratch = folder / f"{name}.jpg"
        scratch.write_bytes(jpeg)
        file = RenditionFile(
            role=RenditionRole.FACE,
            path=scratch,
            mime="image/jpeg",
            width=CROP_PX,
            height=CROP_PX,
            at_ms=appearance.at_ms,
        )
        crop = place(assets[asset_id], file, name=name, folder=tools.places.renditions)
        placed.append(replace(appearance, crop=crop))
    return placed


def _digest(appearance: Appearance, model: str) -> str:
    """Return a short name for a face of a model: of its unit, its moment and its box, to a thousandth."""
    box = appearance.box
    corners = ",".join(f"{share:.3f}" for share in (box.x, box.y, box.width, box.height))
    told = f"{model} {appearance.unit_id} {appearance.at_ms} {corners}"
    return hashlib.blake2b(told.encode(), digest_size=10).hexdigest()
