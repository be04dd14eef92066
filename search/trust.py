"""How far each source of evidence is believed, and where hits end."""

from dam.types import EvidenceSource

# How far each source is believed: words that were found are there; meaning of speech by a picture model is a hint.
TRUST = {
    EvidenceSource.SPOKEN_WORDS: 1.0,
    EvidenceSource.TEXT: 0.95,
    EvidenceSource.PICTURE: 0.98,
    EvidenceSource.SPEECH_VECTOR: 0.6,
    EvidenceSource.WRITTEN: 0.95,
    EvidenceSource.CAPTION: 0.7,
    EvidenceSource.SPEAKER: 1.0,
    EvidenceSource.SOUND: 0.9,
    EvidenceSource.FACE: 1.0,
    EvidenceSource.TAG: 0.9,
    EvidenceSource.PERSON: 1.0,
    EvidenceSource.OBJECT: 0.9,
    EvidenceSource.LOOK: 0.9,
    EvidenceSource.PLACE: 1.0,
    EvidenceSource.COLLECTION: 1.0,
}
GOOD = 0.5
