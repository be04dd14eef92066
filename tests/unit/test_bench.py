"""The arithmetic of the benchmark."""

import math
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.faces.dlib_engine import DlibFaceEngine, weights_folder
from dam.ports import SPEECH_RATE_HZ, ModelInfo
from dam.tagging.score import backgrounds, likely
from dam.tagging.tuning import tuning
from tests.bench.__main__ import PARTS, tasks_of
from tests.bench.cuts import Agreement, agreement, total
from tests.bench.drawn import LINES, SIDES, with_faces, with_writing
from tests.bench.measure import OURS, Figure, Report, figures_of, interleaved, latency_figures, orders, percentile
from tests.bench.show import in_words, write_into
from tests.bench.sounds import windows_of
from tests.bench.tags import by_concept, by_picture
from tests.bench.task import TASKS
from tests.bench.vectors import brute_force


def test_each_round_runs_everybody_once_and_begins_with_another() -> None:
    rounds = orders(["a", "b", "c"], 4)
    assert rounds == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]]
    assert orders(["alone"], 2) == [["alone"], ["alone"]]


def test_contenders_take_turns_and_keep_their_own_values() -> None:
    log: list[str] = []

    def contender(name: str) -> int:
        log.append(name)
        return len(log)

    values = interleaved({"a": lambda: contender("a"), "b": lambda: contender("b")}, 3)
    assert log == ["a", "b", "b", "a", "a", "b"]
    assert values == {"a": [1, 4, 5], "b": [2, 3, 6]}


def test_a_slow_round_moves_neither_the_median_nor_the_ratio() -> None:
    ours, peer = figures_of("photos", "photos/s", {OURS: [10.0, 1.0, 11.0], "peer": [20.0, 2.0, 22.0]})
    assert ours == Figure(what="photos", who=OURS, value=10.0, unit="photos/s")
    assert peer.value == 20.0
    assert peer.beside == 2.0


def test_a_figure_alone_has_nothing_beside_it() -> None:
    (figure,) = figures_of("speech", "×", {"peer": [3.0]})
    assert figure.beside is None


@pytest.mark.parametrize(("percent", "expected"), [(50, 10), (95, 19), (100, 20), (1, 1), (0, 1)])
def test_percentiles_are_values_that_were_measured(percent: float, expected: int) -> None:
    assert percentile(list(range(20, 0, -1)), percent) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_latencies_are_told_as_two_percentiles_beside_ours() -> None:
    rounds = {OURS: [[1.0] * 19 + [5.0, 5.0]] * 3, "numpy": [[4.0] * 19 + [50.0, 50.0]] * 3}
    figures = {(figure.what, figure.who): figure for figure in latency_figures("query", rounds)}
    assert figures["query, p50", OURS].value == 1.0
    assert figures["query, p95", OURS].value == 5.0
    assert figures["query, p50", "numpy"].beside == 4.0
    assert figures["query, p95", "numpy"].beside == 10.0


def test_cuts_within_the_tolerance_agree_once_each() -> None:
    found = agreement([1.0, 5.0, 9.0], [1.05, 1.09, 5.2, 9.0], tolerance=0.1)
    assert found == Agreement(both=2, only_first=1, only_second=2)
    assert found.f1 == pytest.approx(2 * 2 / (3 + 4))


def test_agreement_is_the_same_either_way_round() -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        one, other = (sorted(rng.uniform(0, 20, rng.integers(0, 12)).tolist()) for _ in range(2))
        assert agreement(one, other, tolerance=0.3).f1 == agreement(other, one, tolerance=0.3).f1


@pytest.mark.parametrize(
    ("one", "other", "f1"), [([], [], 1.0), ([3.0], [], 0.0), ([], [3.0], 0.0), ([3.0], [3.0], 1.0)]
)
def test_files_without_cuts_agree_only_with_each_other(one: list[float], other: list[float], f1: float) -> None:
    assert agreement(one, other, tolerance=0.1).f1 == f1


def test_files_count_by_their_cuts() -> None:
    parts = [agreement([1.0, 2.0], [1.0, 2.0], tolerance=0.1), agreement([], [4.0], tolerance=0.1), Agreement()]
    assert total(parts) == Agreement(both=2, only_second=1)
    assert total(parts).f1 == pytest.approx(0.8)


def test_brute_force_gives_the_best_rows_best_first() -> None:
    rows = np.random.default_rng(3).standard_normal((1500, 8), dtype=np.float32)
    scores = rows @ rows[11]
    found = brute_force(rows, rows[11])
    assert found.shape == (600,)
    assert all(scores[one] >= scores[other] for one, other in pairwise(found.tolist()))
    assert scores[found[-1]] >= np.sort(np.delete(scores, found))[-1]


def test_a_report_survives_its_way_between_processes() -> None:
    report = Report(
        figures=(Figure(what="a", who=OURS, value=1.5, unit="MB", beside=0.5, note="n"),),
        remarks=("it can't",),
        about={"pack": "starter"},
    )
    assert Report.from_json(report.as_json()) == report
    both = report.joined(Report(remarks=("nor this",), about={"cores": "2"}))
    assert both.remarks == ("it can't", "nor this")
    assert both.about == {"pack": "starter", "cores": "2"}


def test_every_part_has_known_tasks_and_shared_ones_run_once() -> None:
    assert {*tasks_of([]), *PARTS["many"]} == set(TASKS)
    assert not set(tasks_of([])) & set(PARTS["many"])
    assert tasks_of(["query", "memory"]).count("fill") == 1
    assert tasks_of(["memory"]).index("fill") < tasks_of(["memory"]).index("search_memory")
    assert tasks_of(["speech"]) == list(PARTS["speech"])


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_a_module_that_measures(task: str) -> None:
    assert callable(import_module(f"tests.bench.{task}").measure)


def test_understanding_is_measured_stage_by_stage_and_on_request_alone() -> None:
    assert {"faces", "seen", "sounds", "tags", "look", "stages"} <= set(PARTS)
    assert tasks_of(["faces", "tags"]) == ["faces", "tags"]


def test_the_plain_ways_to_tags_find_what_ours_finds_and_what_chance_adds() -> None:
    rng = np.random.default_rng(5)
    concepts, pictures = (rng.standard_normal((count, 24)).astype(np.float32) for count in (300, 60))
    pictures += 4 * concepts[:60]
    concepts /= np.linalg.norm(concepts, axis=1, keepdims=True)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    info = ModelInfo(name="bench", space="picture:bench", dimensions=24)
    behind = backgrounds(pictures, concepts, tuning(info))
    plain = by_concept(pictures, concepts, behind, tuning(info))
    assert plain == by_picture(pictures, concepts, behind, tuning(info))
    ours = likely(pictures, concepts, behind, tuning(info), info)
    found = set(zip(ours.rows.tolist(), ours.concepts.tolist(), strict=True))
    assert found
    assert found < plain


def test_drawn_faces_are_faces_to_a_detector() -> None:
    wall = Image.new("RGB", (1680, 1120), (120, 140, 90))
    (found,) = DlibFaceEngine(weights_folder(), name="dlib").find_faces([np.asarray(with_faces(wall))])
    assert len(found) == len(SIDES)


def test_a_small_picture_gets_the_faces_that_it_has_room_for() -> None:
    small = Image.new("RGB", (300, 300))
    assert np.any(np.asarray(with_faces(small)) != 0)
    assert with_faces(small).size == small.size
    assert not np.any(np.asarray(with_faces(Image.new("RGB", (100, 100)))))


def test_writing_is_drawn_line_below_line() -> None:
    rows = np.asarray(with_writing(Image.new("RGB", (1024, 768)))).any(axis=(1, 2))
    assert np.count_nonzero(np.diff(rows.astype(int)) == 1) == len(LINES)


def test_windows_of_a_recording_are_whole_and_begin_anew_at_its_end() -> None:
    sound = np.arange(SPEECH_RATE_HZ * 3, dtype=np.int16)
    windows = windows_of(sound, count=7, window_ms=1000)
    assert [len(window) for window in windows] == [SPEECH_RATE_HZ] * 7
    assert windows[0][0] == windows[2][0] == 0
    assert windows[1][0] == SPEECH_RATE_HZ


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234 MB"), (99.96, "100.0 MB"), (3.14159, "3.14 MB"), (0.004, "0.00 MB")]
)
def test_values_are_shown_with_the_digits_that_count(value: float, text: str) -> None:
    assert in_words(Figure(what="", who="", value=value, unit="MB")) == text
    assert not math.isnan(value)


def test_a_table_goes_between_the_marks_of_a_document_and_nothing_else_changes(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("# Title\n<!-- figures -->\nold\n<!-- end of figures -->\nlast words\n")
    report = Report(figures=(Figure(what="photos", who=OURS, value=12.0, unit="photos/s", note="n"),))
    write_into(report, document)
    write_into(report, document)
    text = document.read_text()
    assert text.startswith("# Title\n<!-- figures -->\n")
    assert text.endswith("<!-- end of figures -->\nlast words\n")
    assert text.count("| photos | Afterimage | 12.0 photos/s |  | n |") == 1
    assert "old" not in text


def test_a_document_may_hold_several_tables_and_a_run_writes_the_one_it_names(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    marks = "<!-- {0} -->\nold {0}\n<!-- end of {0} -->\n"
    document.write_text(marks.format("figures") + marks.format("understanding"))
    write_into(
        Report(figures=(Figure(what="faces", who=OURS, value=3.0, unit="faces/s"),)), document, name="understanding"
    )
    text = document.read_text()
    assert text.startswith(marks.format("figures"))
    assert "| faces | Afterimage | 3.00 faces/s |" in text
    assert "old understanding" not in text


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("mine")
    with pytest.raises(ValueError, match="no line"):
        write_into(Report(), document)
    assert document.read_text() == "mine"
