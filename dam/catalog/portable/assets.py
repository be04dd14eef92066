"""Libraries, assets with their units, and what was said of them with its history, out of a catalogue and into one."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dam.catalog import fulltext
from dam.catalog.ids import chunks
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    KnownFingerprint,
    Library,
    MediaFile,
    MetadataBase,
    MetadataChange,
    MetadataEdit,
    StageRun,
    Unit,
)
from dam.catalog.portable.arrival import BATCH, Arrival, Row, batches, create_dated, moment_of, text_of
from dam.catalog.writers import metadata_writes
from dam.catalog.writers.described import described_texts
from dam.types import AssetState, EditCause, FileState, MetadataField, Stage

_FIELDS = [field.value for field in MetadataField]
# A file that is not there yet can't be read: its turn comes when a scan finds it (`writers.files` brings it forward).
_WHEN_IT_COMES = datetime(9999, 1, 1, tzinfo=UTC)
_BARE = ("kind", "format", "mime", "width", "height", "duration_ms")


def libraries() -> Iterator[Row]:
    """Yield the libraries: their roots and what of them is wanted."""
    for row in Library.objects.order_by("pk"):
        yield {"name": row.name, "root": row.root, "include": row.include, "exclude": row.exclude}


def assets() -> Iterator[Row]:
    """Yield every asset that is known to be media: where it lies, its units, and what is said of it now."""
    every = Asset.objects.exclude(kind="").order_by("pk").values_list("pk", flat=True)
    for some in chunks(every):
        rows = {row.pk: _bare(row) for row in Asset.objects.filter(pk__in=some).order_by("pk")}
        files = MediaFile.objects.filter(asset_id__in=some).select_related("library").order_by("pk")
        for file in files:
            path = quote_from_bytes(bytes(file.raw_path), safe="/")
            rows[file.asset_id or 0]["files"].append({"library": file.library.root, "path": path})
        # Clips with words travel with their transcript.
        units = Unit.objects.filter(asset_id__in=some, speech__isnull=True).order_by("kind", "position")
        for unit in units:
            rows[unit.asset_id]["units"].append(
                {
                    "kind": unit.kind,
                    "position": unit.position,
                    "start_ms": unit.start_ms,
                    "end_ms": unit.end_ms,
                }
            )
        for data in AssetMetadata.objects.filter(pk__in=some):
            rows[data.pk]["metadata"] = {name: getattr(data, name) for name in _FIELDS}
        for base in MetadataBase.objects.filter(pk__in=some):
            rows[base.pk]["base"] = {
                "agreed": base.agreed,
                "in_file": base.in_file,
                "orientation": base.orientation,
                "edited_at": text_of(base.edited_at),
            }
        said = MetadataChange.objects.filter(asset_id__in=some, edit__undone=False)
        said = said.exclude(edit__cause=EditCause.FILE)
        for asset_id, name in said.values_list("asset_id", "field").distinct().order_by("asset_id", "field"):
            rows[asset_id]["said"].append(name)
        for fingerprint, asset_id in KnownFingerprint.objects.filter(asset_id__in=some).values_list(
            "fingerprint", "asset_id"
        ):
            rows[asset_id]["other_fingerprints"].append(fingerprint)
        yield from rows.values()


def edits() -> Iterator[Row]:
    """Yield the history of metadata: each edit with its changes."""
    for edit in MetadataEdit.objects.order_by("pk").iterator(chunk_size=BATCH):
        changes = MetadataChange.objects.filter(edit=edit).order_by("pk")
        yield {
            "made_at": text_of(edit.made_at),
            "cause": edit.cause,
            "summary": edit.summary,
            "undone": edit.undone,
            "changes": [
                {"asset": fingerprint, "field": field, "before": before, "after": after}
                for fingerprint, field, before, after in changes.values_list(
                    "asset__fingerprint", "field", "before", "after"
                )
            ],
        }


def take_libraries(rows: Iterable[Row], arrival: Arrival, *, roots: Mapping[str, str]) -> None:
    """Add the libraries that are not here; `roots` says which folder is where now."""
    here = {root: pk for pk, root in Library.objects.values_list("pk", "root")}
    for row in rows:
        root = roots.get(row["root"], row["root"])
        if root not in here:
            made = Library.objects.create(
                name=row["name"], root=root, include=row["include"], exclude=row["exclude"], online=False
            )
            here[root] = made.pk
            arrival.count("libraries", "added")
        else:
            arrival.count("libraries", "there")
        arrival.libraries[row["root"]] = here[root]


def take_assets(rows: Iterable[Row], arrival: Arrival) -> None:
    """Make the assets that are not here, to be filled in when their files come; of those that are, say what was said.

    A value that a person gave here stays.
    """
    for some in batches(rows):
        arrival.know(one for row in some for one in [row["fingerprint"], *row["other_fingerprints"]])
        for row in some:
            known = (arrival.assets.get(one) for one in [row["fingerprint"], *row["other_fingerprints"]])
            there = next((pk for pk in known if pk is not None), None)
            if there is not None:
                arrival.assets[row["fingerprint"]] = there
        fresh = [row for row in some if row["fingerprint"] not in arrival.assets]
        _make(fresh, arrival)
        arrival.count("assets", "added", len(fresh))
        arrival.count("assets", "there", len(some) - len(fresh))
        new = {row["fingerprint"] for row in fresh}
        _say([row for row in some if row["fingerprint"] not in new], arrival)
        _know_former(some, arrival)


def take_edits(rows: Iterable[Row], arrival: Arrival) -> None:
    """Add the edits of the history that are not here."""
    here = {
        (text_of(at), cause, said)
        for at, cause, said in MetadataEdit.objects.values_list("made_at", "cause", "summary")
    }
    for row in rows:
        if (row["made_at"], row["cause"], row["summary"]) in here:
            arrival.count("edits", "there")
            continue
        edit = MetadataEdit(cause=row["cause"], summary=row["summary"], undone=row["undone"])
        create_dated([edit], {"made_at": [moment_of(row["made_at"])]})
        arrival.know(change["asset"] for change in row["changes"])
        placed = [change for change in row["changes"] if change["asset"] in arrival.assets]
        MetadataChange.objects.bulk_create(
            [
                MetadataChange(
                    edit=edit,
                    asset_id=arrival.assets[change["asset"]],
                    field=change["field"],
                    before=change["before"],
                    after=change["after"],
                )
                for change in placed
            ],
            batch_size=BATCH,
        )
        arrival.count("edits", "added")


def _bare(row: Asset) -> Row:
    return {
        "fingerprint": row.fingerprint,
        "size_bytes": row.size_bytes,
        **{name: getattr(row, name) for name in _BARE},
        "taken_at": text_of(row.taken_at),
        "added_at": text_of(row.added_at),
        "files": [],
        "units": [],
        "metadata": None,
        "said": [],
        "base": None,
        "other_fingerprints": [],
    }


def _make(rows: list[Row], arrival: Arrival) -> None:
    made = [
        Asset(
            fingerprint=row["fingerprint"],
            size_bytes=row["size_bytes"],
            state=AssetState.PENDING,
            taken_at=moment_of(row["taken_at"]),
            **{name: row[name] for name in _BARE},
        )
        for row in rows
    ]
    create_dated(made, {"added_at": [moment_of(row["added_at"]) for row in rows]})
    arrival.assets.update({asset.fingerprint: asset.pk for asset in made})
    pairs = list(zip(made, rows, strict=True))
    Unit.objects.bulk_create(
        [Unit(asset=asset, **unit) for asset, row in pairs for unit in row["units"]], batch_size=BATCH
    )
    AssetMetadata.objects.bulk_create(
        [AssetMetadata(asset=asset, **row["metadata"]) for asset, row in pairs if row["metadata"]], batch_size=BATCH
    )
    MetadataBase.objects.bulk_create(
        [
            MetadataBase(asset=asset, **row["base"] | {"edited_at": moment_of(row["base"]["edited_at"])})
            for asset, row in pairs
            if row["base"] is not None
        ],
        batch_size=BATCH,
    )
    MediaFile.objects.bulk_create(
        [
            _file(arrival.libraries[file["library"]], asset, file["path"])
            for asset, row in pairs
            for file in row["files"]
            if file["library"] in arrival.libraries
        ],
        ignore_conflicts=True,  # other content lies at that path here
        batch_size=BATCH,
    )
    runs = [StageRun(asset=asset, stage=Stage.PREPARE) for asset in made]
    create_dated(runs, {"due_at": [_WHEN_IT_COMES] * len(runs)})
    _write_words([asset.pk for asset in made])


def _file(library_id: int, asset: Asset, quoted: str) -> MediaFile:
    raw_path = unquote_to_bytes(quoted)
    path = raw_path.decode("utf-8", "backslashreplace")
    return MediaFile(
        library_id=library_id, asset=asset, raw_path=raw_path, path=path, folder=path.rpartition("/")[0],
        state=FileState.MISSING, reason="It has not been found yet: this is where it was.",
    )  # fmt: skip


def _say(rows: list[Row], arrival: Arrival) -> None:
    """Give assets that are here the values that people gave elsewhere, where nobody gave one here."""
    ids = [arrival.assets[row["fingerprint"]] for row in rows]
    here = {data.pk: data for data in AssetMetadata.objects.filter(pk__in=ids)}
    edited = set(MetadataChange.objects.filter(asset_id__in=ids).values_list("asset_id", "field"))
    changed = []
    for row in rows:
        data = here.get(arrival.assets[row["fingerprint"]])
        agreed = (row["base"] or {}).get("agreed", {})
        if data is None or not row["metadata"]:
            continue
        given = {
            name: value
            for name, value in row["metadata"].items()
            if (name in row["said"] or value != agreed.get(name, value))
            and (data.pk, name) not in edited
            and getattr(data, name) != value
        }
        for name, value in given.items():
            setattr(data, name, value)
        if given:
            changed.append(data)
    AssetMetadata.objects.bulk_update(changed, _FIELDS, batch_size=100)
    _write_words([data.pk for data in changed])
    metadata_writes.enqueue([data.pk for data in changed])
    arrival.count("metadata", "added", len(changed))


def _know_former(rows: list[Row], arrival: Arrival) -> None:
    """Remember every fingerprint under which an asset was known."""
    KnownFingerprint.objects.bulk_create(
        [
            KnownFingerprint(fingerprint=one, asset_id=arrival.assets[row["fingerprint"]])
            for row in rows
            for one in row["other_fingerprints"]
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def _write_words(asset_ids: list[int]) -> None:
    texts = described_texts(asset_ids)
    fulltext.index_units(fulltext.TextRow(unit_id=unit_id, described=text) for unit_id, text in texts.items())
