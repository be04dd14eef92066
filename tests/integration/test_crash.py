"""kill -9 at any moment: after a restart every file is indexed exactly once, or listed with its reason."""

import hashlib
import math
import shutil
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.stack import (
    DONE_S,
    REAL_MODELS,
    START_S,
    Stack,
    answer,
    contents,
    faults,
    manage,
    running,
    stages_ended,
    stages_left,
    until,
)

pytestmark = pytest.mark.timeout(900)


def make_media(folder: Path) -> None:
    """Two dozen photos, a video with a cut, a tone, a cut-off picture and a text that calls itself one."""
    folder.mkdir(parents=True)
    for position in range(24):
        generator = np.random.default_rng(position)
        small = generator.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(small).resize((1600, 1200)).save(folder / f"photo-{position:02}.jpg", quality=92)
    whole = (folder / "photo-00.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[:100])
    (folder / "not-a-picture.png").write_text("Only words.")
    _make_video(folder / "cut.mp4")
    with wave.open(str(folder / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        samples = [int(9000 * math.sin(position / 6)) for position in range(32_000)]
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def _make_video(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for position in range(100):
            picture = np.full((240, 320, 3), (220, 40, 30) if position < 50 else (20, 60, 210), dtype=np.uint8)
            picture[:, (3 * position) % 300 :][:, :20] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash") / "media"
    make_media(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(media: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, ...]]:
    """What the catalogue holds when nothing was killed."""
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    done = manage(data, "index", "--quiet", str(media))
    assert done.returncode == 0, done.stdout + done.stderr
    assert faults(data) == []
    held = contents(data)
    assert set(held) == set(fingerprints(media))
    return held


def total_of(held: dict[str, tuple[object, ...]]) -> int:
    return sum(str(row[-1]).count(":") for row in held.values() if row[-1])


def share_done(data: Path, share: float, total: int) -> Callable[[], bool]:
    return lambda: stages_ended(data) >= max(1, round(share * total))


def finish(stack: Stack, total: int) -> None:
    """Wait until all is done and the pages answer."""

    def ended() -> bool:
        return stages_ended(stack.data) >= total and not stages_left(stack.data)

    until(ended, limit_s=DONE_S, what=f"all of {total} stages", log=lambda: stack.log)
    url = stack.address()
    until(lambda: answer(url) > 0, limit_s=START_S, what="the pages answer", log=lambda: stack.log)


def test_each_child_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    tmp_path: Path, media: Path, undisturbed: dict[str, tuple[object, ...]]
) -> None:
    data, total, originals = tmp_path / "data", total_of(undisturbed), fingerprints(media)
    with running(data, "--media", str(media)) as stack:
        for share, victim in [(0.0, "watcher"), (0.05, "worker"), (0.35, "web"), (0.45, "worker"), (0.8, "worker")]:
            until(share_done(data, share, total), limit_s=DONE_S, what=f"{share:.0%} done", log=lambda: stack.log)
            stack.kill(victim)
        finish(stack, total)
        assert stack.stop() == 0
    assert contents(data) == undisturbed
    assert faults(data) == []
    assert fingerprints(media) == originals


def test_everything_killed_at_once_loses_nothing_and_doubles_nothing(
    tmp_path: Path, media: Path, undisturbed: dict[str, tuple[object, ...]]
) -> None:
    data, total = tmp_path / "data", total_of(undisturbed)
    for share in (0.1, 0.6):
        with running(data, "--media", str(media)) as stack:
            until(share_done(data, share, total), limit_s=DONE_S, what=f"{share:.0%} done", log=lambda: stack.log)
            stack.kill_everything()
    with running(data) as stack:
        finish(stack, total)
        assert stack.stop() == 0
    assert contents(data) == undisturbed
    assert faults(data) == []


def every_third(real_media: Path, folder: Path) -> Path:
    """A third of the real media, of each folder and format: what a kill does depends on what files are, not on how
    many there are, and the models that look at each picture take seconds.
    """
    for path in sorted(path for path in real_media.rglob("*") if path.is_file())[::3]:
        copied = folder / path.relative_to(real_media)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
    return folder


@pytest.mark.real
@pytest.mark.slow
def test_real_media_survives_kills_of_everything_and_of_each_child(tmp_path: Path, real_media: Path) -> None:
    reference, some = tmp_path / "undisturbed", every_third(real_media, tmp_path / "media")
    assert manage(reference, "index", "--quiet", str(some), extra=REAL_MODELS).returncode == 0
    expected = contents(reference)
    data, total, originals = tmp_path / "data", total_of(expected), fingerprints(some)
    for share in (0.05, 0.5):
        with running(data, "--media", str(some), extra=REAL_MODELS) as stack:
            until(share_done(data, share, total), limit_s=DONE_S, what=f"{share:.0%} done", log=lambda: stack.log)
            stack.kill_everything()
    with running(data, extra=REAL_MODELS) as stack:
        for share, victim in [(0.6, "worker"), (0.7, "web"), (0.8, "watcher"), (0.9, "worker")]:
            until(share_done(data, share, total), limit_s=DONE_S, what=f"{share:.0%} done", log=lambda: stack.log)
            stack.kill(victim)
        finish(stack, total)
        assert stack.stop() == 0
    assert contents(data) == expected
    assert faults(data) == []
    assert fingerprints(some) == originals
