"""What a results page shows of an answer: kinds with counts, tiles and lines, groups, and what is only near."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dam.types import UnitKind
from search.answer.answers import Answer
from search.answer.arrange import Entry, Section, page_end
from search.answer.asked import Group, Sort, stated
from search.answer.cards import Card, hit_cards
from search.answer.headings import Heading
from search.answer.relax import easings, takes_searches

PAGE = 60
_FEW_SPOKEN = 3  # lines shown among pictures before "all of them"
_SPOKEN_FIRST_AFTER = 30  # with more pictures than this, lines below them would never be seen
_REST = 48
_NEAREST = 3
_KIND_NAMES = {UnitKind.PHOTO: "Photos", UnitKind.SHOT: "Shots", UnitKind.CLIP: "Heard"}
_SORT_NAMES = {Sort.RELEVANCE: "Relevance", Sort.DATE: "Newest", Sort.BOTH: "Relevance, then date"}
_GROUP_NAMES = {
    Group.NONE: "Nothing", Group.DAY: "Day", Group.PERSON: "Person", Group.VIDEO: "Video", Group.FOLDER: "Folder",
}  # fmt: skip
STRICTNESS_NAMES = {2: "Only sure", 1: "Strict", 0: "Balanced", -1: "Loose", -2: "Everything near"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a few: a tab with its count of good hits, or an entry of a menu."""

    name: str
    value: str
    chosen: bool
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One group on one page; `continued` when the page before held some of it."""

    heading: Heading
    count: int
    continued: bool
    tiles: tuple[Card, ...]
    lines: tuple[Card, ...]


def answer_context(found: Answer) -> dict[str, object]:
    """Return what the template of an answer needs."""
    asked = found.asked
    context: dict[str, object] = {
        "answer": found,
        "tabs": _tabs(found),
        "total": sum(found.counts.values()),
        "sorts": [Choice(name=name, value=sort, chosen=sort is asked.sort) for sort, name in _SORT_NAMES.items()],
        "groups": [Choice(name=name, value=by, chosen=by is asked.group) for by, name in _GROUP_NAMES.items()],
        "strictness_name": STRICTNESS_NAMES[asked.strictness],
        "here": link(asked.where),
        "other_each": link({**asked.where, "each": "" if asked.each else "1"}),
        "rest": cards_at(found, _rest(found, _REST)) if found.good else [],
        **({} if sum(found.counts.values()) or takes_searches(asked) else eased(found)),
        "nearest": [] if found.good else cards_at(found, _rest(found, _NEAREST)),
    }
    return {**context, **(blocks(found, start=0) if found.sections else _whole(found))}


def eased(found: Answer) -> dict[str, object]:
    """Return what to let go of where nothing good was found, with the address of each search."""
    return {"easings": [(easing, link(easing.asked.where)) for easing in easings(found)]}


def tiles(found: Answer, *, start: int) -> dict[str, object]:
    """Return a page of the pictures of an answer without groups, and the address of the next one ("" at the end)."""
    pictures = [at for at, entry in enumerate(found.good) if not _is_line(entry)]
    further = start + PAGE if len(pictures) > start + PAGE else 0
    return {
        "tiles": cards_at(found, pictures[start : start + PAGE]),
        "more": link({**found.asked.where, "from": str(further)}) if further else "",
    }


def blocks(found: Answer, *, start: int) -> dict[str, object]:
    """Return a page of an answer in groups, and the address of the next one ("" at the end)."""
    end = page_end(start, len(found.good), found.sections, page=PAGE)
    cards = {card.number: card for card in cards_at(found, range(start, end))}
    shown = [section for section in found.sections if section.start < end and section.end > start]
    return {
        "blocks": [_block(found, section, cards, start=start, end=end) for section in shown],
        "more": link({**found.asked.where, "from": str(end)}) if end < len(found.good) else "",
    }


def cards_at(found: Answer, places: Sequence[int]) -> list[Card]:
    """Return the cards of what stands at these places of an answer; what went away is left out."""
    entries = [(place, entry) for place in places if (entry := found.entry(place)) is not None]
    hits = found.presented([entry.hit for _, entry in entries])
    there = [(place, hits[unit]) for place, entry in entries if (unit := entry.hit.place.unit_id) in hits]
    return hit_cards(
        [hit for _, hit in there],
        where=found.asked.where,
        numbers=[place for place, _ in there],
        behind={entry.hit.place.unit_id: len(entry.behind) for _, entry in entries if entry.behind},
    )


def link(where: dict[str, str]) -> str:
    """Return parameters as a query string, without those that say nothing."""
    return urlencode(stated(where))


def _whole(found: Answer) -> dict[str, object]:
    """Return the pictures with a few of the spoken lines before or after them."""
    spoken = [at for at, entry in enumerate(found.good) if _is_line(entry)]
    few = spoken if found.asked.kind == UnitKind.CLIP else spoken[:_FEW_SPOKEN]
    lines = cards_at(found, few)
    pictures = len(found.good) - len(spoken)
    return {
        "spoken": lines,
        "heard": any(card.heard_until_ms for card in lines),
        "spoken_more": len(spoken) - len(few),
        "spoken_where": link({**found.asked.where, "kind": UnitKind.CLIP.value}),
        # Above the pictures where they match better, or would be out of sight.
        "spoken_first": bool(spoken) and (spoken[0] == 0 or pictures > _SPOKEN_FIRST_AFTER),
        **tiles(found, start=0),
    }


def _block(found: Answer, section: Section, cards: dict[int, Card], *, start: int, end: int) -> Block:
    here = [cards[at] for at in range(max(start, section.start), min(end, section.end)) if at in cards]
    return Block(
        heading=found.by_key[section.key],
        count=sum(len(entry.every) for entry in found.good[section.start : section.end]),
        continued=section.start < start,
        tiles=tuple(card for card in here if not card.is_line),
        lines=tuple(card for card in here if card.is_line),
    )


def _rest(found: Answer, limit: int) -> range:
    first = len(found.good)
    return range(first, first + min(limit, len(found.rest)))


def _is_line(entry: Entry) -> bool:
    return entry.hit.place.unit_kind == UnitKind.CLIP


def _tabs(found: Answer) -> list[Choice]:
    where, asked = found.asked.where, found.asked.kind
    every = Choice(
        name="All", value=link({**where, "kind": ""}), chosen=asked is None, count=sum(found.counts.values())
    )
    return [
        every,
        *(
            Choice(name=name, value=link({**where, "kind": kind}), chosen=asked is kind, count=found.counts[kind])
            for kind, name in _KIND_NAMES.items()
        ),
    ]
