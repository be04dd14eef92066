"""Faces gone: rows, vectors and crops deleted together, so that nothing points to what is not there."""

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from dam.catalog import jobs
from dam.catalog.ids import chunks
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Correction,
    Embedding,
    Face,
    FaceRefusal,
    IgnoredRegion,
    Person,
    Rendition,
    StageModel,
    StageRun,
    Tombstone,
)
from dam.catalog.readers.people import same_name
from dam.catalog.settle import settle_assets
from dam.catalog.writers.people_journal import SUBJECT
from dam.catalog.writers.units import forget_embeddings
from dam.types import RenditionRole, Stage

CROP_PREFIX = "face-"  # of the file names of crops, which are the only ones to begin so
SPACE_PREFIX = "face:"
_ROWS_AT_ONCE = 5000


def delete_faces(face_ids: Sequence[int]) -> set[str]:
    """Delete faces with their vectors and their crops' rows; returns the spaces of the vectors.

    The crops' files go by `delete_unlisted_crops` once the transaction has ended.
    """
    spaces: set[str] = set()
    for some in chunks(face_ids):
        rows = list(Face.objects.filter(pk__in=some).values_list("embedding_id", "embedding__space", "crop_id"))
        Face.objects.filter(pk__in=some).delete()
        vectors = [(pk, space) for pk, space, _ in rows if space]
        forget_embeddings(vectors)
        Rendition.objects.filter(pk__in=[crop for _, _, crop in rows if crop]).delete()
        spaces |= {space for _, space in vectors}
    return spaces


def ignore_where(faces: Iterable[Face]) -> None:
    """Look for no face any more where these are, at any time of their appearances.

    A region holds for half a second before and after its moment: one each second keeps an appearance forgotten also
    where its shot is cut in two later.
    """
    IgnoredRegion.objects.bulk_create(
        [
            IgnoredRegion(unit_id=face.unit_id, at_ms=at_ms, x=face.x, y=face.y, width=face.width, height=face.height)
            for face in faces
            for at_ms in _moments(face)
        ],
        batch_size=500,
    )


def forget_said(person_id: int, name: str, face_ids: Collection[int]) -> None:
    """Delete what was written of a person in words: corrections that mention them, and the regions of that name."""
    mentioned = [
        row.pk for row in Correction.objects.filter(subject=SUBJECT) if _mentions(row, person_id, name, face_ids)
    ]
    Correction.objects.filter(pk__in=mentioned).delete()
    if not name:
        return
    for row in AssetMetadata.objects.exclude(regions=[]).only("asset_id", "regions"):
        kept = [region for region in row.regions if not same_name(str(region.get("name", "")), name)]
        if len(kept) < len(row.regions):
            row.regions = kept
            row.save(update_fields=["regions"])


def delete_unlisted_crops(asset_ids: Collection[int], *, folder: Path) -> int:
    """Delete the files of crops of these assets that no row names (any more); returns how many."""
    count = 0
    for some in chunks(sorted(asset_ids)):
        listed = set(
            Rendition.objects.filter(asset_id__in=some, role=RenditionRole.FACE).values_list("key", flat=True)
        )
        for fingerprint in Asset.objects.filter(pk__in=some).values_list("fingerprint", flat=True):
            place = f"{fingerprint[:2]}/{fingerprint[2:]}"
            for file in (folder / place).glob(f"*{CROP_PREFIX}*"):  # those half copied are called .face-….new
                if f"{place}/{file.name}" not in listed:
                    file.unlink(missing_ok=True)
                    count += 1
    return count


def delete_all_crops(folder: Path) -> int:
    """Delete the files of all crops; returns how many."""
    count = 0
    for file in folder.glob(f"*/*/*{CROP_PREFIX}*"):
        file.unlink(missing_ok=True)
        count += 1
    return count


def delete_everything() -> tuple[int, set[str]]:
    """Delete all faces, people, vectors and what was said of them; returns how many faces, and the vectors' spaces.

    The files' own regions lose their names, too. Row by row nothing is loaded: a hundred thousand faces take seconds.
    """
    count = Face.objects.count()
    Correction.objects.filter(subject=SUBJECT).delete()
    FaceRefusal.objects.all().delete()
    IgnoredRegion.objects.all().delete()
    Person.objects.update(cover=None)
    _raw_delete(Face.objects.all())
    _raw_delete(Person.objects.all())
    vectors = Embedding.objects.filter(space__startswith=SPACE_PREFIX)
    spaces = set(vectors.order_by().values_list("space", flat=True).distinct())
    for space in spaces:
        ids = list(vectors.filter(space=space).values_list("pk", flat=True))
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            some = ids[start : start + _ROWS_AT_ONCE]
            Tombstone.objects.bulk_create([Tombstone(embedding_id=pk, space=space) for pk in some], batch_size=500)
    _raw_delete(vectors)
    _raw_delete(Rendition.objects.filter(role=RenditionRole.FACE))
    runs = StageRun.objects.filter(stage=Stage.FACES)
    assets = list(runs.values_list("asset_id", flat=True).distinct())
    _raw_delete(runs)
    StageModel.objects.filter(stage=Stage.FACES).delete()
    for start in range(0, len(assets), _ROWS_AT_ONCE):
        settle_assets(assets[start : start + _ROWS_AT_ONCE])
    for row in AssetMetadata.objects.exclude(regions=[]).only("asset_id", "regions"):
        row.regions = [region | {"name": ""} for region in row.regions]
        row.save(update_fields=["regions"])
    return count, spaces


def read_regions_again() -> int:
    """Make due again the files whose regions had lost their names; returns how many."""
    nameless = [
        pk
        for pk, regions in AssetMetadata.objects.exclude(regions=[]).values_list("asset_id", "regions")
        if any(not region.get("name") for region in regions)
    ]
    return sum(jobs.redo(some, stage=Stage.PREPARE) for some in chunks(nameless))


def _mentions(row: Correction, person_id: int, name: str, face_ids: Collection[int]) -> bool:
    if name and name in row.summary + json.dumps(row.inverse, ensure_ascii=False):
        return True
    inverse = row.inverse
    people = {person for person, *_ in [*inverse.get("faces", []), *inverse.get("people", [])]}
    pairs = [*inverse.get("refused", []), *inverse.get("unrefused", [])]
    people |= {*inverse.get("made", []), *(person for _, person in pairs)}
    faces = {face for *_, ids in inverse.get("faces", []) for face in ids} | {face for face, _ in pairs}
    return person_id in people or not faces.isdisjoint(face_ids)


def _moments(face: Face) -> set[int]:
    """Return moments of an appearance such that none of its times is more than half a second away."""
    return {face.at_ms, *range(face.start_ms + 500, face.end_ms, 1000), max(face.start_ms, face.end_ms - 500)}


def _raw_delete(rows: QuerySet[Any]) -> None:
    """Delete by one statement: what hangs on these rows was deleted before."""
    rows.order_by()._raw_delete(rows.db)  # noqa: SLF001 - Django's own, for callers that know of no cascade
