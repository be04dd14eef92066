"""A transcript from its page: with scripts and without, and what is refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dam.catalog.models import HeardTranscript, TranscriptRecord, Unit
from dam.catalog.readers.transcripts import lines_of
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk() -> list[Unit]:
    return SmallLibrary().speech(["we flew to Barcelona", "and then home"], path="talk.wav")


def said(talk: list[Unit]) -> list[str]:
    return [line.text for line in lines_of(talk[0].asset_id)]


def page(client: Client, talk: list[Unit], **form: str) -> str:
    """Send the form of the first line as the page's script does."""
    answer = client.post(
        f"/asset/{talk[0].asset_id}/transcript/{talk[0].pk}",
        form,
        headers={"HX-Request": "true", "HX-Target": f"line-{talk[0].pk}"},
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_corrected_line_comes_back_alone_and_other_changes_with_all(client: Client, talk: list[Unit]) -> None:
    html = page(client, talk, act="save", text="we flew to <Badalona>", spoke="", speaker="")
    assert 'data-jump="2000">&lt;Badalona&gt;</span>' in html
    second = f'id="line-{talk[1].pk}"'
    assert second not in html
    html = page(client, talk, act="save", text="we flew to <Badalona>", spoke="", speaker="Anna", scope="following")
    assert "speaker%3AAnna" in html
    assert second in html
    assert [line.speaker for line in lines_of(talk[0].asset_id)] == ["Anna", "Anna"]
    assert "between two of its words" in page(client, talk, act="split", at="0", text="we flew to <Badalona>")
    assert "Write times as" in page(client, talk, act="save", start="soon", end="later")
    assert "after it begins" in page(client, talk, act="save", start="0:04", end="0:02")
    page(client, talk, act="delete")
    assert said(talk) == ["and then home"]


def test_without_scripts_there_is_a_page_for_a_line_and_the_way_back(client: Client, talk: list[Unit]) -> None:
    asset, line = talk[0].asset_id, talk[0].pk
    assert b"we flew to Barcelona</textarea>" in client.get(f"/asset/{asset}/transcript/{line}").content
    answer = client.post(f"/asset/{asset}/transcript/{line}", {"act": "merge", "text": "we flew to Badalona"})
    assert answer["Location"] == f"/asset/{asset}#line-{line}"
    assert said(talk) == ["we flew to Badalona and then home"]
    assert client.get(f"/asset/{asset}/transcript/{talk[1].pk}").status_code == 404


def test_what_was_heard_anew_is_offered_and_taken(client: Client, talk: list[Unit]) -> None:
    asset = talk[0].asset_id
    page(client, talk, act="save", text="we flew to Badalona")
    HeardTranscript.objects.filter(asset_id=asset).update(model="better", offered=True)
    assert "better has heard this file anew: 2 lines" in client.get(f"/asset/{asset}").content.decode()
    client.post(f"/asset/{asset}/transcript/heard", {"act": "whole"})
    assert said(talk) == ["we flew to Barcelona", "and then home"]
    assert TranscriptRecord.objects.get().edited_at is None


def test_files_are_downloaded_and_given(client: Client, talk: list[Unit]) -> None:
    asset = talk[0].asset_id
    answer = client.get(f"/asset/{asset}/transcript.srt")
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''talk.srt"
    file = SimpleUploadedFile("talk.srt", answer.content.replace(b"Barcelona", b"Badalona"))
    client.post(f"/asset/{asset}/transcript/file", {"file": file})
    assert said(talk)[0] == "we flew to Badalona"
    wrong = SimpleUploadedFile("talk.docx", b"PK\x00\x01")
    told = client.post(f"/asset/{asset}/transcript/file", {"file": wrong}, follow=True)
    assert "This is no text file" in told.content.decode()
    assert client.get(f"/asset/{asset}/transcript.docx").status_code == 404


def test_a_misheard_word_is_shown_before_it_is_replaced(client: Client, talk: list[Unit]) -> None:
    asked = {"words": "barcelona", "instead": "Badalona", "asset": str(talk[0].asset_id)}
    html = client.get("/transcripts/replace", asked).content.decode()
    assert "1 time in 1 line of 1 file" in html
    assert "we flew to Barcelona" in said(talk)
    client.post("/transcripts/replace", {**asked, "where": "everywhere"})
    assert said(talk)[0] == "we flew to Badalona"
    assert "stands nowhere" in client.get("/transcripts/replace", asked).content.decode()
    assert client.get("/transcripts/replace", {"words": "x" * 300}).status_code == 400


def test_lines_are_added_and_speakers_renamed_from_the_menu(client: Client, talk: list[Unit]) -> None:
    asset = talk[0].asset_id
    client.post(f"/asset/{asset}/transcript/add", {"start": "0:10.5", "end": "0:12", "text": "bye", "speaker": "Bo"})
    assert [(line.text, line.start_ms, line.speaker) for line in lines_of(asset)][2:] == [("bye", 10_500, "Bo")]
    client.post(f"/asset/{asset}/transcript/speaker", {"speaker": "Bo", "name": "Bob", "where": "everywhere"})
    assert lines_of(asset)[2].speaker == "Bob"
    client.post(f"/asset/{asset}/transcript/speaker", {"speaker": "Bob", "name": "", "where": "here"})
    assert lines_of(asset)[2].speaker == ""
