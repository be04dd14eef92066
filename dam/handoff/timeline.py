"""From pieces of assets to a timeline: cuts laid end to end, in whole frames."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dam.errors import HandOffError
from dam.handoff.places import plain, reels, there, url_of
from dam.handoff.rates import (
    as_fraction,
    frame_after,
    frame_at,
    from_timecode,
    is_same_rate,
    may_drop,
    rate_name,
    standard_rate,
)
from dam.types import FrameRate, MediaKind
from dam.types.handoff import Cut, CutMarker, MarkerKind, Piece, Timeline, TimelineWish

# Sound alone has no frames of its own; what most of the world edits at.
_RATE_OF_SOUND = FrameRate(numerator=25, denominator=1)
_SIZE_OF_SOUND = (1920, 1080)
_MOST = 10_000  # cuts; a feature film has two thousand


def lay_out(pieces: Sequence[Piece], wish: TimelineWish) -> Timeline:
    """Lay pieces end to end in their order. Raises HandOffError where nothing is left to lay."""
    usable = [piece for piece in pieces if piece.kind != MediaKind.PHOTO and piece.duration_ms > 0]
    if not usable:
        raise HandOffError("A timeline takes videos and recordings: none of what was chosen is one.")
    if len(usable) > _MOST:
        raise HandOffError(f"A timeline takes at most {_MOST:,} pieces; {len(usable):,} were chosen.")
    rate = wish.rate or _usual_rate(usable)
    drop = may_drop(rate) and (_usual_drop(usable, rate) if wish.drop is None else wish.drop)
    hour_one, _ = from_timecode(f"01:00:00{';' if drop else ':'}00", rate) or (0, False)
    reel_of = reels(piece.path for piece in usable)
    cuts: list[Cut] = []
    at = 0
    for number, piece in enumerate(usable, start=1):
        cut = _cut(piece, number, rate, drop=drop, record_in=at, wish=wish, reel=reel_of[piece.path])
        at += cut.record_length
        cuts.append(cut)
    width, height = next(((one.width, one.height) for one in usable if one.width), _SIZE_OF_SOUND)
    return Timeline(
        name=plain(wish.name) or "Afterimage",
        query=plain(wish.query),
        rate=rate,
        drop=drop,
        start=hour_one,
        cuts=tuple(cuts),
        width=width,
        height=height,
        warnings=tuple(_warnings(pieces, cuts, rate)),
    )


def frames_of(cut: Cut, timeline: Timeline) -> tuple[FrameRate, int, int, int, int]:
    """Return (rate, media start, in, out, media length) of a cut in frames, for formats that count nothing else.

    Sound alone is counted at the timeline's rate; its in and out lie on that rate's frames.
    """
    if cut.has_video:
        return cut.rate, cut.media_start, cut.source_in, cut.source_out, cut.media_length
    ratio = as_fraction(timeline.rate) / as_fraction(cut.rate)
    start, source_in = int(cut.media_start * ratio), round(cut.source_in * ratio)
    return (
        timeline.rate,
        start,
        source_in,
        source_in + cut.record_length,
        max(int(cut.media_length * ratio), source_in + cut.record_length),
    )


def in_timeline_frames(cut: Cut, timeline: Timeline, at: int) -> int:
    """Return the frame of the timeline, from its beginning, at which a moment of a cut's media lies."""
    ratio = as_fraction(timeline.rate) / as_fraction(cut.rate)
    after = round((at - cut.source_in) * ratio)
    return cut.record_in + min(max(0, after), cut.record_length - 1)


def _usual_rate(pieces: Sequence[Piece]) -> FrameRate:
    """Return the rate of most videos; of the earlier one where two are as frequent."""
    rates = Counter(standard_rate(piece.frame_rate) for piece in pieces if piece.frame_rate)
    return rates.most_common(1)[0][0] if rates else _RATE_OF_SOUND


def _usual_drop(pieces: Sequence[Piece], rate: FrameRate) -> bool:
    for piece in pieces:
        if piece.frame_rate and standard_rate(piece.frame_rate) == rate:
            said = from_timecode(piece.timecode, rate)
            if said:
                return said[1]
    return False


def _cut(
    piece: Piece, number: int, rate: FrameRate, *, drop: bool, record_in: int, wish: TimelineWish, reel: str
) -> Cut:
    own = standard_rate(piece.frame_rate) if piece.frame_rate else None
    stretch = _stretch(piece, wish, rate, own)
    if own:
        counted = own
        said = from_timecode(piece.timecode, own)
        media_start, own_drop = said or (0, drop and own == rate)
        media_length = stretch.length
    else:
        counted = _sound_rate(piece)
        media_start, own_drop = piece.time_reference or 0, drop
        media_length = max(1, round(Fraction(piece.duration_ms * counted.numerator, 1000)))
    unit = as_fraction(counted) / as_fraction(stretch.grid)  # 1 for pictures; samples a frame for sound
    path = there(piece.path, wish.path_map)
    return Cut(
        piece=piece,
        number=number,
        name=plain(piece.path.name),
        reel=reel,
        url=url_of(path),
        shown_path=plain(path),
        rate=counted,
        drop=own_drop,
        has_video=own is not None,
        media_start=media_start,
        media_length=media_length,
        source_in=round(stretch.used_in * unit),
        source_out=min(round(stretch.used_out * unit), media_length),
        shot_in=round(stretch.shot_in * unit),
        shot_out=min(round(stretch.shot_out * unit), media_length),
        record_in=record_in,
        record_length=max(
            1, round((stretch.used_out - stretch.used_in) * as_fraction(rate) / as_fraction(stretch.grid))
        ),
        markers=tuple(
            CutMarker(
                kind=marker.kind,
                at=round(marker.at * unit),
                length=max(1, round(marker.length * unit)),
                name=marker.name,
                comment=marker.comment,
            )
            for marker in _markers(piece, wish, number, stretch)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A piece in frames of its grid: what was chosen, what is used with handles, and how many there are."""

    grid: FrameRate
    late_ms: int
    length: int
    shot_in: int
    shot_out: int
    used_in: int
    used_out: int


def _stretch(piece: Piece, wish: TimelineWish, rate: FrameRate, own: FrameRate | None) -> _Stretch:
    """Return a piece in frames: its own where it has pictures, the timeline's where it has none."""
    grid = own or rate
    late_ms = piece.video_start_ms if own else 0
    length = max(1, frame_after(piece.duration_ms - late_ms, grid))
    if own and piece.frame_rate and piece.video_frames and is_same_rate(own, piece.frame_rate):
        length = min(length, piece.video_frames)
    end_ms = piece.end_ms if piece.end_ms > piece.start_ms else piece.duration_ms
    shot_in = min(max(0, frame_at(piece.start_ms - late_ms, grid)), length - 1)
    shot_out = min(max(shot_in + 1, frame_after(end_ms - late_ms, grid)), length)
    seconds = wish.handle_frames / as_fraction(rate) if wish.handle_frames else Fraction(wish.handle_ms, 1000)
    handle = round(seconds * as_fraction(grid))
    return _Stretch(
        grid=grid,
        late_ms=late_ms,
        length=length,
        shot_in=shot_in,
        shot_out=shot_out,
        used_in=max(0, shot_in - handle),
        used_out=min(length, shot_out + handle),
    )


def _sound_rate(piece: Piece) -> FrameRate:
    hertz = piece.audio_tracks[0].sample_rate_hz if piece.audio_tracks else 0
    return FrameRate(numerator=hertz if hertz > 0 else 48_000, denominator=1)


def _markers(piece: Piece, wish: TimelineWish, number: int, stretch: _Stretch) -> Iterator[CutMarker]:
    """Give a piece's markers, in frames of its grid."""
    if wish.mark_shots:
        name = plain(wish.query) or plain(piece.note) or plain(piece.title) or f"Shot {number}"
        more = [plain(text) for text in (piece.title, piece.note)]
        yield CutMarker(
            kind=MarkerKind.SHOT,
            at=stretch.shot_in,
            length=stretch.shot_out - stretch.shot_in,
            name=name,
            comment=" · ".join(text for text in more if text and text != name),
        )
    for line in piece.lines if wish.mark_lines else ():
        at = max(stretch.used_in, frame_at(line.start_ms - stretch.late_ms, stretch.grid))
        end = min(stretch.used_out, frame_after(line.end_ms - stretch.late_ms, stretch.grid))
        if at < end and plain(line.text):
            said = f"{plain(line.speaker)}: {plain(line.text)}" if line.speaker else plain(line.text)
            yield CutMarker(kind=MarkerKind.LINE, at=at, length=end - at, name=said)


def _warnings(pieces: Sequence[Piece], cuts: Sequence[Cut], rate: FrameRate) -> Iterator[str]:
    left_out = len(pieces) - len(cuts)
    if left_out:
        yield f"{left_out:,} of {len(pieces):,} left out: a timeline takes videos and recordings, no photos."
    others = Counter(rate_name(cut.rate) for cut in cuts if cut.has_video and cut.rate != rate)
    if others:
        named = ", ".join(f"{count:,} at {name}" for name, count in others.items())
        yield (
            f"The timeline runs at {rate_name(rate)} frames per second; of other rates are {named}. They keep their"
            " own in and out points; where they end on the timeline is rounded to its frames."
        )
    stated = [(cut.rate, cut.piece.frame_rate) for cut in cuts]
    varying = sum(1 for counted, said in stated if said and not is_same_rate(counted, said))
    if varying:
        yield (
            f"{varying:,} of a rate that is no standard one (often a phone’s, which varies): counted at the nearest,"
            " as editing programs do; look at their cuts."
        )
    offline = sum(1 for cut in cuts if cut.piece.offline)
    if offline:
        yield f"{offline:,} not here now (a drive that is away, a file that moved): named as they were last."
