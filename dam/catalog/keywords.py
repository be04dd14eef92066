"""Keywords as paths: "Animals|Dog" is found by each of its words, counted at its last, shown with what is above."""

from functools import lru_cache

from dam.catalog.lexicon import folded

SEPARATOR = "|"  # lr:hierarchicalSubject's
SHOWN = " › "


def parts(keyword: str) -> tuple[str, ...]:
    """Return the words of a path, the top first; what has no path is one."""
    return tuple(part for part in (one.strip() for one in str(keyword).split(SEPARATOR)) if part)


def leaf(keyword: str) -> str:
    """Return the last word of a path; "" where there is none."""
    return (parts(keyword) or ("",))[-1]


def shown(keyword: str) -> str:
    """Return a path as people read it: "Animals › Dog"."""
    return SHOWN.join(parts(keyword))


def same(one: str, other: str) -> bool:
    """Tell whether two keywords are the same path but for letter case."""
    return key(one) == key(other)


def key(keyword: str) -> str:
    """Return a keyword as it is compared: without letter case and blanks around its words."""
    return SEPARATOR.join(part.casefold() for part in parts(keyword))


@lru_cache(maxsize=20_000)  # a library's keywords are compared with each word that is asked for
def forms(keyword: str) -> frozenset[str]:
    """Return what a keyword is found by, folded: each of its words, and each run of them ("animals dog")."""
    names = [folded(part) for part in parts(keyword)]
    runs = {" ".join(names[start:end]) for start in range(len(names)) for end in range(start + 1, len(names) + 1)}
    return frozenset(runs - {""})
