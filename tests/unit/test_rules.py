"""Globs as in .gitignore, and the names that are never indexed."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rules import (
    HIDDEN,
    NOT_INCLUDED,
    NOT_MEDIA,
    SIDECAR,
    SYSTEM,
    Globs,
    Rules,
    folded_parts,
    is_subtitle,
    subtitle_stems,
)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.jpg", "a.jpg", True),
        ("*.jpg", "deep/down/A.JPG", True),
        ("*.JPG", "a.jpg", True),
        ("*.jpg", "a.jpeg", False),
        ("/*.jpg", "a.jpg", True),
        ("/*.jpg", "deep/a.jpg", False),
        ("raw/*.cr2", "raw/a.cr2", True),
        ("raw/*.cr2", "raw/x/a.cr2", False),
        ("raw/*.cr2", "other/raw/a.cr2", False),
        ("raw/**/*.cr2", "raw/a.cr2", True),
        ("raw/**/*.cr2", "raw/x/y/a.cr2", True),
        ("**/cache/*", "a/b/cache/c.jpg", True),
        ("**/cache/*", "cache/c.jpg", True),
        ("raw/**", "raw/x/a.cr2", True),
        ("raw/**", "raw", False),
        ("img_?.png", "img_1.png", True),
        ("img_?.png", "img_10.png", False),
        ("img_[12].png", "x/img_2.png", True),
        ("img_[!12].png", "img_2.png", False),
        ("Ä*.jpg", "a\u0308hre.jpg", True),
    ],
)
def test_a_pattern_matches_as_in_gitignore(pattern: str, path: str, *, matches: bool) -> None:
    assert Globs([pattern]).match(folded_parts(path.encode()), folder=False) is matches


def test_a_pattern_that_ends_in_a_slash_means_folders_only() -> None:
    globs = Globs(["cache/", "a/b/"])
    assert globs.match(["x", "cache"], folder=True)
    assert not globs.match(["x", "cache"], folder=False)
    assert globs.match(["a", "b"], folder=True)
    assert not globs.match(["a", "b"], folder=False)


def test_an_included_folder_includes_what_is_in_it() -> None:
    rules = Rules(include=["Keep", "*.png"])
    assert rules.file_reason(b"keep/deep/a.jpg") == ""
    assert rules.file_reason(b"other/a.png") == ""
    assert rules.file_reason(b"other/a.jpg") == NOT_INCLUDED


def test_exclude_wins_over_include() -> None:
    rules = Rules(include=["*.jpg"], exclude=["drafts/", "*_tmp.jpg"])
    assert rules.folder_reason(b"2024/Drafts")
    assert rules.file_reason(b"2024/a_TMP.jpg")
    assert rules.file_reason(b"2024/a.jpg") == ""
    assert rules.ancestor_reason(b"2024/drafts/x/a.jpg")
    assert rules.ancestor_reason(b"2024/a.jpg") == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b".DS_Store", HIDDEN),
        (b"a/._photo.jpg", HIDDEN),
        (b"a/Thumbs.db", SYSTEM),
        (b"a/movie.mp4.part", SYSTEM),
        (b"a/movie.mp4.CRDOWNLOAD", SYSTEM),
        (b"a/~$letter.jpg", SYSTEM),
        (b"Icon\r", SYSTEM),
        (b"a/photo.XMP", SIDECAR),
        (b"a/movie.en.srt", SIDECAR),
        (b"a/IMG_1.jpg.json", SIDECAR),
        (b"a/report.pdf", NOT_MEDIA),
        (b"a/report.jpg", ""),
        (b"a/stream.ts", ""),
        (b"a/no extension", ""),
        (b"a/bad\xff\xfe.jpg", ""),
        (b"a/what.isthis", ""),
    ],
)
def test_files_that_are_no_assets_are_known_by_name(path: bytes, reason: str) -> None:
    assert Rules().file_reason(path) == reason


@pytest.mark.parametrize(
    "folder",
    [
        b".git",
        b"x/@eaDir",
        b"$RECYCLE.BIN",
        b"System Volume Information",
        b"lost+found",
        b"My Previews.lrdata",
        b"a/My.photoslibrary/resources",
    ],
)
def test_system_folders_are_not_entered(folder: bytes) -> None:
    assert Rules().folder_reason(folder) in {HIDDEN, SYSTEM}


def test_a_photos_library_is_entered_for_its_originals() -> None:
    assert Rules().folder_reason(b"a/My.photoslibrary") == ""
    assert Rules().folder_reason(b"a/My.photoslibrary/originals") == ""


def test_a_subtitle_names_the_media_beside_it() -> None:
    assert is_subtitle(b"x/movie.en.SRT")
    assert not is_subtitle(b"x/movie.mp4")
    assert subtitle_stems(b"x/movie.en.srt") == [b"movie.en", b"movie"]
    assert subtitle_stems(b"movie.vtt") == [b"movie"]


def test_no_pattern_takes_exponential_time() -> None:
    globs = Globs(["/".join(["**", "*a*a*a*a*a*a*b"] * 12)])
    path = "/".join(["a" * 60] * 30).encode()
    # An exponential matcher would not end in a lifetime; the test's own time limit would end it.
    assert not globs.match(folded_parts(path), folder=False)


@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_name_gets_an_answer(name: bytes) -> None:
    rules = Rules(include=["**/*.j?g"], exclude=["x[a-z]*"])
    assert isinstance(rules.file_reason(b"a/" + name), str)
    assert isinstance(rules.folder_reason(name), str)
    assert os.fsencode("/".join(os.fsdecode(name).split("/"))) == name
