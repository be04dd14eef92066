"""Checks and exports as JSON, for scripts."""

from collections.abc import Sequence
from typing import Any

from dam.stock.export import Exported
from dam.stock.gather import Gathered


def as_json(each: Gathered) -> dict[str, Any]:
    """Return an asset as it would be sent, with everything that stands in the way."""
    return {
        "asset_id": each.item.asset_id,
        "file": each.item.own_name,
        "file_name": each.item.file_name,
        "editorial": each.item.editorial,
        "categories": list(each.item.categories),
        "suggested": [
            {"category": one.key, "name": one.name, "certainty": round(one.certainty, 3)} for one in each.suggestions
        ],
        "violations": [
            {
                "field": found.field,
                "severity": found.severity.value,
                "message": found.message,
                "limit": found.limit,
                "actual": found.actual,
                "verified": found.verified,
            }
            for found in each.violations
        ],
    }


def report(every: Sequence[Gathered], written: Exported | None) -> dict[str, Any]:
    """Return what an export found, and what it wrote (None: nothing)."""
    return {
        "assets": [as_json(each) for each in every],
        "written": None
        if written is None
        else {
            "to": str(written.path),
            "files": list(written.files),
            "tables": list(written.tables),
            "notes": {name: list(notes) for name, notes in written.notes.items()},
            "delivery_id": written.delivery_id,
        },
    }
