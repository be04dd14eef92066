"""The arithmetic of what each stage costs of the whole."""

from dam.types import Stage
from tests.bench.stages import Round, report_of


def test_shares_are_of_all_stages_time_and_the_dearest_comes_first() -> None:
    rounds = [
        Round(wall_s=5.0, seconds={Stage.EMBED: 2.0, Stage.FACES: 6.0}, files={Stage.EMBED: 4, Stage.FACES: 3}),
        Round(wall_s=10.0, seconds={Stage.EMBED: 5.0, Stage.FACES: 5.0}, files={Stage.EMBED: 4, Stage.FACES: 3}),
        Round(wall_s=5.0, seconds={Stage.EMBED: 2.0, Stage.FACES: 8.0}, files={Stage.EMBED: 4, Stage.FACES: 3}),
    ]
    rate, first, second = report_of(rounds, files=5).figures
    assert (rate.value, rate.unit) == (1.0, "files/s")
    assert "1.6 × the time" in rate.note
    assert (first.what.split(":")[0], first.value, first.note) == ("stage faces", 75.0, "3 files, 2,000 ms each")
    assert (second.what.split(":")[0], second.value, second.note) == ("stage embed", 25.0, "4 files, 500 ms each")
