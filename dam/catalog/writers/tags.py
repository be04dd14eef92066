"""What people and models say of tags, written: verdicts with their way back, the user's words, a model's scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from dam.catalog import jobs
from dam.catalog.lexicon import folded, load_lexicon
from dam.catalog.models import Correction, StageRun, Tag, TagScore, TagVerdict, Unit
from dam.catalog.settle import settle_assets
from dam.catalog.words import clean
from dam.errors import TagError
from dam.types import Stage, TagKind

SUBJECT = "tags"
OWN = "own/"  # keys of words from the pages and from `manage.py tags words`
_LONGEST_NAME = 80
_STRETCH = 50_000  # keys looked through by one statement
_CHUNK = 500  # rows of one statement: SQLite takes a few tens of thousands of values


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """A concept to be in the table; `parent` is the key of another, or ""."""

    key: str
    name: str
    parent: str
    synonyms: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How sure a model is of a tag, at the moment of a unit's picture that shows it best."""

    unit_id: int
    tag_id: int
    certainty: float
    at_ms: int


def say(unit_ids: Iterable[int], tag_id: int, accepted: bool | None) -> int:
    """Write a verdict for these units (None takes back what was said); returns the correction that undoes it.

    Raises TagError for a tag that is not there.
    """
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise TagError("This tag is not there any more.")
    with transaction.atomic():
        units = sorted(Unit.objects.filter(pk__in=set(unit_ids)).values_list("pk", flat=True))
        before = dict(TagVerdict.objects.filter(tag=tag, unit_id__in=units).values_list("unit_id", "accepted"))
        _put(tag.pk, dict.fromkeys(units, accepted))
        word = {True: "is right", False: "is wrong", None: "is open again"}[accepted]
        return Correction.objects.create(
            subject=SUBJECT,
            summary=f"“{tag.name}” {word} for {len(units)} {'picture' if len(units) == 1 else 'pictures'}",
            inverse={"tag": tag.pk, "before": [[unit_id, before.get(unit_id)] for unit_id in units]},
        ).pk


def undo(correction_id: int) -> bool:
    """Put back what was said before; False where there is nothing to undo (undone already, or not of tags)."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None or not Tag.objects.filter(pk=row.inverse["tag"]).exists():
            return False
        before = {int(unit_id): accepted for unit_id, accepted in row.inverse["before"]}
        there = Unit.objects.filter(pk__in=before).values_list("pk", flat=True)
        _put(row.inverse["tag"], {unit_id: before[unit_id] for unit_id in there})
        row.undone = True
        row.save(update_fields=["undone"])
        return True


def ensure_tag(name: str, *, kind: TagKind = TagKind.PICTURE) -> Tag:
    """Return the tag that a word means, or make the user's own of it. Raises TagError for no word at all.

    A word that was retired is taken up again where it is the user's own.
    """
    word = " ".join(clean(name).split())
    if not folded(word) or len(word) > _LONGEST_NAME:
        raise TagError(f"A tag needs a name of at most {_LONGEST_NAME} characters, with a letter or a digit in it.")
    lexicon = load_lexicon()
    heard = TagKind.SOUND
    meant = [pk for pk in lexicon.meant_by(word) if (lexicon.entries[pk].kind is heard) == (kind is heard)]
    if meant:
        tag = Tag.objects.get(pk=meant[0])
        if tag.retired and tag.own:
            tag.retired = False
            tag.save(update_fields=["retired"])
        return tag
    key = (OWN if kind is not TagKind.SOUND else f"{OWN}sound/") + word.lower().replace("/", " ")
    tag, _ = Tag.objects.get_or_create(key=key, defaults={"name": word, "kind": kind, "own": True})
    return tag


def retire_tag(tag_id: int) -> bool:
    """Score one of the user's own words no longer; what people said of it stays. False for any other tag."""
    return bool(Tag.objects.filter(pk=tag_id, own=True, retired=False).update(retired=True))


def sync_tags(rows: Sequence[TagRow], *, kind: TagKind, listed: str = "") -> dict[str, int]:
    """Make the table hold these concepts; returns their ids by key. Writes only what differs.

    Tags of that kind that are in `rows` no more are retired: those that are not the user's own, and those of the
    user's list, whose keys begin with `listed`. Words from the pages are only looked up: they are their own truth.
    """
    with transaction.atomic():
        there = {tag.key: tag for tag in Tag.objects.filter(kind=kind)}
        while missing := [row for row in rows if row.key not in there and (not row.parent or row.parent in there)]:
            # Level by level, so that each row is written once, with its parent.
            Tag.objects.bulk_create(
                [
                    Tag(
                        key=row.key,
                        name=row.name,
                        kind=kind,
                        parent=there.get(row.parent),
                        synonyms=list(row.synonyms),
                        own=row.own,
                    )
                    for row in missing
                ],
                batch_size=_CHUNK,
                ignore_conflicts=True,  # another worker may write the same
            )
            there |= {tag.key: tag for tag in Tag.objects.filter(kind=kind)}
        changed = []
        for row in rows:
            tag = there[row.key]
            if row.key.startswith(OWN):
                continue
            parent = there[row.parent].pk if row.parent else None
            wanted = (row.name, parent, list(row.synonyms), row.own, False)
            if (tag.name, tag.parent_id, list(tag.synonyms), tag.own, tag.retired) != wanted:
                tag.name, tag.parent_id, tag.synonyms, tag.own, tag.retired = wanted
                changed.append(tag)
        Tag.objects.bulk_update(changed, ["name", "parent", "synonyms", "own", "retired"], batch_size=_CHUNK)
        _retire({row.key for row in rows}, kind=kind, listed=listed)
        return {row.key: there[row.key].pk for row in rows}


def record_tags(runs: Sequence[StageRun], scores: Sequence[Scored], *, model: str, took_ms: int) -> None:
    """Replace a model's scores for the assets of these runs, and finish the runs, in one transaction.

    Scores of units that are gone, or of an asset that another worker has taken over, are left out.
    """
    with transaction.atomic():
        ours = jobs.ours(runs)
        assets = [run.asset_id for run in ours]
        units = set(Unit.objects.filter(asset_id__in=assets).values_list("pk", flat=True))
        forget_scores(units, model=model)
        insert_scores([score for score in scores if score.unit_id in units], model=model)
        jobs.finish(ours, took_ms=took_ms)


def forget_scores(unit_ids: Iterable[int], *, model: str, tag_id: int | None = None) -> None:
    """Delete a model's scores of these units (of one tag, where it is given)."""
    table = connection.ops.quote_name(TagScore._meta.db_table)  # noqa: SLF001 - Django's documented way
    wanted = list(unit_ids)
    only = "" if tag_id is None else " AND tag_id = %s"
    values = [] if tag_id is None else [tag_id]
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            marks = ", ".join(["%s"] * len(some))
            # Django would collect the rows first; nothing hangs on a score.
            cursor.execute(
                f"DELETE FROM {table} WHERE model = %s AND unit_id IN ({marks}){only}",  # noqa: S608 - our own names
                [model, *some, *values],
            )


def forget_outdated(model: str) -> int:
    """Delete what the same vectors' earlier words left behind, once `model` ("<vectors>+<words>") is shown.

    Returns how many scores went. The scores of other vectors stay: their pack may be taken again.
    """
    vectors = model.rpartition("+")[0]
    older = {"model__startswith": f"{vectors}+", "stage__in": [Stage.TAG, Stage.SOUND_TAG]}
    StageRun.objects.filter(**older).exclude(model=model).delete()
    table = connection.ops.quote_name(TagScore._meta.db_table)  # noqa: SLF001 - Django's documented way
    last = TagScore.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    gone = 0
    with connection.cursor() as cursor:
        # Stretch by stretch, each its own transaction: nobody waits long for the write lock.
        for start in range(0, last + 1, _STRETCH):
            cursor.execute(
                f"DELETE FROM {table} WHERE id > %s AND id <= %s AND model LIKE %s ESCAPE '!' "  # noqa: S608 - our names
                "AND model <> %s",
                [start, start + _STRETCH, f"{_escaped(vectors)}+%", model],
            )
            gone += max(0, cursor.rowcount)
    return gone


def insert_scores(scores: Sequence[Scored], *, model: str) -> None:
    """Add scores by the database's fastest plain way: a hundred thousand rows in a second or two."""
    table = connection.ops.quote_name(TagScore._meta.db_table)  # noqa: SLF001 - Django's documented way
    columns = "unit_id, tag_id, model, certainty, at_ms"
    rows = [(one.unit_id, one.tag_id, one.certainty, one.at_ms) for one in scores]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT unit, tag, %s, certainty, at "  # noqa: S608 - our own names
                "FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[]) "
                "AS new (unit, tag, certainty, at)",
                [model, *(list(column) for column in zip(*rows, strict=True))],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608 - our own names
                [(unit_id, tag_id, model, certainty, at_ms) for unit_id, tag_id, certainty, at_ms in rows],
            )


def drop_runs(runs: Sequence[StageRun]) -> None:
    """Delete claimed runs of a vocabulary that is no longer known; those of the present one are made due anew."""
    with transaction.atomic():
        assets = [run.asset_id for run in runs]
        StageRun.objects.filter(pk__in=[run.pk for run in runs]).delete()
        settle_assets(assets)


def _put(tag_id: int, verdicts: Mapping[int, bool | None]) -> None:
    units = list(verdicts)
    TagVerdict.objects.filter(tag_id=tag_id, unit_id__in=units).delete()
    TagVerdict.objects.bulk_create(
        [
            TagVerdict(unit_id=unit_id, tag_id=tag_id, accepted=accepted)
            for unit_id, accepted in verdicts.items()
            if accepted is not None
        ],
        batch_size=_CHUNK,
    )


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _retire(keys: set[str], *, kind: TagKind, listed: str) -> None:
    rows = Tag.objects.filter(kind=kind, retired=False).values_list("pk", "key", "own")
    gone = [pk for pk, key, own in rows if key not in keys and (not own or (listed and key.startswith(listed)))]
    for start in range(0, len(gone), _CHUNK):
        Tag.objects.filter(pk__in=gone[start : start + _CHUNK]).update(retired=True)
