"""Transcripts changed by hand: what is found then, what an engine may still say, and the way back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dam.catalog import fulltext, jobs
from dam.catalog.models import (
    Correction,
    Embedding,
    HeardTranscript,
    Person,
    Speaker,
    Speech,
    StageRun,
    TranscriptRecord,
    Unit,
)
from dam.catalog.readers import speakers as speaking
from dam.catalog.readers.transcripts import head_of, lines_of
from dam.catalog.writers import spoken_lines as writing
from dam.catalog.writers import transcripts as writer
from dam.catalog.writers.people import merge
from dam.catalog.writers.speakers import forget_speaker
from dam.errors import TranscriptError
from dam.people.service import undo as undo_people
from dam.transcripts import edit, misheard, speakers, versions
from dam.transcripts.speakers import SpeakerScope
from dam.types import Plan, SpeechSegment, SpokenWord, Stage, StageState, Transcript, TranscriptSource
from tests.small_library import SPEECH, SmallLibrary

pytestmark = pytest.mark.django_db
PLAN = Plan(models={Stage.EMBED: ("words",), Stage.TRANSCRIBE: ("better",)})
TALK = ["good morning everybody", "we flew to Barcelona", "and then to lisbon", "that was all"]


@pytest.fixture
def talk() -> list[Unit]:
    return SmallLibrary().speech(TALK, path="talk.wav")


def said(units: list[Unit]) -> list[str]:
    return [line.text for line in lines_of(units[0].asset_id)]


def found(words: str) -> set[int]:
    return {match.unit_id for match in fulltext.find(words)}


def whole(units: list[Unit]) -> list[tuple[object, ...]]:
    """Everything that undoing has to bring back."""
    rows = Speech.objects.filter(unit__asset=units[0].asset_id)
    return [
        (writing.state_of(row), row.unit.position) for row in rows.select_related("unit", "speaker").order_by("pk")
    ]


def heard_anew(units: list[Unit], *texts: str) -> None:
    """Let another model transcribe the file: a line of 5 s per text."""
    asset = units[0].asset
    jobs.enqueue([asset.pk], stage=Stage.TRANSCRIBE, model="better")
    StageRun.objects.filter(stage=Stage.TRANSCRIBE).update(state=StageState.DUE)
    (run,) = jobs.claim(Stage.TRANSCRIBE, owner="me", limit=1, lease_s=60)
    segments = tuple(
        SpeechSegment(
            start_ms=at * 5_000,
            end_ms=at * 5_000 + 5_000,
            text=text,
            words=(SpokenWord(text=text, start_ms=at * 5_000, end_ms=at * 5_000 + 900),),
        )
        for at, text in enumerate(texts)
    )
    heard = Transcript(source=TranscriptSource.MODEL, model="better", language="en", segments=segments)
    assert writer.record_transcript(run, heard, plan=PLAN, took_ms=1)


def test_corrected_word_is_found_and_the_wrong_one_no_longer(talk: list[Unit]) -> None:
    line = talk[1]
    done = edit.set_text(line.pk, "we flew to Badalona")
    assert done is not None
    assert found("Badalona") == {line.pk}
    assert found("Barcelona") == set()
    row = Speech.objects.get(pk=line.pk)
    assert row.words[3] == ["Badalona", 7_000, 7_400, 1.0]
    assert row.words[0][3] == 1.0
    assert row.edited
    # Only this line's vector is made anew, and soon.
    assert set(Embedding.objects.filter(space=SPEECH).values_list("unit", flat=True)) == {
        unit.pk for unit in talk if unit != line
    }
    assert StageRun.objects.filter(stage=Stage.EMBED_SPEECH, state=StageState.DUE).count() == 1
    assert writer.undo(done.correction)
    assert (found("Barcelona"), found("Badalona")) == ({line.pk}, set())
    assert not HeardTranscript.objects.exists()
    assert TranscriptRecord.objects.get().edited_at is None


def test_every_change_can_be_taken_back_to_the_letter(talk: list[Unit]) -> None:
    before = whole(talk)
    pks = [unit.pk for unit in talk]
    corrections = []
    changes: tuple[Callable[[], edit.Done | None], ...] = (
        lambda: edit.set_text(pks[0], "good evening dear everybody"),
        lambda: edit.split(pks[1], len("we flew ")),
        lambda: edit.merge(pks[2]),
        lambda: edit.add(talk[0].asset_id, "hello", start_ms=20_000, end_ms=21_000, speaker="Bo"),
        lambda: edit.set_times(pks[0], start_ms=200, end_ms=5_200),
        lambda: speakers.say_speaker(pks[0], "Anna", scope=SpeakerScope.ALL),
        lambda: misheard.replace_all("everybody", "all"),
        lambda: speakers.rename_everywhere("Anna", "Ana"),
        lambda: edit.set_text(pks[0], ""),
        lambda: versions.give(talk[0].asset_id, b"1\n00:00:01,000 --> 00:00:02,000\nsomething else\n"),
    )
    for change in changes:
        states = whole(talk)
        done = change()
        assert done is not None
        assert whole(talk) != states
        corrections.append((done.correction, states))
    for correction, states in reversed(corrections):
        assert writer.undo(correction)
        assert whole(talk) == states
    assert whole(talk) == before
    assert not writer.undo(corrections[0][0])
    assert not Speaker.objects.exists()
    assert found("something") == set()


def test_a_line_is_cut_and_joined_again_with_its_words_in_time(talk: list[Unit]) -> None:
    done = edit.split(talk[1].pk, len("we flew ") + 1)
    assert said(talk)[1:3] == ["we flew", "to Barcelona"]
    first, second = lines_of(talk[0].asset_id)[1:3]
    assert done.unit_id == second.unit_id
    assert (first.start_ms, first.end_ms, second.start_ms, second.end_ms) == (5_000, 6_400, 6_500, 10_000)
    assert list(Unit.objects.filter(asset=talk[0].asset).order_by("start_ms").values_list("position", flat=True)) == [
        1, 2, 3, 4, 5
    ]  # fmt: skip
    assert found("Barcelona") == {second.unit_id}
    edit.merge(first.unit_id)
    assert said(talk) == TALK
    with pytest.raises(TranscriptError, match="between two of its words"):
        edit.split(talk[1].pk, 0)
    with pytest.raises(TranscriptError, match="no line after"):
        edit.merge(talk[3].pk)


def test_times_are_moved_within_the_recording(talk: list[Unit]) -> None:
    asset = talk[0].asset
    asset.duration_ms = 20_000
    asset.save()
    edit.set_times(talk[3].pk, start_ms=14_900, end_ms=19_900)
    assert lines_of(asset.pk)[3].words[0].start_ms == 15_400
    edit.set_times(talk[3].pk, start_ms=15_800, end_ms=19_900)
    assert lines_of(asset.pk)[3].words[0].start_ms == 15_800
    for start_ms, end_ms in [(-1, 500), (900, 900), (19_000, 30_000)]:
        with pytest.raises(TranscriptError):
            edit.set_times(talk[3].pk, start_ms=start_ms, end_ms=end_ms)


def test_another_models_words_do_not_replace_what_people_corrected(talk: list[Unit]) -> None:
    edit.set_text(talk[1].pk, "we flew to Badalona")
    speakers.say_speaker(talk[3].pk, "Anna")
    heard_anew(talk, "good morning, everyone", "we flew to Barcelona", "and to Lisbon", "that was it")
    assert said(talk) == [TALK[0], "we flew to Badalona", *TALK[2:]]
    head = head_of(talk[0].asset_id)
    assert head is not None
    assert head.offer is not None
    assert (head.offer.model, head.offer.lines) == ("better", 4)
    done = versions.take_heard(talk[0].asset_id, keep=True)
    assert said(talk) == ["good morning, everyone", "we flew to Badalona", "and to Lisbon", "that was it"]
    assert lines_of(talk[0].asset_id)[3].speaker == "Anna"
    assert (found("everyone") != set(), found("Badalona")) == (True, {talk[1].pk})
    assert writer.undo(done.correction)
    assert said(talk)[:2] == [TALK[0], "we flew to Badalona"]
    assert HeardTranscript.objects.get().offered
    versions.refuse_heard(talk[0].asset_id)
    assert not HeardTranscript.objects.get().offered
    # The same words again are no news.
    heard_anew(talk, "good morning, everyone", "we flew to Barcelona", "and to Lisbon", "that was it")
    assert not HeardTranscript.objects.get().offered


def test_a_transcript_taken_whole_is_the_models_again(talk: list[Unit]) -> None:
    edit.set_text(talk[1].pk, "we flew to Badalona")
    heard_anew(talk, "one", "two")
    done = versions.take_heard(talk[0].asset_id, keep=False)
    assert said(talk) == ["one", "two"]
    assert TranscriptRecord.objects.get().edited_at is None
    heard_anew(talk, "three")
    assert said(talk) == ["three"]
    # Even so late the way back is open: what the engine said last is then offered.
    assert writer.undo(done.correction)
    assert said(talk) == [TALK[0], "we flew to Badalona", *TALK[2:]]
    assert [part["text"] for part in HeardTranscript.objects.get().segments] == ["three"]
    with pytest.raises(TranscriptError, match="not there any more"):
        edit.set_text(999_999, "x")


def test_a_change_of_lines_that_are_gone_is_not_undone_into_another_transcript(talk: list[Unit]) -> None:
    done = edit.set_text(talk[1].pk, "we flew to Badalona")
    heard_anew(talk, "one")
    versions.take_heard(talk[0].asset_id, keep=False)
    assert done is not None
    assert not writer.undo(done.correction)
    assert said(talk) == ["one"]


def test_untouched_transcripts_follow_the_model(talk: list[Unit]) -> None:
    heard_anew(talk, "one")
    assert said(talk) == ["one"]
    assert not HeardTranscript.objects.exists()


def test_a_misheard_word_is_put_right_in_one_file_or_in_all(talk: list[Unit]) -> None:
    other = SmallLibrary("/other").speech(["Lisbon, LISBON!", "lisbonian"])
    assert [one.count for one in misheard.find("lisbon", "Lisboa", asset_id=talk[0].asset_id)] == [1]
    done = misheard.replace_all("lisbon", "Lisboa")
    assert done is not None
    assert done.summary == "“lisbon” became “Lisboa” 3 times in 2 files"
    assert said(other) == ["Lisboa, Lisboa!", "lisbonian"]
    assert said(talk)[2] == "and then to Lisboa"
    assert misheard.replace_all("lisbon", "x") is None
    assert writer.undo(done.correction)
    assert said(other)[0] == "Lisbon, LISBON!"


def test_speakers_are_named_for_lines_turns_and_all_and_found_as_people_are(talk: list[Unit]) -> None:
    anna = Person.objects.create(name="Anna Lima")
    speakers.say_speaker(talk[0].pk, "anna lima", scope=SpeakerScope.FOLLOWING)
    speakers.say_speaker(talk[2].pk, "Bob", scope=SpeakerScope.FOLLOWING)
    assert [line.speaker for line in lines_of(talk[0].asset_id)] == ["anna lima", "anna lima", "Bob", "Bob"]
    assert Speaker.objects.get(name="anna lima").person == anna
    speakers.say_speaker(talk[0].pk, "Carla", until_ms=10_000)
    assert [line.speaker for line in lines_of(talk[0].asset_id)] == ["Carla", "Carla", "Bob", "Bob"]
    speakers.say_speaker(talk[3].pk, "", scope=SpeakerScope.LINE)
    assert speaking.units_with_speaker("bob") == [talk[2].pk]
    speakers.rename_everywhere("Bob", "Robert Bo")
    assert speaking.units_with_speaker("ROBERT") == [talk[2].pk]
    assert [one.name for one in speaking.speakers(asset_id=talk[0].asset_id)] == ["Carla", "Robert Bo"]
    with pytest.raises(TranscriptError, match="needs a name"):
        speakers.say_speaker(talk[0].pk, "…")


def test_a_given_file_keeps_speakers_and_refuses_what_belongs_elsewhere(talk: list[Unit]) -> None:
    asset = talk[0].asset
    asset.duration_ms = 20_000
    asset.save()
    speakers.say_speaker(talk[1].pk, "Anna")
    versions.give(
        asset.pk, b"1\n00:00:00,500 --> 00:00:03,000\nGood morning!\n\n2\n00:00:05,100 --> 00:00:08,000\nWe flew.\n"
    )
    assert [(line.text, line.speaker) for line in lines_of(asset.pk)] == [("Good morning!", ""), ("We flew.", "Anna")]
    assert found("Lisbon") == set()
    with pytest.raises(TranscriptError, match="another file"):
        versions.give(asset.pk, b"1\n00:10:00,500 --> 00:10:03,000\nGood morning!\n")


def test_transcripts_are_written_and_taken_from_a_terminal(
    talk: list[Unit], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SmallLibrary("/other").speech(["elsewhere"], path="talk.wav")
    call_command("transcript", "export", "/photos/talk.wav", "--format", "txt")
    assert capsys.readouterr().out.splitlines()[1] == "00:00:05.000  we flew to Barcelona"
    with pytest.raises(CommandError, match="2 transcripts"):
        call_command("transcript", "export", "/")
    call_command("transcript", "export", "/photos", "/other", "--to", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["talk 2.srt", "talk.srt"]
    corrected = tmp_path / "talk.srt"
    corrected.write_text(corrected.read_text(encoding="utf-8").replace("Barcelona", "Badalona"), encoding="utf-8")
    call_command("transcript", "import", "/photos/talk.wav", str(corrected))
    assert said(talk)[1] == "we flew to Badalona"
    assert lines_of(talk[0].asset_id)[1].words[0].start_ms == 5_500
    with pytest.raises(CommandError, match="no indexed video"):
        call_command("transcript", "import", "/photos/other.wav", str(corrected))


def test_who_is_merged_or_forgotten_is_so_as_a_speaker_too(talk: list[Unit]) -> None:
    anna, twin = Person.objects.create(name="Anna"), Person.objects.create(name="Anna Lima")
    speakers.say_speaker(talk[0].pk, "Anna")
    speakers.say_speaker(talk[1].pk, "Bob")
    merged = merge([anna.pk], twin.pk)
    assert Speaker.objects.get(name="Anna").person == twin
    assert undo_people(merged)
    assert Speaker.objects.get(name="Anna").person == anna
    assert forget_speaker(anna.pk, "Anna") == 1
    assert [line.speaker for line in lines_of(talk[0].asset_id)][:2] == ["", "Bob"]
    assert not Correction.objects.filter(subject=writer.SUBJECT, summary__contains="Anna").exists()
    assert Correction.objects.filter(subject=writer.SUBJECT).count() == 1
