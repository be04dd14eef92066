"""The user's own words, taught tags and what people said of tags, out of a catalogue and into one."""

import base64
from collections.abc import Iterable, Iterator

from django.db.models import Q

from dam.catalog.models import Tag, TagVerdict, TaughtTag
from dam.catalog.portable.arrival import (
    BATCH,
    UNIT_FIELDS,
    Arrival,
    Row,
    batches,
    create_dated,
    moment_of,
    text_of,
    unit_ref,
)
from dam.types import TagKind


def tags() -> Iterator[Row]:
    """Yield the tags that are the user's, and those of which somebody said something, parents before children."""
    said = TagVerdict.objects.values("tag_id")
    wanted = Tag.objects.filter(Q(own=True) | Q(retired=True) | Q(kind=TagKind.TAUGHT) | Q(pk__in=said))
    rows = {row.pk: row for row in wanted.select_related("parent")}
    parents = [row.parent for row in rows.values() if row.parent is not None]
    while parents:  # up to the root
        rows |= {row.pk: row for row in parents}
        parents = [row.parent for row in parents if row.parent is not None and row.parent.pk not in rows]
    taught: dict[int, list[Row]] = {}
    for one in TaughtTag.objects.filter(tag_id__in=rows).order_by("pk"):
        weights = base64.b64encode(bytes(one.weights)).decode("ascii")
        taught.setdefault(one.tag_id, []).append(
            {"space": one.space, "weights": weights, "bias": one.bias, "examples": one.examples}
        )
    for row in sorted(rows.values(), key=lambda row: (row.key.count("/"), row.key)):
        yield {
            "key": row.key,
            "name": row.name,
            "parent": row.parent.key if row.parent else None,
            "kind": row.kind,
            "synonyms": row.synonyms,
            "own": row.own,
            "retired": row.retired,
            "classifiers": taught.get(row.pk, []),
        }


def verdicts() -> Iterator[Row]:
    """Yield what people said: a tag is true of a unit, or is not; a taught tag's are its examples."""
    rows = TagVerdict.objects.order_by("pk").values_list(*UNIT_FIELDS, "tag__key", "accepted", "said_at")
    for fingerprint, kind, start_ms, end_ms, tag, accepted, said_at in rows.iterator(chunk_size=BATCH):
        yield {
            "unit": unit_ref(fingerprint, kind, start_ms, end_ms),
            "tag": tag,
            "accepted": accepted,
            "said_at": text_of(said_at),
        }


def take_tags(rows: Iterable[Row], arrival: Arrival) -> None:
    """Find tags by their keys, or make them, with what was learnt of their examples."""
    here = dict(Tag.objects.values_list("key", "pk"))
    for row in rows:
        pk = here.get(row["key"])
        arrival.count("tags", "there" if pk is not None else "added")
        if pk is None:
            made = Tag.objects.create(
                parent_id=here.get(row["parent"] or ""),
                **{name: row[name] for name in ("key", "name", "kind", "synonyms", "own", "retired")},
            )
            pk = here[row["key"]] = made.pk
        arrival.tags[row["key"]] = pk
        known = set(TaughtTag.objects.filter(tag_id=pk).values_list("space", flat=True))
        TaughtTag.objects.bulk_create(
            [
                TaughtTag(
                    tag_id=pk,
                    space=one["space"],
                    weights=base64.b64decode(one["weights"]),
                    bias=one["bias"],
                    examples=one["examples"],
                )
                for one in row["classifiers"]
                if one["space"] not in known
            ]
        )


def take_verdicts(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add verdicts; one that was given here stays."""
    for some in batches(rows):
        arrival.know(row["unit"]["asset"] for row in some)
        units = arrival.units(row["unit"] for row in some)
        made: dict[tuple[int, int], tuple[TagVerdict, Row]] = {}
        for row in some:
            unit, tag = units.find(row["unit"]), arrival.tags.get(row["tag"])
            if unit is None or tag is None:
                arrival.count("verdicts", "left")
                continue
            made.setdefault((unit.pk, tag), (TagVerdict(unit=unit, tag_id=tag, accepted=row["accepted"]), row))
        there = set(
            TagVerdict.objects.filter(unit_id__in={unit for unit, _ in made}).values_list("unit_id", "tag_id")
        )
        new = [pair for key, pair in made.items() if key not in there]
        create_dated([verdict for verdict, _ in new], {"said_at": [moment_of(row["said_at"]) for _, row in new]})
        arrival.count("verdicts", "added", len(new))
        arrival.count("verdicts", "there", len(made) - len(new))
