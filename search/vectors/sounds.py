"""Sounds by their meaning: words to the vectors of sounds that are like them."""

from dam.errors import EngineError
from dam.types import Candidate, EvidenceSource
from search import calibrate
from search.vectors.measuring import Narrowing, candidates, measured
from search.vectors.query_vectors import text_vector
from search.vectors.spaces import Spaces


def heard(text: str, spaces: Spaces, narrowing: Narrowing | None = None) -> list[Candidate]:
    """Return what sounds like a text, calibrated; nothing without a model of sounds. Raises database errors."""
    model, index = spaces.hearing, spaces.sound
    if model is None or index is None or not len(index.columns):
        return []
    usual = calibrate.sound_tuning(model.info)
    try:
        vector = text_vector(text, model.info.space, model.embed_texts, usual.prompts)
    except EngineError:  # its weights went away: pictures and words still answer
        return []
    matches, certain = measured(vector, index, narrowing or Narrowing(), usual, model.info)
    return candidates(matches, certain, index.columns, EvidenceSource.SOUND)
