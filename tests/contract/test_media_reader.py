"""What every `MediaReader` promises to those who call it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from dam.engines.media.fake import FakeMediaReader
from dam.engines.media.reader import ChildMediaReader
from dam.errors import MediaError, MediaVanished, UnsupportedMedia
from dam.ports import MediaReader
from dam.types import ClipWish, MediaKind, PictureWish, RenditionFile, RenditionRole, UnitKind
from tests.media_files import limits, moving, quadrants, source_of, textured, tone, write_sound, write_video


@pytest.fixture(scope="module", params=["children", "fake"])
def reader(request: pytest.FixtureRequest) -> Iterator[MediaReader]:
    made: MediaReader = FakeMediaReader() if request.param == "fake" else ChildMediaReader(limits())
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    quadrants(900, 600).save(folder / "photo.jpg", "JPEG")
    write_video(folder / "video.mp4", [*moving(textured(1), 50), *moving(textured(2), 50)], sound=tone(4.0))
    write_sound(folder / "sound.flac", tone(4.0), codec="flac")
    (folder / "words.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    (folder / "empty.jpg").touch()
    (folder / "letter.txt").write_text("hello")
    return folder


def _check(rendition: RenditionFile, out_dir: Path) -> None:
    assert rendition.path.parent == out_dir
    assert rendition.path.stat().st_size > 0
    if rendition.mime == "image/jpeg":
        with Image.open(rendition.path) as image:
            assert image.size == (rendition.width, rendition.height)
        assert len(rendition.colour) == 7
        assert len(rendition.placeholder) <= 400


def test_a_reader_is_the_port(reader: MediaReader) -> None:
    assert isinstance(reader, MediaReader)


def test_a_photo_is_one_unit_with_a_thumb_and_a_preview(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    prepared = reader.prepare(source_of(files / "photo.jpg"), out_dir=tmp_path)
    assert prepared.probe.kind is MediaKind.PHOTO
    (unit,) = prepared.units
    assert (unit.kind, [item.role for item in unit.renditions]) == (UnitKind.PHOTO, [RenditionRole.THUMB])
    assert [item.role for item in prepared.renditions] == [RenditionRole.PREVIEW]
    assert min(unit.renditions[0].width, unit.renditions[0].height) == 448
    assert prepared.pcm is None
    for item in (*unit.renditions, *prepared.renditions):
        _check(item, tmp_path)


def test_a_video_is_shots_that_cover_it(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    prepared = reader.prepare(source_of(files / "video.mp4"), out_dir=tmp_path)
    assert prepared.probe.kind is MediaKind.VIDEO
    assert prepared.units[0].start_ms == 0
    assert prepared.units[-1].end_ms == prepared.probe.duration_ms
    ends = [unit.end_ms for unit in prepared.units]
    assert [unit.start_ms for unit in prepared.units[1:]] == ends[:-1]
    assert len(prepared.units) == 2
    for unit in prepared.units:
        roles = [item.role for item in unit.renditions]
        assert roles.count(RenditionRole.STRIP) == 1
        assert roles.count(RenditionRole.KEYFRAME) == len(roles) - 1 >= 1
        for item in unit.renditions:
            _check(item, tmp_path)
            if item.role is RenditionRole.KEYFRAME:
                assert unit.start_ms <= item.at_ms < unit.end_ms
    assert {item.role for item in prepared.renditions} == {RenditionRole.PREVIEW, RenditionRole.WAVEFORM}
    assert prepared.pcm is not None
    assert prepared.pcm.stat().st_size == pytest.approx(4 * 16_000 * 2, rel=0.05)


def test_sound_is_samples_and_a_waveform(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    prepared = reader.prepare(source_of(files / "sound.flac"), out_dir=tmp_path)
    assert (prepared.probe.kind, prepared.units) == (MediaKind.AUDIO, ())
    assert [item.role for item in prepared.renditions] == [RenditionRole.WAVEFORM]
    assert prepared.pcm is not None
    assert prepared.pcm.stat().st_size == 4 * 16_000 * 2


def test_a_second_attempt_into_the_same_folder_works(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    for _ in range(2):
        prepared = reader.prepare(source_of(files / "photo.jpg"), out_dir=tmp_path)
        _check(prepared.renditions[0], tmp_path)


def test_sound_alone_can_be_read_again(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    pcm = reader.read_sound(source_of(files / "video.mp4"), out_dir=tmp_path)
    assert pcm is not None
    assert pcm.parent == tmp_path
    assert reader.read_sound(source_of(files / "photo.jpg"), out_dir=tmp_path) is None


def test_subtitles_beside_a_video_are_read(reader: MediaReader, files: Path) -> None:
    assert "Hello" in [cue.text for cue in reader.read_subtitles(source_of(files / "words.srt"))]
    with pytest.raises(UnsupportedMedia):
        reader.read_subtitles(source_of(files / "empty.jpg"))


def test_a_proxy_is_an_mp4_and_progress_ends_at_one(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    told: list[float] = []
    proxy = reader.make_proxy(source_of(files / "video.mp4"), out_dir=tmp_path, on_progress=told.append)
    assert (proxy.role, proxy.mime, told[-1]) == (RenditionRole.PROXY, "video/mp4", 1.0)
    assert proxy.path.read_bytes()[4:8] == b"ftyp"
    _check(proxy, tmp_path)


@pytest.mark.parametrize("name", ["empty.jpg", "letter.txt"])
def test_what_is_no_media_is_said_to_be_that(reader: MediaReader, files: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        reader.prepare(source_of(files / name), out_dir=tmp_path)
    assert str(caught.value).endswith(".")


def test_a_file_that_went_away_has_vanished(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.jpg"
    path.write_bytes(b"x")
    source = source_of(path)
    path.unlink()
    with pytest.raises(MediaVanished):
        reader.prepare(source, out_dir=tmp_path)


def test_pipes_and_links_are_refused(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link.jpg").symlink_to(files / "photo.jpg")
    for name in ("pipe.jpg", "link.jpg"):
        with pytest.raises(MediaError):
            reader.prepare(source_of(tmp_path / name), out_dir=tmp_path)


def test_a_clip_is_a_file_of_the_length_that_was_wished_for(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    told: list[float] = []
    wish = ClipWish(start_ms=1000, end_ms=2000)
    clip = reader.cut_clip(source_of(files / "video.mp4"), wish, out_dir=tmp_path, on_progress=told.append)
    assert (clip.frames, clip.duration_ms) == (25, 1000)
    assert clip.path.parent == tmp_path
    assert clip.path.stat().st_size > 0


def test_a_picture_is_no_larger_than_was_wished_for(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    made = reader.make_picture(source_of(files / "photo.jpg"), PictureWish(longest_side=300), out_dir=tmp_path)
    with Image.open(made.path) as image:
        assert image.size == (made.width, made.height)
        assert max(image.size) == 300


def test_what_can_not_be_cut_says_so(reader: MediaReader, files: Path, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia):
        reader.cut_clip(source_of(files / "photo.jpg"), ClipWish(end_ms=1000), out_dir=tmp_path)
    with pytest.raises(UnsupportedMedia):
        reader.make_picture(source_of(files / "sound.flac"), PictureWish(), out_dir=tmp_path)
