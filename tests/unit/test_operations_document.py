"""docs/operations.md names every setting, with its default."""

from pathlib import Path

import pytest

from dam.env import Environment

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Environment.model_fields)
def test_document_names_the_setting_with_its_default(name: str) -> None:
    field = Environment.model_fields[name]
    default = f"`{field.default}`" if str(field.default) else ""
    assert f"| `AFTERIMAGE_{name.upper()}` | {default} | {field.description} |" in TEXT
