"""What recordings are about: words that are said in them and seldom elsewhere, with the moment."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from dam.catalog import words
from dam.catalog.lexicon import Lexicon, folded
from dam.catalog.readers.evidence import Clue, SpokenLine
from dam.catalog.readers.vocabulary import Vocabulary
from dam.catalog.word_counts import lines_with, spoken_lines

_SHORTEST = 4  # letters: shorter words are mostly grammar, in any language
_LOOKED_UP = 40  # candidates whose frequency in the library is asked for
_OWN, _KNOWN = 0.6, 0.5  # certainty that a word that is said names what the recording is about: the user's, a tag's …
_SALIENT = (0.25, 0.45)  # … and others, by how much they stand out
_LEAST_TIMES = 3  # a word that is nobody's and was said less often is chance
_MOST = 8  # salient words of one asset


def spoken_clues(lines: Sequence[SpokenLine], vocabulary: Vocabulary, lexicon: Lexicon) -> list[Clue]:
    """Return the words and pairs of words in these lines that could be keywords.

    Those of the user's and of the tags' vocabulary count always; others by tf-idf over the library's spoken lines
    (Spärck Jones 1972), where they are said twice or more.
    """
    by_asset: dict[int, list[SpokenLine]] = defaultdict(list)
    for line in lines:
        by_asset[line.asset_id].append(line)
    said = {asset_id: _terms(own) for asset_id, own in by_asset.items()}
    unknown = {
        asset_id: {
            term: times
            for term, (times, _) in own.items()
            if " " not in term and times >= _LEAST_TIMES and not _known(term, vocabulary, lexicon)
        }
        for asset_id, own in said.items()
    }
    often: Counter[str] = Counter()
    for strange in unknown.values():
        often.update(strange)
    rare = _idf([term for term, _ in often.most_common(_LOOKED_UP)])
    found = []
    for asset_id, terms in said.items():
        for term, (_, line) in terms.items():
            if sure := _known(term, vocabulary, lexicon):
                found.append(_clue(asset_id, term, sure, line))
        scores = {term: times * rare[term] for term, times in unknown[asset_id].items() if term in rare}
        top = max(scores.values(), default=0.0)
        for term in sorted(scores, key=lambda term: -scores[term])[:_MOST]:
            sure = _SALIENT[0] + (_SALIENT[1] - _SALIENT[0]) * scores[term] / top if top else 0.0
            if sure:
                found.append(_clue(asset_id, term, sure, terms[term][1]))
    return found


def clock(at_ms: int) -> str:
    """Return a moment as people read it: 00:12, 1:02:03."""
    seconds = at_ms // 1000
    hours = f"{seconds // 3600}:" if seconds >= 3600 else ""
    return f"{hours}{seconds // 60 % 60:02}:{seconds % 60:02}"


def _terms(lines: Sequence[SpokenLine]) -> dict[str, tuple[int, SpokenLine]]:
    """Return words and pairs as they are said, in small letters, with how often and the line that says them first."""
    times: Counter[str] = Counter()
    first: dict[str, SpokenLine] = {}
    for line in lines:
        text = words.clean(line.text)
        terms = list(words.terms(text))
        for at, term in enumerate(terms):
            if words.says_little(term) or len(term.folded) < _SHORTEST or term.folded.isdigit():
                continue
            spoken = [text[term.start : term.end].lower()]
            if at + 1 < len(terms) and not words.says_little(terms[at + 1]):
                spoken.append(f"{spoken[0]} {text[terms[at + 1].start : terms[at + 1].end].lower()}")
            for each in spoken:
                times[each] += 1
                first.setdefault(each, line)
    return {term: (count, first[term]) for term, count in times.items()}


def _known(term: str, vocabulary: Vocabulary, lexicon: Lexicon) -> float:
    if vocabulary.path_of(term):
        return _OWN
    return _KNOWN if any(not lexicon.entries[pk].retired for pk in lexicon.by_word.get(folded(term), ())) else 0.0


def _idf(terms: Sequence[str]) -> dict[str, float]:
    """Return how rare each of these words is."""
    stems = {term: folded(term) for term in terms}
    every = spoken_lines()
    counts = lines_with(list(stems.values()))
    return {term: math.log((1 + every) / (1 + counts.get(stem, 0))) for term, stem in stems.items()}


def _clue(asset_id: int, term: str, sure: float, line: SpokenLine) -> Clue:
    return Clue(asset_id=asset_id, word=term, certainty=sure, why=f"said at {clock(line.start_ms)}")
