"""What pictures are asked for: the files in `words/` and the user's own words in, one checked hierarchy out."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path

from dam.catalog.lexicon import folded
from dam.errors import ConfigError

FOLDER = Path(__file__).parent / "words"

# Of how certainties are made (score, tuning, prompts): a change of it makes every tag due again, as new words do.
METHOD = 1

# `name = synonym, synonym > what the model is asked | another way to ask {a group of which one alone is true}`
_LINE = re.compile(
    r"^(?P<indent> *)(?P<head>\()?(?P<name>[^=>{}()]+?)(?(head)\))"
    r"(?: *= *(?P<synonyms>[^>{}]+?))?(?: *> *(?P<prompts>[^{}]+?))?(?: *\{(?P<one_of>[^{}]+)\})?$"
)
_INDENT = 2
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing to be found. `prompts` are what a model is asked instead of the name; `asked` False: a heading.

    Of the concepts with the same `one_of`, one alone can be true of a picture.
    """

    key: str
    name: str
    parent: str = ""
    synonyms: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    asked: bool = True
    one_of: str = ""
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Concepts, the user's own first; parents stand before what lies below them."""

    concepts: tuple[Concept, ...]
    by_key: Mapping[str, Concept] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {concept.key: concept for concept in self.concepts})

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with anything that can change a tag."""
        told = json.dumps([METHOD, [asdict(concept) for concept in self.concepts]], ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    @cached_property
    def asked(self) -> tuple[Concept, ...]:
        """The concepts that a model is asked for."""
        return tuple(concept for concept in self.concepts if concept.asked)

    def ancestors(self, key: str) -> Iterator[str]:
        """Yield the keys of what a concept lies below, the nearest first."""
        at = self.by_key[key].parent
        while at:
            yield at
            at = self.by_key[at].parent

    @cached_property
    def words(self) -> dict[str, str]:
        """Every name and synonym, folded, with the key of what it means; names win over synonyms."""
        found: dict[str, str] = {}
        for concept in self.concepts:
            found.setdefault(folded(concept.name), concept.key)
        for concept in self.concepts:
            for word in concept.synonyms:
                found.setdefault(folded(word), concept.key)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that can't be used, and why, in words."""

    number: int
    text: str
    reason: str


def tag_model(embedder: str, vocabulary: Vocabulary) -> str:
    """Return the name that goes on every score: by which vectors, and by which words."""
    return f"{embedder}+{vocabulary.digest}"


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return the concepts that come with the program. Raises ConfigError, naming the file and the line."""
    found: list[Concept] = []
    for path in sorted(FOLDER.glob("*.txt")):
        concepts, bad = read_words(path.read_text(encoding="utf-8").splitlines())
        if bad:
            raise ConfigError(f"The vocabulary {path.name} is wrong in line {bad[0].number}: {bad[0].reason}.")
        found += concepts
    return Vocabulary(concepts=tuple(found))


def read_words(lines: Iterable[str]) -> tuple[list[Concept], list[BadLine]]:
    """Read concepts, a line each, indented by two spaces below their parent; `#` begins a remark."""
    found: list[Concept] = []
    bad: list[BadLine] = []
    above: list[Concept] = []
    for number, line in enumerate(lines, start=1):
        text = line.split("#", 1)[0].rstrip()
        if not text:
            continue
        match = _LINE.match(text)
        if match is None:
            bad.append(BadLine(number=number, text=line, reason="it is not “name = synonym, synonym > prompt”"))
            continue
        depth, left = divmod(len(match["indent"]), _INDENT)
        if left or depth > len(above) or depth >= _DEEPEST:
            bad.append(BadLine(number=number, text=line, reason="its indentation fits no line above it"))
            continue
        del above[depth:]
        concept = _concept(match, above[-1] if above else None)
        above.append(concept)
        found.append(concept)
    return found, bad


def merged(shipped: Vocabulary, own: Sequence[Concept]) -> Vocabulary:
    """Return the user's own concepts and after them the shipped ones."""
    return Vocabulary(concepts=(*own, *shipped.concepts)) if own else shipped


def slug(name: str) -> str:
    """Return a name as a part of a key."""
    return re.sub(r"[\s/]+", "-", name.strip().lower())


def split_words(text: str | None, by: str = ",") -> tuple[str, ...]:
    """Return the words of a list, without blanks and repeats."""
    return tuple(dict.fromkeys(" ".join(word.split()) for word in (text or "").split(by) if word.strip()))


def _concept(match: re.Match[str], parent: Concept | None) -> Concept:
    name = " ".join(match["name"].split())
    return Concept(
        key=f"{parent.key}/{slug(name)}" if parent else slug(name),
        name=name,
        parent=parent.key if parent else "",
        synonyms=split_words(match["synonyms"]),
        prompts=split_words(match["prompts"], "|"),
        asked=not match["head"],
        one_of=(match["one_of"] or "").strip(),
    )
