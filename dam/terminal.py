"""Names and reasons on a terminal: a file name may hold control characters or markup, and must do nothing there."""

from rich.text import Text


def shown(text: str, *, style: str = "") -> Text:
    r"""Return `text` without markup, its control characters as escapes (`\x1b`, `\n`)."""
    return Text("".join(_escaped(sign) for sign in text), style=style)


def _escaped(sign: str) -> str:
    if sign.isprintable():
        return sign
    return sign.encode("unicode_escape").decode("ascii")
