"""From a video's decoded frames, one by one, to shots with keyframes and strips, and one good frame for the whole."""

from dataclasses import dataclass, field

from av.video.frame import VideoFrame
from PIL import Image

from dam.engines.media.frames import FrameMaker, Pixels
from dam.engines.media.job import Job
from dam.engines.media.keyframes import Candidate, choose_keyframes, clarity_of
from dam.engines.media.motion import MotionMeter
from dam.engines.media.renditions import write_picture
from dam.engines.media.shots import ShotDetector, look_at
from dam.engines.media.strip import make_strip
from dam.types import PreparedUnit, RenditionFile, RenditionRole, UnitKind

# One candidate frame per this time at first; a shot that runs on keeps every second and doubles it, so a shot
# never holds more than 32 frames of about 1 MB.
_CANDIDATE_STEP_MS = 200
_MAX_CANDIDATES = 32
# A recording without cuts (a wedding, a lecture): a shot this long with changing content ends here and the next
# begins, so that its vectors keep up with it; a static one goes on.
_LONG_SHOT_MS = 120_000
_MAX_SHOTS = 10_000
_CLEARLY_BETTER = 1.1  # a new poster costs a large conversion: only for one that is clearly better
_POSTER_AFTER_MS = 500  # first frames are titles, black, or a lens cap


@dataclass(slots=True)
class _OpenShot:
    start_ms: int
    step_ms: int = _CANDIDATE_STEP_MS
    candidates: list[Candidate] = field(default_factory=list)
    checked_ms: int = 0

    def wants(self, time_ms: int) -> bool:
        return not self.candidates or time_ms - self.candidates[-1].time_ms >= self.step_ms

    def add(self, candidate: Candidate) -> None:
        self.candidates.append(candidate)
        if len(self.candidates) > _MAX_CANDIDATES:
            self.candidates = self.candidates[::2]
            self.step_ms *= 2


class VideoPass:
    """Takes the frames of a video in time order; `finish` gives its units.

    Memory does not grow with the video's length: only the open shot's candidates are held, closed shots are files.
    """

    def __init__(self, job: Job, maker: FrameMaker) -> None:
        self._job = job
        self._maker = maker
        self._detector = ShotDetector()
        self._motion = MotionMeter()
        self._shot = _OpenShot(0)
        self._units: list[PreparedUnit] = []
        self._poster: Pixels | None = None
        self._poster_ms = 0
        self._poster_clarity = 0.0
        self.frames = 0

    def take(self, time_ms: int, frame: VideoFrame) -> None:
        """Take the next frame."""
        self.frames += 1
        look = look_at(time_ms, self._maker.small(frame))
        self._motion.take(time_ms, look.luma)
        cut = self._detector.push(look)
        if cut is not None:
            self._cut_at(cut)
        if self._shot.wants(time_ms):
            clarity = clarity_of(look.luma)
            self._shot.add(Candidate(look=look, pixels=self._maker.thumb(frame), clarity=clarity))
            self._consider_poster(time_ms, clarity, frame)
            self._end_long_shot(time_ms)

    def finish(self, duration_ms: int) -> tuple[PreparedUnit, ...]:
        """Close the last shot and return all, covering [0, duration)."""
        for cut in self._detector.flush():
            self._cut_at(cut)
        self._close(max(duration_ms, self._shot.start_ms + 1))
        return tuple(self._units)

    def poster(self) -> RenditionFile | None:
        """Write the clearest frame of the whole as the asset's preview."""
        if self._poster is None:
            return None
        path = self._job.path("preview", ".jpg")
        return write_picture(Image.fromarray(self._poster), RenditionRole.PREVIEW, path, at_ms=self._poster_ms)

    def _cut_at(self, cut_ms: int) -> None:
        """End the open shot; candidates that were taken after the cut belong to the next one."""
        after = [candidate for candidate in self._shot.candidates if candidate.time_ms >= cut_ms]
        before = [candidate for candidate in self._shot.candidates if candidate.time_ms < cut_ms]
        if not before or len(self._units) >= _MAX_SHOTS - 1:
            return
        self._shot.candidates = before
        self._close(cut_ms)
        self._shot.candidates = after

    def _end_long_shot(self, time_ms: int) -> None:
        shot = self._shot
        if time_ms - max(shot.start_ms, shot.checked_ms) < _LONG_SHOT_MS:
            return
        shot.checked_ms = time_ms
        if len(choose_keyframes(shot.candidates)) > 1:
            self._cut_at(time_ms)

    def _close(self, end_ms: int) -> None:
        shot, self._shot = self._shot, _OpenShot(end_ms)
        motion = self._motion.close(end_ms)
        if not shot.candidates:
            return
        renditions = [
            self._write(candidate.pixels, RenditionRole.KEYFRAME, candidate.time_ms)
            for candidate in choose_keyframes(shot.candidates)
        ]
        strip, frames = make_strip(shot.candidates)
        path = self._job.path("strip", ".jpg")
        renditions.append(
            write_picture(strip, RenditionRole.STRIP, path, at_ms=shot.candidates[0].time_ms, frames=frames)
        )
        self._units.append(
            PreparedUnit(
                kind=UnitKind.SHOT,
                start_ms=shot.start_ms,
                end_ms=end_ms,
                renditions=tuple(renditions),
                motion=motion,
            )
        )

    def _write(self, pixels: Pixels, role: RenditionRole, at_ms: int) -> RenditionFile:
        path = self._job.path(role.value, ".jpg")
        return write_picture(Image.fromarray(pixels), role, path, at_ms=at_ms)

    def _consider_poster(self, time_ms: int, clarity: float, frame: VideoFrame) -> None:
        early = time_ms < _POSTER_AFTER_MS
        if self._poster is None or clarity * (0.5 if early else 1.0) > self._poster_clarity * _CLEARLY_BETTER:
            self._poster = self._maker.large(frame)
            self._poster_ms, self._poster_clarity = time_ms, clarity * (0.5 if early else 1.0)
