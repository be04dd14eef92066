"""Transcripts: what is said, line by line, as data and as files; and the lines corrected."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.readers.transcripts import Line, TranscriptHead, head_of, lines_of
from dam.transcripts import edit, formats
from dam.transcripts.formats import TranscriptFormat
from search.api.errors import answers, missing
from search.api.guard import MAY_WRITE
from search.api.types import A_NUMBER, Body, BodyId, Id, Text
from search.pages.spoken import sheet_of

router = Router()

_LATEST_MS = 2**40  # some thirty-five years
Moment = Annotated[int, Field(ge=0, le=_LATEST_MS), A_NUMBER]
Said = Annotated[Text, Field(max_length=edit.LONGEST_TEXT)]
Speaker = Annotated[Text, Field(max_length=200, description="“” for nobody named.")]
_FILE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                mime.partition(";")[0]: {"schema": {"type": "object" if form is TranscriptFormat.JSON else "string"}}
                for form, mime in formats.MIMES.items()
            },
        }
    }
}


class WordOut(Schema):
    """A word with its time."""

    text: str
    start_ms: int
    end_ms: int
    probability: float = Field(description="How sure the engine was; 1 where a person wrote it.")


class LineOut(Schema):
    """A spoken line; `id` is that of its unit."""

    id: int
    start_ms: int
    end_ms: int
    text: str
    speaker: str = Field(description="“” where nobody was named.")
    person_id: int | None = Field(description="Who the speaker is, where that is known.")
    edited: bool = Field(description="Whether a person wrote it.")
    words: list[WordOut]


class TranscriptOut(Schema):
    """All that is said in an asset."""

    asset_id: int
    language: str
    source: str = Field(description="model, sidecar, embedded or person; “” where there is none.")
    model: str
    edited: bool = Field(description="Whether a person changed it: no model replaces it by itself then.")
    newer_model: str | None = Field(description="Who has heard it anew since, where that is still to be taken.")
    lines: list[LineOut]


class LineChange(Body):
    """What is to be different of a line; what is left out stays. A text of “” takes the line away."""

    id: BodyId
    text: Said | None = None
    speaker: Speaker | None = None
    start_ms: Moment | None = None
    end_ms: Moment | None = None


class LineChanges(Body):
    """Lines to change, all of them or none."""

    lines: list[LineChange] = Field(min_length=1, max_length=2000)


class NewLine(Body):
    """A line that no engine heard."""

    text: Annotated[Said, Field(min_length=1)]
    start_ms: Moment
    end_ms: Moment
    speaker: Speaker = ""


class ChangedTranscript(Schema):
    """A transcript after a change; `corrections` undo it."""

    transcript: TranscriptOut
    corrections: list[int]


@router.get("assets/{asset_id}/transcript", response=answers(TranscriptOut, 404), summary="What is said in an asset")
def get_transcript(request: HttpRequest, asset_id: Id) -> Any:
    """Return the spoken lines by their time, each word with its own."""
    return _out(_known(asset_id))


@router.get(
    "assets/{asset_id}/transcript.{form}",
    response=answers(None, 404),
    summary="A transcript as a file",
    openapi_extra=_FILE,
)
def transcript_file(request: HttpRequest, asset_id: Id, form: TranscriptFormat) -> HttpResponse:
    """Return it as srt, vtt, txt (with timecodes) or json."""
    text = formats.write(sheet_of(_known(asset_id)), form)
    return HttpResponse(text, content_type=formats.MIMES[form])


@router.patch(
    "assets/{asset_id}/transcript",
    response=answers(ChangedTranscript, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Correct lines",
)
def change_transcript(request: HttpRequest, asset_id: Id, body: LineChanges) -> Any:
    """Change words, times and speakers of lines; words that stay keep their times."""
    _known(asset_id)
    changes = [
        edit.LineChange(
            unit_id=line.id, text=line.text, speaker=line.speaker, start_ms=line.start_ms, end_ms=line.end_ms
        )
        for line in body.lines
    ]
    done = edit.change_lines(asset_id, changes)
    return ChangedTranscript(transcript=_out(_known(asset_id)), corrections=[done.correction] if done else [])


@router.post(
    "assets/{asset_id}/transcript",
    response=answers(ChangedTranscript, 400, 404, 415, success=201),
    auth=MAY_WRITE,
    summary="Add a line",
)
def add_line(request: HttpRequest, asset_id: Id, body: NewLine) -> Any:
    """Write a line that no engine heard."""
    _known(asset_id)
    done = edit.add(asset_id, body.text, start_ms=body.start_ms, end_ms=body.end_ms, speaker=body.speaker)
    return Status(201, ChangedTranscript(transcript=_out(_known(asset_id)), corrections=[done.correction]))


def _known(asset_id: int) -> TranscriptHead:
    found = head_of(asset_id)
    if found is None:
        raise missing("asset", asset_id)
    return found


def _out(head: TranscriptHead) -> TranscriptOut:
    return TranscriptOut(
        asset_id=head.asset_id,
        language=head.language,
        source=head.source,
        model=head.model,
        edited=head.edited_at is not None,
        newer_model=head.offer.model if head.offer else None,
        lines=[_line_out(line) for line in lines_of(head.asset_id)],
    )


def _line_out(line: Line) -> LineOut:
    return LineOut(
        id=line.unit_id,
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        text=line.text,
        speaker=line.speaker,
        person_id=line.person_id,
        edited=line.edited,
        words=[
            WordOut(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, probability=word.probability)
            for word in line.words
        ],
    )
