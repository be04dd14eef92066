"""What several checks share: how a limit that was broken is told, and what no cell of a CSV may hold."""

import re
import unicodedata

from dam.stock.item import Fix, Violation
from dam.stock.profile import Profile
from dam.types import Severity

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"). The agency gets exact text, so
# nothing is put before it: such a text is refused until somebody changes it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
# Bidirectional overrides and isolates make a text read otherwise than it is (CVE-2021-42574).
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def broken(
    agency: Profile, part: str, field: str, message: str, *, limit: str, actual: str, fix: Fix | None = None
) -> Violation:
    """Return an error where an agency's own page says so, else a warning that says that it is unverified."""
    verified = agency.is_verified(part)
    return Violation(
        field=field,
        severity=Severity.ERROR if verified else Severity.WARNING,
        message=message,
        limit=limit,
        actual=actual,
        verified=verified,
        fix=fix,
    )


def error(field: str, message: str, *, limit: str = "", actual: str = "", fix: Fix | None = None) -> Violation:
    """Return what no agency would take."""
    return Violation(field=field, severity=Severity.ERROR, message=message, limit=limit, actual=actual, fix=fix)


def warning(field: str, message: str, *, limit: str = "", actual: str = "", fix: Fix | None = None) -> Violation:
    """Return what somebody should look at."""
    return Violation(field=field, severity=Severity.WARNING, message=message, limit=limit, actual=actual, fix=fix)


def cell(field: str, text: str) -> list[Violation]:
    """Check one text for what breaks the line of a CSV, or the program that opens it."""
    found = []
    if text.startswith(_FORMULA):
        bare = text.lstrip("".join(_FORMULA) + " ")
        found.append(
            error(
                field,
                f"It begins with “{text[0]}”: a spreadsheet would take it for a formula",
                actual=text[:20],
                fix=Fix(label="Leave the sign out", value=bare) if bare else None,
            )
        )
    tidy = tidied(text)
    if tidy != text:
        found.append(
            error(
                field,
                "It holds line breaks or signs that can't be seen",
                limit="one line",
                fix=Fix(label="Write it in one line", value=tidy),
            )
        )
    return found


def tidied(text: str) -> str:
    """Return a text in one line, without control characters and without signs that turn its direction."""
    line = _BREAKS.sub(" ", text)
    kept = "".join(sign for sign in line if sign not in _INVISIBLE and unicodedata.category(sign) not in {"Cc", "Cs"})
    return " ".join(kept.split()) if line != text or kept != line else text


def counted(number: int, noun: str) -> str:
    """Return "1 character", "2 characters"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
