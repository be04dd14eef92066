"""What happened to each path, decided without a disk or a database."""

from dam.types import FileState
from dam.types.files import FileMove, FileStamp, FoundFile, KnownFile, SkippedPath
from indexer.reconcile import reconcile
from indexer.scan import Scan, outermost


def stamp(inode: int, *, size: int = 10, mtime_ns: int = 1, device: int = 1) -> FileStamp:
    return FileStamp(size_bytes=size, mtime_ns=mtime_ns, inode=f"{device}:{inode}")


def known(
    key: int,
    path: bytes,
    at: FileStamp,
    *,
    asset: int | None = 100,
    state: FileState = FileState.PRESENT,
    reason: str = "",
) -> KnownFile:
    return KnownFile(id=key, raw_path=path, asset_id=asset, stamp=at, state=state, reason=reason)


def found(*files: tuple[bytes, FileStamp]) -> Scan:
    return Scan(files=[FoundFile(raw_path=path, stamp=at) for path, at in files])


def test_an_unchanged_file_costs_nothing() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"a", stamp(1))))
    assert plan.unchanged == 1
    assert [plan.to_read, plan.moves, plan.gone, plan.skips, plan.back] == [[], [], [], [], []]


def test_a_drive_with_a_new_device_number_is_not_read_anew() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"a", stamp(1, device=9))))
    assert plan.unchanged == 1


def test_new_and_changed_files_are_read() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"a", stamp(1, size=11)), (b"b", stamp(2))))
    assert [file.raw_path for file in plan.to_read] == [b"a", b"b"]


def test_a_file_of_the_same_size_and_date_but_another_inode_is_read() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"a", stamp(2))))
    assert [file.raw_path for file in plan.to_read] == [b"a"]


def test_a_renamed_file_is_the_same_row() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"x/b", stamp(1))))
    assert plan.moves == [FileMove(file_id=1, raw_path=b"x/b", stamp=stamp(1))]
    assert [plan.gone, plan.to_read] == [[], []]


def test_a_missing_file_that_turns_up_under_another_name_is_the_same_row() -> None:
    row = known(1, b"a", stamp(1), state=FileState.MISSING)
    assert [move.file_id for move in reconcile([row], found((b"b", stamp(1)))).moves] == [1]


def test_an_inode_given_anew_is_no_move() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"b", stamp(1, mtime_ns=2))))
    assert [row.id for row in plan.gone] == [1]
    assert [file.raw_path for file in plan.to_read] == [b"b"]


def test_a_hard_link_is_a_second_file() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"a", stamp(1)), (b"b", stamp(1))))
    assert (plan.unchanged, [file.raw_path for file in plan.to_read]) == (1, [b"b"])


def test_one_row_moves_to_one_place_only() -> None:
    plan = reconcile([known(1, b"a", stamp(1))], found((b"b", stamp(1)), (b"c", stamp(1))))
    assert (len(plan.moves), len(plan.to_read)) == (1, 1)


def test_swapped_names_are_both_read() -> None:
    rows = [known(1, b"a", stamp(1)), known(2, b"b", stamp(2), asset=200)]
    plan = reconcile(rows, found((b"a", stamp(2)), (b"b", stamp(1))))
    assert {file.raw_path for file in plan.to_read} == {b"a", b"b"}
    assert not plan.gone


def test_a_file_that_is_back_as_it_was_is_not_read() -> None:
    for state in (FileState.MISSING, FileState.SKIPPED):
        plan = reconcile([known(1, b"a", stamp(1), state=state)], found((b"a", stamp(1))))
        assert [row.id for row in plan.back] == [1]
        assert not plan.to_read


def test_what_is_gone_is_gone_once() -> None:
    rows = [known(1, b"a", stamp(1)), known(2, b"b", stamp(2), state=FileState.MISSING)]
    assert [row.id for row in reconcile(rows, Scan()).gone] == [1]


def test_nothing_below_a_folder_that_cannot_be_listed_is_gone() -> None:
    scan = Scan(blind={b"locked"}, skipped=[SkippedPath(raw_path=b"locked", reason="Can't be opened.")])
    plan = reconcile([known(1, b"locked/a", stamp(1)), known(2, b"locked2/a", stamp(2))], scan)
    assert [row.id for row in plan.gone] == [2]


def test_files_of_a_folder_that_is_excluded_now_are_skipped_not_missing() -> None:
    scan = Scan(barred={b"out": "Excluded."}, skipped=[SkippedPath(raw_path=b"out", reason="Excluded.")])
    plan = reconcile([known(1, b"out/deep/a", stamp(1))], scan)
    assert SkippedPath(raw_path=b"out/deep/a", reason="Excluded.") in plan.skips
    assert not plan.gone
    again = known(1, b"out/deep/a", stamp(1), state=FileState.SKIPPED, reason="Excluded.")
    assert [path.raw_path for path in reconcile([again], scan).skips] == [b"out"]


def test_a_skipped_path_is_written_once() -> None:
    scan = Scan(skipped=[SkippedPath(raw_path=b"a.txt", reason="Not a media file.")])
    assert len(reconcile([], scan).skips) == 1
    row = known(1, b"a.txt", FileStamp(), asset=None, state=FileState.SKIPPED, reason="Not a media file.")
    plan = reconcile([row], scan)
    assert (plan.skips, plan.unchanged) == ([], 1)


def test_the_row_of_a_skipped_path_goes_with_it() -> None:
    row = known(1, b"a.txt", FileStamp(), asset=None, state=FileState.SKIPPED, reason="Not a media file.")
    plan = reconcile([row], Scan())
    assert plan.forget == [row]
    assert not plan.gone


def test_a_subtitle_is_noticed_when_it_appears_changes_or_goes() -> None:
    path = SkippedPath(raw_path=b"m.srt", reason="A sidecar.", stamp=stamp(1))
    row = known(1, b"m.srt", stamp(1), asset=None, state=FileState.SKIPPED, reason="A sidecar.")
    changed = SkippedPath(raw_path=b"m.srt", reason="A sidecar.", stamp=stamp(1, size=99))
    assert reconcile([], Scan(skipped=[path])).subtitles == [b"m.srt"]
    assert reconcile([row], Scan(skipped=[path])).subtitles == []
    assert reconcile([row], Scan(skipped=[changed])).subtitles == [b"m.srt"]
    assert reconcile([row], Scan()).subtitles == [b"m.srt"]


def test_of_nested_paths_only_the_outermost_is_walked() -> None:
    assert outermost([b"a/b", b"a", b"a b", b"a/b/c", b"z", b"a"]) == [b"a", b"a b", b"z"]
    assert outermost([b"a", b"", b"b"]) == [b""]
