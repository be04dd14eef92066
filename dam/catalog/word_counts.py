"""In how many spoken lines of the library words occur: what is rare says what a recording is about."""

from collections.abc import Sequence

from django.db import connection

from dam.catalog.models import Speech

_MOST = 60  # words of one question: each is a look into the index of words

_COUNT = {
    "sqlite": "SELECT %s, COUNT(*) FROM catalog_fulltext WHERE catalog_fulltext MATCH %s",
    "postgresql": "SELECT %s, COUNT(*) FROM catalog_fulltext WHERE spoken @@ %s::tsquery",
}


def spoken_lines() -> int:
    """Return how many lines are said in the library."""
    return Speech.objects.filter(weak=False).count()


def lines_with(stems: Sequence[str]) -> dict[str, int]:
    """Return how many lines hold each of these stems (see `dam.catalog.words`); at most sixty are counted."""
    asked = list(dict.fromkeys(stems))[:_MOST]
    if not asked:
        return {}
    sign = "'{}'" if connection.vendor == "postgresql" else 'spoken : "{}"'
    values = [value for stem in asked for value in (stem, sign.format(stem))]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_COUNT[connection.vendor]] * len(asked)), values)
        return {str(stem): int(count) for stem, count in cursor.fetchall()}
