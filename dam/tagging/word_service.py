"""The user's own words, added, taken out and listed: for the command and the pages."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.lexicon import folded
from dam.catalog.models import Tag
from dam.catalog.writers.tags import OWN, ensure_tag, retire_tag
from dam.errors import TagError
from dam.tagging.own import WordFile, load_vocabulary, parse_word_lines, read_word_file, word_file
from dam.types import TagKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWord:
    """One of the user's words; `listed` says that it stands in the file of words."""

    name: str
    path: str
    synonyms: tuple[str, ...]
    listed: bool


def own_words() -> list[OwnWord]:
    """Return the user's own words: those of the pages, then those of the file, each with what it lies below."""
    vocabulary = load_vocabulary()
    return [
        OwnWord(
            name=concept.name,
            path="/".join(
                [*reversed([vocabulary.by_key[key].name for key in vocabulary.ancestors(concept.key)]), concept.name]
            ),
            synonyms=concept.synonyms,
            listed=not concept.key.startswith(OWN),
        )
        for concept in vocabulary.concepts
        if concept.own
    ]


def add_word(word: str) -> str:
    """Add a word that pictures are asked for; returns its name. Raises TagError where it is there already."""
    vocabulary = load_vocabulary()
    known = vocabulary.words.get(folded(word))
    if known is not None:
        raise TagError(f"“{word}” is asked for already: “{vocabulary.by_key[known].name}” means it.")
    return ensure_tag(word, kind=TagKind.PICTURE).name


def remove_word(word: str) -> str:
    """Ask for one of the user's own words no longer; returns its name. What people said of it stays.

    Raises TagError where the word is none of the user's, or stands in the file.
    """
    rows = Tag.objects.filter(own=True, retired=False, kind=TagKind.PICTURE, key__startswith=OWN)
    for tag in rows:
        if folded(tag.name) == folded(word):
            retire_tag(tag.pk)
            return tag.name
    if any(folded(concept.name) == folded(word) for concept in read_word_file().concepts):
        raise TagError(f"“{word}” stands in {word_file()}; take its line out there.")
    raise TagError(f"“{word}” is none of your own words.")


def take_word_file(source: Path) -> WordFile:
    """Make a text the file of words; returns what it holds, with the lines that can't be used. Raises TagError."""
    try:
        text = source.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise TagError(f"{source} can't be read: {error.strerror}.") from error
    target = word_file()
    if not (target.exists() and source.exists() and os.path.samefile(source, target)):  # noqa: PTH121 - both exist
        target.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved: a worker reads either the old words or the new.
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            file.write(text)
        Path(file.name).replace(target)
    return parse_word_lines(text)
