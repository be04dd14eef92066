"""A stretch of a container in the asset's own milliseconds, and what a clip of it may say about itself."""

from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer
from av.stream import Stream

from dam.engines.media.probe import declared_duration_ms
from dam.types import ClipWish

_BEFORE_MS = 1000  # sound that is heard with a frame may stand before it in the file
_ENDLESS_MS = 1 << 60
# What a clip keeps of a container's tags; where it was taken only when that is asked for.
_KEPT = {"creation_time", "title", "artist", "author", "copyright", "comment", "description", "date", "make", "model"}
_KEPT |= {f"com.apple.quicktime.{name}" for name in ("make", "model", "creationdate")}
_PLACES = {"location", "location-eng", "com.apple.quicktime.location.iso6709"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """`[start_ms, end_ms)` from the container's own start, at `origin_s` of its clock."""

    start_ms: int
    end_ms: int
    origin_s: Fraction
    whole_ms: int  # as the header says; 0 where it says nothing
    from_start: bool = False  # read everything before it, too: seeking in this file leads astray

    @classmethod
    def of(cls, container: InputContainer, wish: ClipWish) -> "Stretch":
        """Return the stretch that is wished for; the whole recording where both times are 0."""
        whole = wish.end_ms <= wish.start_ms
        return cls(
            start_ms=0 if whole else wish.start_ms,
            end_ms=_ENDLESS_MS if whole else wish.end_ms,
            origin_s=Fraction(container.start_time or 0, 1_000_000),
            whole_ms=declared_duration_ms(container),
        )

    def seek(self, container: InputContainer) -> None:
        """Go to a keyframe before the stretch."""
        before_ms = 0 if self.from_start else max(0, self.start_ms - _BEFORE_MS)
        container.seek(round(self.origin_s * 1_000_000) + before_ms * 1000, backward=True, any_frame=False)

    @property
    def sought(self) -> bool:
        """Tell whether `seek` leaves something out, which it may do wrongly."""
        return self.start_ms > _BEFORE_MS and not self.from_start

    def ms_of(self, pts: int, stream: Stream) -> int:
        """Return a time stamp in the asset's milliseconds, rounded as shots are."""
        base = stream.time_base or Fraction(1, 1000)
        return max(0, round(float(pts * base - self.origin_s) * 1000))

    def holds(self, time_ms: int) -> bool:
        """Tell whether a moment lies in the stretch."""
        return self.start_ms <= time_ms < self.end_ms

    def share(self, time_ms: int) -> float:
        """Return how far a moment lies in the stretch, 0 to 1."""
        end_ms = min(self.end_ms, self.whole_ms or self.end_ms)
        return min(1.0, max(0.0, (time_ms - self.start_ms) / max(1, end_ms - self.start_ms)))


def clip_tags(container: InputContainer, wish: ClipWish) -> dict[str, str]:
    """Return the tags that a clip carries: its timecode, and what may be kept of its source's."""
    kept = {}
    if wish.keep_metadata:
        kept = {name: value for name, value in container.metadata.items() if name.lower() in _KEPT}
    if wish.keep_location:
        kept |= {name: value for name, value in container.metadata.items() if name.lower() in _PLACES}
    return kept | ({"timecode": wish.timecode} if wish.timecode else {})
