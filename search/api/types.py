"""The kinds of values that parameters and bodies are made of, with the limits that every endpoint shares."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

_LARGEST = 2**53 - 1  # the largest whole number that JavaScript keeps

Id = Annotated[int, Field(ge=1, le=_LARGEST)]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Field(max_length=2000, description="`next` of the page before, with the same other parameters."),
]
# No database takes U+0000 in a text.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


def _within_reason(moment: datetime) -> datetime:
    """Return a moment that stays one in every time zone: years 1 and 9999 do not."""
    return min(max(moment, datetime(1900, 1, 1, tzinfo=UTC)), datetime(9000, 1, 1, tzinfo=UTC))


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]


class Body(Schema):
    """A request's body: a field that is not known is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")
