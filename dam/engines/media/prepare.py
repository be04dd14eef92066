"""The verbs of a decoder child: which decoder gets which file."""

from dam.engines.media.clips import cut_clip
from dam.engines.media.job import Job
from dam.engines.media.photo import prepare_photo
from dam.engines.media.recording import prepare_recording, sound_of_recording
from dam.engines.media.sniff import Opener, sniff
from dam.engines.media.subtitles import parse_sidecar, read_capped
from dam.engines.media.wire import SoundAnswer, SubtitleAnswer, from_wire
from dam.types import ClipWish, CutClip, Prepared


def prepare(job: Job) -> Prepared:
    """Decode any supported file once. Raises MediaError."""
    sniffed = sniff(job.file)
    if sniffed.opener is Opener.CONTAINER:
        return prepare_recording(job, sniffed)
    return prepare_photo(job, sniffed)


def read_sound(job: Job) -> SoundAnswer:
    """Decode only the sound. Raises MediaError."""
    sniffed = sniff(job.file)
    if sniffed.opener is not Opener.CONTAINER:
        return SoundAnswer(pcm=None)
    return SoundAnswer(pcm=sound_of_recording(job, sniffed))


def read_sidecar(job: Job) -> SubtitleAnswer:
    """Read a subtitle file. Raises MediaError."""
    return SubtitleAnswer(cues=parse_sidecar(read_capped(job.file)))


def cut(job: Job) -> CutClip:
    """Cut the clip that the job's options wish for. Raises MediaError."""
    return cut_clip(job, from_wire(ClipWish, dict(job.options)))
