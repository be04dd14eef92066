"""What an archive holds, table by table, in the order in which they are taken in: what is named comes first."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dam.catalog.portable import assets, kept, people, stock, tags, transcripts
from dam.catalog.portable.arrival import Arrival, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of an archive: a JSON object a line. Libraries are taken in by `restore` itself, as they may move."""

    name: str
    read: Callable[[], Iterator[Row]]
    take: Callable[[Iterable[Row], Arrival], None] | None

    @property
    def file(self) -> str:
        """Its path in the archive."""
        return f"tables/{self.name}.jsonl"


LIBRARIES = Table(name="libraries", read=assets.libraries, take=None)
TABLES = (
    LIBRARIES,
    Table(name="assets", read=assets.assets, take=assets.take_assets),
    Table(name="edits", read=assets.edits, take=assets.take_edits),
    Table(name="people", read=people.people, take=people.take_people),
    Table(name="speakers", read=people.speakers, take=people.take_speakers),
    Table(name="transcripts", read=transcripts.transcripts, take=transcripts.take_transcripts),
    Table(name="faces", read=people.faces, take=people.take_faces),
    Table(name="ignored", read=people.ignored, take=people.take_ignored),
    Table(name="tags", read=tags.tags, take=tags.take_tags),
    Table(name="verdicts", read=tags.verdicts, take=tags.take_verdicts),
    Table(name="collections", read=kept.collections, take=kept.take_collections),
    Table(name="searches", read=kept.searches, take=kept.take_searches),
    Table(name="pins", read=kept.pins, take=kept.take_pins),
    Table(name="preferences", read=kept.preferences, take=kept.take_preferences),
    Table(name="submissions", read=stock.submissions, take=stock.take_submissions),
    Table(name="releases", read=stock.releases, take=stock.take_releases),
    Table(name="deliveries", read=stock.deliveries, take=stock.take_deliveries),
)
