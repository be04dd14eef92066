"""Weights are fetched whole or not at all, go on where they stopped, and travel in checked archives."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dam.engines import archive, fetching, weights
from dam.engines.archive import export_pack, import_pack
from dam.engines.packs import HubSource, Pack, PackModel
from dam.errors import EngineError, ModelUnavailable
from tests.fake_hub import FakeHub, running

SOURCE = HubSource(repository="maker/model", patterns=("*.bin", "*.json"), required=("model.bin", "config.json"))


def _model(port: str, source: HubSource | None) -> PackModel:
    return PackModel(port=port, home="trial", adapter="a.b", name=f"{port}-1", licence="MIT", source=source)


PACK = Pack(name="trial", summary="", embedder=_model("embedder", SOURCE), transcriber=_model("transcriber", None))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    files = {"model.bin": bytes(range(256)) * 8000, "config.json": b'{"x": 1}', "README.md": b"not wanted"}
    with running(FakeHub(files)) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        yield found


def test_a_pack_is_fetched_checked_and_put_in_place(hub: FakeHub, tmp_path: Path) -> None:
    told: list[fetching.Progress] = []
    assert fetching.fetch(PACK, models=tmp_path, on_progress=told.append) == 1
    folder = tmp_path / "trial" / "embedder"
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "manifest.json", "model.bin"]
    assert (folder / "model.bin").read_bytes() == hub.files["model.bin"]
    assert weights.is_present(PACK, models=tmp_path)
    assert weights.verify(PACK, models=tmp_path) == []
    assert told[-1].done == told[-1].total
    assert fetching.fetch(PACK, models=tmp_path) == 0


def test_a_broken_off_download_goes_on_where_it_stopped(hub: FakeHub, tmp_path: Path) -> None:
    partial = tmp_path / ".partial" / "trial" / "embedder"
    partial.mkdir(parents=True)
    (partial / "model.bin").write_bytes(hub.files["model.bin"][:5000])
    hub.break_after = 700_000
    fetching.fetch(PACK, models=tmp_path)
    assert weights.verify(PACK, models=tmp_path) == []
    asked = [each for each in hub.ranges if each.startswith("model.bin")]
    assert asked[:2] == ["model.bin bytes=5000-", "model.bin bytes=705000-"]


def test_a_wrong_checksum_is_refused_and_not_resumed_for_ever(hub: FakeHub, tmp_path: Path) -> None:
    right = hub.files["model.bin"]
    hub.files["model.bin"] = right[:-1] + b"!"
    with pytest.raises(EngineError, match="damaged"):
        fetching.fetch(PACK, models=tmp_path)
    assert not weights.is_present(PACK, models=tmp_path)
    hub.files["model.bin"] = right
    fetching.fetch(PACK, models=tmp_path)
    assert weights.verify(PACK, models=tmp_path) == []


def test_a_small_file_is_checked_too(hub: FakeHub, tmp_path: Path) -> None:
    hub.files["config.json"] = b'{"x": 2}'
    with pytest.raises(EngineError, match=r"config\.json"):
        fetching.fetch(PACK, models=tmp_path)


def test_a_repository_without_the_needed_files_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    del hub.stated["config.json"]
    with pytest.raises(EngineError, match=r"config\.json"):
        fetching.fetch(PACK, models=tmp_path)


def test_files_in_folders_of_a_repository_come_by_their_names_and_others_stay(hub: FakeHub, tmp_path: Path) -> None:
    paths = ("models/find/find.onnx", "models/tell/tell.onnx")
    hub.files |= {paths[0]: b"finds" * 1000, paths[1]: b"tells" * 2000, "models/find/other.onnx": b"not wanted"}
    hub.stated = dict(hub.files)
    source = HubSource(repository="maker/model", patterns=paths, required=paths)
    pack = Pack(
        name="trial", summary="", embedder=_model("embedder", source), transcriber=_model("transcriber", None)
    )
    assert fetching.fetch(pack, models=tmp_path) == 1
    folder = tmp_path / "trial" / "embedder"
    assert sorted(path.name for path in folder.iterdir()) == ["find.onnx", "manifest.json", "tell.onnx"]
    assert (folder / "tell.onnx").read_bytes() == hub.files[paths[1]]
    assert weights.verify(pack, models=tmp_path) == []


def test_two_files_of_one_name_from_two_folders_are_refused(hub: FakeHub, tmp_path: Path) -> None:
    paths = ("find/model.onnx", "tell/model.onnx")
    hub.stated |= dict.fromkeys(paths, b"same name")
    source = HubSource(repository="maker/model", patterns=paths, required=paths)
    pack = Pack(
        name="trial", summary="", embedder=_model("embedder", source), transcriber=_model("transcriber", None)
    )
    with pytest.raises(EngineError, match="two files of one name"):
        fetching.fetch(pack, models=tmp_path)


def test_a_pattern_without_a_folder_takes_nothing_from_folders(hub: FakeHub, tmp_path: Path) -> None:
    hub.files["more/model.bin"] = hub.stated["more/model.bin"] = b"an older one"
    fetching.fetch(PACK, models=tmp_path)
    assert (tmp_path / "trial" / "embedder" / "model.bin").read_bytes() == hub.files["model.bin"]


def test_where_no_hub_answers_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens on the discard port
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1"):
        fetching.fetch(PACK, models=tmp_path)
    with pytest.raises(ModelUnavailable, match="AFTERIMAGE_OFFLINE"):
        fetching.fetch(PACK, models=tmp_path, offline=True)


def test_verify_finds_changed_and_missing_files(hub: FakeHub, tmp_path: Path) -> None:
    fetching.fetch(PACK, models=tmp_path)
    file = tmp_path / "trial" / "embedder" / "model.bin"
    raw = bytearray(file.read_bytes())
    raw[1000] ^= 1
    file.write_bytes(raw)
    assert [problem.what for problem in weights.verify(PACK, models=tmp_path)] == ["does not have its checksum"]
    file.write_bytes(raw[:-1])
    assert "size" in weights.missing_words(PACK, models=tmp_path)
    file.unlink()
    assert "model.bin is missing" in weights.missing_words(PACK, models=tmp_path)


@pytest.fixture
def exported(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(archive, "load_packs", lambda: {"trial": PACK})
    fetching.fetch(PACK, models=tmp_path / "here")
    export_pack(PACK, tmp_path / "pack.tar", models=tmp_path / "here")
    return tmp_path / "pack.tar"


def test_a_pack_travels_in_an_archive(exported: Path, tmp_path: Path) -> None:
    assert import_pack(exported, models=tmp_path / "there") == PACK
    assert weights.verify(PACK, models=tmp_path / "there") == []
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["trial"]


def _rewritten(source: Path, target: Path, *, instead: dict[str, bytes], extra: list[tarfile.TarInfo]) -> Path:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            stream = old.extractfile(member)
            raw = instead.get(member.name, stream.read() if stream else b"")
            member.size = len(raw)
            new.addfile(member, io.BytesIO(raw))
        for member in extra:
            new.addfile(member, io.BytesIO(b"x" * member.size))
    return target


def _odd(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    member.size = 1 if kind == tarfile.REGTYPE else 0
    return member


@pytest.mark.parametrize(
    "member",
    [
        _odd("../evil"),
        _odd("/tmp/evil"),
        _odd("embedder/../../evil"),
        _odd("embedder/unlisted.bin"),
        _odd("embedder/model.bin", tarfile.SYMTYPE),
        _odd("embedder/model.bin", tarfile.LNKTYPE),
        _odd("embedder/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}",
)
def test_an_archive_with_anything_else_in_it_is_refused(
    member: tarfile.TarInfo, exported: Path, tmp_path: Path
) -> None:
    bad = _rewritten(exported, tmp_path / "bad.tar", instead={}, extra=[member])
    with pytest.raises(EngineError, match="does not list"):
        import_pack(bad, models=tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_changed_cut_and_foreign_archives_change_nothing(exported: Path, tmp_path: Path) -> None:
    with tarfile.open(exported) as source:
        stream = source.extractfile("embedder/config.json")
        assert stream
        raw = stream.read()
        contents = source.extractfile(archive.CONTENTS)
        assert contents
        values = json.loads(contents.read())
    values["files"]["embedder"][0]["name"] = "../evil"
    changed = {"embedder/config.json": raw[:-1] + b" "}
    cut, text = tmp_path / "cut.tar", tmp_path / "text.tar"
    cut.write_bytes(exported.read_bytes()[:9000])
    text.write_text("no archive")
    for bad in (
        _rewritten(exported, tmp_path / "changed.tar", instead=changed, extra=[]),
        _rewritten(exported, tmp_path / "up.tar", instead={archive.CONTENTS: json.dumps(values).encode()}, extra=[]),
        cut,
        text,
    ):
        with pytest.raises(EngineError):
            import_pack(bad, models=tmp_path / "there")
        assert not (tmp_path / "there" / "trial").exists()


OPTIONAL = replace(PACK, captions=replace(_model("captions", SOURCE), optional=True, about_mb=900))


def test_optional_weights_are_fetched_only_when_they_are_asked_for(hub: FakeHub, tmp_path: Path) -> None:
    assert fetching.fetch(OPTIONAL, models=tmp_path) == 1
    assert not (tmp_path / "trial" / "captions").exists()
    assert weights.is_present(OPTIONAL, models=tmp_path)
    assert weights.missing_words(OPTIONAL, models=tmp_path) == ""
    assert weights.verify(OPTIONAL, models=tmp_path) == []
    assert OPTIONAL.about_mb == 0
    assert fetching.fetch(OPTIONAL, models=tmp_path, optional=["captions"]) == 1
    assert (tmp_path / "trial" / "captions" / "model.bin").is_file()
    assert fetching.fetch(OPTIONAL, models=tmp_path, optional=["captions"]) == 0


def test_what_wants_absent_optional_weights_is_told_the_command(hub: FakeHub, tmp_path: Path) -> None:
    assert OPTIONAL.captions is not None
    fetching.fetch(OPTIONAL, models=tmp_path)
    with pytest.raises(ModelUnavailable, match="models pull trial --captions"):
        weights.require(OPTIONAL, OPTIONAL.captions, models=tmp_path)
    weights.require(OPTIONAL, OPTIONAL.embedder, models=tmp_path)
    fetching.fetch(OPTIONAL, models=tmp_path, optional=["captions"])
    weights.require(OPTIONAL, OPTIONAL.captions, models=tmp_path)


def test_optional_weights_that_are_here_are_verified(hub: FakeHub, tmp_path: Path) -> None:
    fetching.fetch(OPTIONAL, models=tmp_path, optional=["captions"])
    file = tmp_path / "trial" / "captions" / "model.bin"
    file.write_bytes(b"!" + file.read_bytes()[1:])
    assert [problem.model for problem in weights.verify(OPTIONAL, models=tmp_path)] == ["captions-1"]
    file.unlink()
    assert [problem.what for problem in weights.verify(OPTIONAL, models=tmp_path)] == ["is missing"]
    assert weights.is_present(OPTIONAL, models=tmp_path)


@pytest.mark.parametrize("asked", [[], ["captions"]])
def test_an_archive_holds_the_optional_weights_that_were_here(
    asked: list[str], hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "load_packs", lambda: {"trial": OPTIONAL})
    fetching.fetch(OPTIONAL, models=tmp_path / "here", optional=asked)
    export_pack(OPTIONAL, tmp_path / "pack.tar", models=tmp_path / "here")
    assert import_pack(tmp_path / "pack.tar", models=tmp_path / "there") == OPTIONAL
    assert weights.is_present(OPTIONAL, models=tmp_path / "there")
    assert (tmp_path / "there" / "trial" / "captions").exists() == bool(asked)


def test_an_archive_without_what_the_pack_needs_is_refused(exported: Path, tmp_path: Path) -> None:
    with tarfile.open(exported) as source:
        contents = source.extractfile(archive.CONTENTS)
        assert contents
        values = json.loads(contents.read())
    del values["files"]["embedder"]
    bad = _rewritten(
        exported, tmp_path / "bad.tar", instead={archive.CONTENTS: json.dumps(values).encode()}, extra=[]
    )
    with pytest.raises(EngineError, match="contents"):
        import_pack(bad, models=tmp_path / "there")
