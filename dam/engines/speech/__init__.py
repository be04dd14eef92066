"""Sound to words: a voice detector finds the speech, an engine hears it, the words are cut into clips."""

from dam.engines.speech.clips import cut_clips
from dam.engines.speech.cues import transcript_from_cues
from dam.engines.speech.hearing import Hearing, Recogniser
from dam.engines.speech.utterance import Utterance

__all__ = ["Hearing", "Recogniser", "Utterance", "cut_clips", "transcript_from_cues"]
