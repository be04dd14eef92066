"""Rows of stages added by the database itself: a hundred thousand in a second or two, without an object each."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from dam.catalog.ids import as_value, select_ids
from dam.catalog.models import StageRun
from dam.types import Stage

_CHUNK = 20_000  # assets of a statement


def insert_due(asset_ids: Sequence[int], wanted: Iterable[tuple[Stage, str]], *, priority: int) -> None:
    """Add a DUE row per asset and (stage, model); where there is one already it stays as it is."""
    stages = list(dict.fromkeys(wanted))
    if not stages:
        return
    template = StageRun(priority=priority, due_at=timezone.now())
    own = {"asset_id", "stage", "model"}
    # The other columns as the model itself would write them, so that its defaults are said in one place.
    rest = {
        str(field.column): field.get_db_prep_save(getattr(template, field.attname), connection)
        for field in StageRun._meta.concrete_fields  # noqa: SLF001 - Django's documented way
        if not field.primary_key and field.attname not in own
    }
    table = connection.ops.quote_name(StageRun._meta.db_table)  # noqa: SLF001 - as above
    statement = (
        f"WITH wanted (stage, model) AS (VALUES {', '.join(['(%s, %s)'] * len(stages))}), "  # noqa: S608 - our names
        f"assets (id) AS ({select_ids()}) "
        f"INSERT INTO {table} (asset_id, stage, model, {', '.join(rest)}) "
        f"SELECT assets.id, wanted.stage, wanted.model, {', '.join(['%s'] * len(rest))} "
        "FROM assets, wanted WHERE true ON CONFLICT DO NOTHING"
    )
    pairs = [part for stage, model in stages for part in (stage.value, model)]
    with connection.cursor() as cursor:
        for start in range(0, len(asset_ids), _CHUNK):
            cursor.execute(statement, [*pairs, as_value(asset_ids[start : start + _CHUNK]), *rest.values()])
