"""The user's own words: from the pages and commands (rows) and from `vocabulary.txt`, joined to the shipped ones."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from dam.catalog.lexicon import folded
from dam.catalog.models import Tag
from dam.catalog.writers.tags import OWN
from dam.config import config
from dam.tagging.vocabulary import (
    BadLine,
    Concept,
    Vocabulary,
    merged,
    shipped_vocabulary,
    slug,
    split_words,
)
from dam.types import TagKind

FILE_NAME = "vocabulary.txt"
LISTED = "listed/"  # keys of words from the file
_LONGEST = 80  # characters of a word: a tag, not a sentence
_MOST_LINES = 5_000  # each costs a vector and a column of every product

_files: dict[Path, tuple[tuple[int, int], "WordFile"]] = {}
_known: dict[str, Vocabulary] = {}  # by digest: a plan that was made lives on until its work is done
_last: tuple[tuple[Concept, ...], Vocabulary] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFile:
    """What a file of words holds, and the lines that can't be used."""

    concepts: tuple[Concept, ...] = ()
    bad: tuple[BadLine, ...] = ()


def load_vocabulary() -> Vocabulary:
    """Return what is asked now: the user's own words, then the shipped ones. Cheap while nothing changes."""
    global _last  # noqa: PLW0603 - the last answer, so that an idle worker computes nothing
    own = _own_concepts()
    last = _last
    if last is not None and last[0] == own:
        return last[1]
    vocabulary = merged(shipped_vocabulary(), own)
    _known[vocabulary.digest] = vocabulary
    _last = own, vocabulary
    return vocabulary


def vocabulary_of(digest: str) -> Vocabulary | None:
    """Return the vocabulary with that digest, if this process has seen it or it is the present one."""
    if digest not in _known:
        load_vocabulary()
    return _known.get(digest)


def word_file() -> Path:
    """Return where the file of words lies, if there is one."""
    return config().places.data / FILE_NAME


def read_word_file(path: Path | None = None) -> WordFile:
    """Read `parent/child = synonym, synonym` lines; what can't be used is told, and nothing is raised for it."""
    path = path or word_file()
    try:
        stat = path.stat()
        seen = (stat.st_mtime_ns, stat.st_size)
        if path in _files and _files[path][0] == seen:
            return _files[path][1]
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        return WordFile()
    except OSError as error:
        reason = f"the file can't be read: {error.strerror}"
        return WordFile(bad=(BadLine(number=0, text=os.fspath(path), reason=reason),))
    found = parse_word_lines(text)
    _files[path] = seen, found
    return found


def parse_word_lines(text: str) -> WordFile:
    """Return the concepts of a text in the form of the file."""
    shipped = shipped_vocabulary()
    concepts: dict[str, Concept] = {}
    words: dict[str, str] = {}  # folded: key, of the file so far
    bad: list[BadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.split("#", 1)[0].strip()
        if not told:
            continue
        reason = (
            f"only the first {_MOST_LINES} lines are read"
            if number > _MOST_LINES
            else _add(told, concepts, words, shipped)
        )
        if reason:
            bad.append(BadLine(number=number, text=line.strip()[:200], reason=reason))
        if number > _MOST_LINES:
            break
    return WordFile(concepts=tuple(concepts.values()), bad=tuple(bad))


def _add(line: str, concepts: dict[str, Concept], words: dict[str, str], shipped: Vocabulary) -> str:
    """Add a line's concepts; returns why it can't be used, or ""."""
    path, _, rest = line.partition("=")
    names = [" ".join(name.split()) for name in path.split("/")]
    synonyms = split_words(rest)
    if not all(map(folded, (*names, *synonyms))):
        return "a name needs a letter or a digit"
    if max(map(len, (*names, *synonyms))) > _LONGEST:
        return f"a word may have at most {_LONGEST} characters"
    if len(names) > 4:
        return "at most four levels are told apart"
    if folded(names[-1]) in shipped.words:
        return f"“{names[-1]}” is in the vocabulary already"
    if folded(names[-1]) in words and concepts[words[folded(names[-1])]].name == names[-1] and not synonyms:
        return f"“{names[-1]}” stands in the file already"
    parent = ""
    for name in names:
        parent = _key_of(name, parent, concepts, words, shipped)
    clear = tuple(word for word in synonyms if folded(word) not in shipped.words and folded(word) not in words)
    if clear:
        concept = concepts[parent]
        concepts[parent] = replace(concept, synonyms=(*concept.synonyms, *clear))
        words.update(dict.fromkeys(map(folded, clear), parent))
    taken = [word for word in synonyms if word not in clear]
    return f"“{taken[0]}” means something else already" if taken else ""


def _key_of(name: str, parent: str, concepts: dict[str, Concept], words: dict[str, str], shipped: Vocabulary) -> str:
    known = words.get(folded(name)) or shipped.words.get(folded(name))
    if known:
        return known
    key = f"{LISTED}{parent.removeprefix(LISTED)}/{slug(name)}" if parent else f"{LISTED}{slug(name)}"
    concepts[key] = Concept(key=key, name=name, parent=parent, own=True)
    words[folded(name)] = key
    return key


def _own_concepts() -> tuple[Concept, ...]:
    """Return the words of the pages, then those of the file; a word that is in both is asked once."""
    rows = Tag.objects.filter(own=True, retired=False, kind=TagKind.PICTURE, key__startswith=OWN)
    typed = [
        Concept(key=key, name=name, synonyms=tuple(synonyms), own=True)
        for key, name, synonyms in rows.order_by("key").values_list("key", "name", "synonyms")
    ]
    taken = {folded(concept.name) for concept in typed} & {
        folded(concept.name) for concept in read_word_file().concepts
    }
    return (
        *(concept for concept in typed if folded(concept.name) not in taken),
        *read_word_file().concepts,
    )
