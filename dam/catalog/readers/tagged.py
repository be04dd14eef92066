"""Which units have a tag: a name or synonym in, units with certainty and moment out, for searches and lists."""

import json
import re
from collections.abc import Collection, Iterable, Set

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from dam.catalog import current
from dam.catalog.keywords import forms
from dam.catalog.lexicon import Lexicon, folded, load_lexicon
from dam.catalog.models import AssetMetadata, TagScore, TagVerdict, Unit
from dam.types import Stage, TagKind

LINE = 0.5  # as likely true as not: below it a model's word is not shown
TAUGHT = "taught:"
_FEW_WORDS = 20  # so many are looked for by the database; with more, every keyword is read


def models_shown() -> list[str]:
    """Return the models whose scores are shown: the tags' own, those of sounds, and what was taught over the same."""
    in_use = current.models_in_use()
    shown = [in_use[stage] for stage in (Stage.TAG, Stage.SOUND_TAG) if in_use.get(stage)]
    return [*shown, *(TAUGHT + model.rpartition("+")[0] for model in shown)]


def units_with_tag(name: str) -> list[tuple[int, float, int]]:
    """Return (unit, certainty, moment in ms) for what a tag's name or synonym means, with all below it.

    The best first. What a person accepted counts 1.0, what was rejected is left out; a file's keyword counts 1.0
    for each photo and shot of the file.
    """
    lexicon = load_lexicon()
    asked = set(lexicon.meant_by(name))
    return _units(lexicon, asked, word=name)


def units_with_tag_id(tag_id: int, *, below: bool = True) -> list[tuple[int, float, int]]:
    """Return the same for one tag by its id, on request without what lies below it."""
    lexicon = load_lexicon()
    if tag_id not in lexicon.entries:
        return []
    return _units(lexicon, {tag_id}, word="", below=below)


def _units(lexicon: Lexicon, asked: set[int], *, word: str, below: bool = True) -> list[tuple[int, float, int]]:
    wanted = lexicon.with_descendants(asked) if below else asked
    accepted, refused, no_longer = _said(asked, wanted)
    best: dict[int, tuple[float, int]] = {}

    def add(unit_id: int, certainty: float, at_ms: int) -> None:
        if unit_id not in best or certainty > best[unit_id][0]:
            best[unit_id] = certainty, at_ms

    scores = TagScore.objects.filter(tag_id__in=wanted, model__in=models_shown(), certainty__gte=LINE)
    for unit_id, tag_id, certainty, at_ms in scores.values_list("unit_id", "tag_id", "certainty", "at_ms"):
        if unit_id not in no_longer and (unit_id, tag_id) not in refused:
            add(unit_id, 1.0 if unit_id in accepted else certainty, at_ms)
    for unit_id, start_ms in accepted.items():
        add(unit_id, 1.0, start_ms)
    words = {folded(word), *(folded(one) for pk in wanted for one in _words_of(lexicon, pk))} - {""}
    for unit_id, start_ms in _units_with_keyword(words, asked=word):
        if unit_id not in no_longer:
            add(unit_id, 1.0, start_ms)
    found = [(unit_id, certainty, at_ms) for unit_id, (certainty, at_ms) in best.items()]
    return sorted(found, key=lambda row: (-row[1], row[0]))


def _words_of(lexicon: Lexicon, tag_id: int) -> tuple[str, ...]:
    entry = lexicon.entries[tag_id]
    return () if entry.kind is TagKind.SOUND else entry.words


def _said(asked: set[int], wanted: set[int]) -> tuple[dict[int, int], set[tuple[int, int]], set[int]]:
    """Return what people said: accepted units with their start, refused pairs, units where the very tag is wrong."""
    accepted: dict[int, int] = {}
    refused: set[tuple[int, int]] = set()
    rows = TagVerdict.objects.filter(tag_id__in=wanted)
    for unit_id, tag_id, yes, start_ms in rows.values_list("unit_id", "tag_id", "accepted", "unit__start_ms"):
        if yes:
            accepted[unit_id] = start_ms
        else:
            refused.add((unit_id, tag_id))
    no_longer = {unit_id for unit_id, tag_id in refused if tag_id in asked} - set(accepted)
    return accepted, refused, no_longer


def _units_with_keyword(words: Set[str], *, asked: str) -> Iterable[tuple[int, int]]:
    if not words:
        return []
    rows = AssetMetadata.objects.exclude(keywords=[])
    if len(words) <= _FEW_WORDS:
        # A coarse look by the database, by the beginning of each word's first part: stems are shorter than words.
        text = rows.annotate(said=Cast("keywords", TextField()))
        rows = text.filter(_any_of({part for word in (*words, asked) for part in _spellings(word)}))
    assets = [
        asset_id
        for asset_id, said in rows.values_list("asset_id", "keywords")
        if any(not words.isdisjoint(forms(str(one))) for one in said)
    ]
    units = Unit.objects.filter(Q(kind__in=["photo", "shot"]) | Q(position=0), asset_id__in=assets)
    return list(units.values_list("pk", "start_ms"))


def _any_of(parts: Collection[str]) -> Q:
    found = Q()
    for part in parts:
        found |= Q(said__icontains=part)
    return found


def _spellings(word: str) -> set[str]:
    """Return the ways in which the first letters of a word stand in stored JSON (SQLite's has escapes)."""
    start = re.split(r"[ |]", word.strip())[0].rstrip("y")
    if not start:
        return set()
    ways = {start, start.lower(), start.capitalize(), start.upper()}
    return ways | {json.dumps(way)[1:-1] for way in ways}
