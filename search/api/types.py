"""The kinds of values that parameters and bodies are made of, with the limits that every endpoint shares."""

import re
from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, Strict

_LARGEST = 2**53 - 1  # the largest whole number that JavaScript keeps
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")

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


def _number(value: object) -> object:
    """Return a number of a body as it is: neither “5” nor true is one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError("it must be a number")


A_NUMBER = BeforeValidator(_number)
BodyId = Annotated[int, Field(ge=1, le=_LARGEST), A_NUMBER]
BodyFlag = Annotated[bool, Strict()]


def _written_out(value: object) -> object:
    """Return a date as it is written in words; a bare number would be read as seconds since 1970."""
    if not (isinstance(value, str) and _DATE.match(value)):
        raise ValueError("write a date with its time and zone, like 2024-05-12T10:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reason)]


class Body(Schema):
    """A request's body: a field that is not known is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")
