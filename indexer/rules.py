"""From a library's globs and a path to "wanted", or the reason why it is not.

Globs are read as in `.gitignore`, without regard to case: `*`, `?` and `[…]` stay within a name, `**` stands for any
number of folders; a pattern without a slash is compared with the name alone, anywhere; one with a slash is
anchored at the root; one that ends in a slash means folders only. A folder that is excluded is not entered.
"""

import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Sequence

HIDDEN = "A hidden file or folder."
SYSTEM = "A system or temporary file."
SIDECAR = "A sidecar: it belongs to the media file beside it."
NOT_MEDIA = "Not a media file."
NOT_INCLUDED = "Not among what this library includes."

SUBTITLES = frozenset({".srt", ".vtt"})
SIDECARS = SUBTITLES | frozenset(
    {".xmp", ".thm", ".aae", ".json", ".pp3", ".dop", ".ass", ".ssa", ".sub", ".idx", ".lrc", ".cue", ".nfo"}
)
# What other programs leave in people's folders and nobody means to find; names that begin with a dot come on top.
SYSTEM_GLOBS = (
    "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r", "@eaDir", "#recycle", "$RECYCLE.BIN", "RECYCLER",
    "System Volume Information", "lost+found", "__MACOSX", "*.lrdata", "*.lrcat-data", "*.tmp", "*.temp", "*.part",
    "*.partial", "*.crdownload", "*.download", "*.swp", "~$*", "*~", "**/*.photoslibrary/resources",
    "**/*.photoslibrary/database", "**/*.photoslibrary/private", "**/*.photoslibrary/internal",
    "**/*.photoslibrary/external", "**/*.photoslibrary/scopes",
)  # fmt: skip
# Extensions whose files no reader of ours takes. A file without an extension, or with one that stands neither here
# nor among the sidecars, is opened, and its content decides.
_NOT_MEDIA = frozenset(
    {
        ".txt", ".md", ".rst", ".tex", ".log", ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".csv", ".tsv",
        ".xml", ".html", ".htm", ".css", ".url", ".webloc", ".lnk", ".pdf", ".doc", ".docx", ".odt", ".rtf",
        ".pages", ".xls", ".xlsx", ".ods", ".numbers", ".ppt", ".pptx", ".odp", ".key", ".epub", ".mobi", ".djvu",
        ".ps", ".eps", ".ai", ".zip", ".7z", ".rar", ".tar", ".gz", ".bz2", ".xz", ".zst", ".tgz", ".iso", ".dmg",
        ".cab", ".jar", ".deb", ".rpm", ".apk", ".msi", ".exe", ".dll", ".so", ".dylib", ".o", ".a", ".class",
        ".pyc", ".bin", ".sys", ".bat", ".cmd", ".ps1", ".sh", ".py", ".js", ".jsx", ".tsx", ".c", ".h", ".cc",
        ".cpp", ".hpp", ".rs", ".go", ".java", ".kt", ".rb", ".php", ".pl", ".lua", ".sql", ".ipynb", ".whl",
        ".db", ".sqlite", ".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".lrcat", ".lock", ".bak", ".md5", ".sha1",
        ".sha256", ".torrent", ".eml", ".msg", ".ics", ".vcf", ".ttf", ".otf", ".woff", ".woff2", ".aep",
        ".prproj", ".drp", ".fcpxml", ".edl", ".blend", ".obj", ".fbx", ".stl", ".dwg", ".dxf",
    }
)  # fmt: skip


class Globs:
    """A set of patterns, compared with paths as their parts."""

    def __init__(self, patterns: Iterable[str]) -> None:
        names: list[tuple[str, bool]] = []
        self._paths: list[tuple[list[re.Pattern[str] | None], bool]] = []
        for pattern in patterns:
            folded = fold(pattern)
            folder_only = folded.endswith("/")
            anchored = "/" in folded.rstrip("/")
            parts = [part for part in folded.split("/") if part]
            if not parts:
                continue
            if anchored or parts == ["**"]:
                compiled = [None if part == "**" else re.compile(fnmatch.translate(part)) for part in parts]
                self._paths.append((compiled, folder_only))
            else:
                names.append((fnmatch.translate(parts[0]), folder_only))
        self._names = _any_of(text for text, folder_only in names if not folder_only)
        self._folder_names = _any_of(text for text, folder_only in names)

    def match(self, parts: Sequence[str], *, folder: bool) -> bool:
        """Tell whether a pattern matches the path with these (folded) parts itself; its parents are not tried."""
        names = self._folder_names if folder else self._names
        if names is not None and names.match(parts[-1]):
            return True
        return any(_match_parts(path, parts) for path, folder_only in self._paths if folder or not folder_only)

    def match_within(self, parts: Sequence[str]) -> bool:
        """Tell whether a pattern matches the file with these parts, or a folder that it is in."""
        return self.match(parts, folder=False) or any(
            self.match(parts[:length], folder=True) for length in range(1, len(parts))
        )


class Rules:
    """What of a library is wanted. Reasons are sentences; an empty one means: wanted."""

    def __init__(self, *, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self._system = Globs(SYSTEM_GLOBS)
        self._include = Globs(include) if include else None
        self._exclude = Globs(exclude) if exclude else None

    def folder_reason(self, raw_path: bytes) -> str:
        """Return why the folder at `raw_path` is not entered (its parents were)."""
        return self._name_reason(folded_parts(raw_path), folder=True)

    def file_reason(self, raw_path: bytes) -> str:
        """Return why the file at `raw_path` is not indexed (its folder was entered)."""
        parts = folded_parts(raw_path)
        reason = self._name_reason(parts, folder=False)
        if reason:
            return reason
        extension = _extension(parts[-1])
        if extension in SIDECARS:
            return SIDECAR
        if extension in _NOT_MEDIA:
            return NOT_MEDIA
        if self._include is not None and not self._include.match_within(parts):
            return NOT_INCLUDED
        return ""

    def ancestor_reason(self, raw_path: bytes) -> str:
        """Return why a folder above `raw_path` is not entered."""
        parts = raw_path.split(b"/")
        above = (self.folder_reason(b"/".join(parts[:length])) for length in range(1, len(parts)))
        return next(filter(None, above), "")

    def _name_reason(self, parts: Sequence[str], *, folder: bool) -> str:
        if parts[-1].startswith("."):
            return HIDDEN
        if self._system.match(parts, folder=folder):
            return SYSTEM
        if self._exclude is not None and self._exclude.match(parts, folder=folder):
            return "Excluded by this library's patterns."
        return ""


def is_subtitle(raw_path: bytes) -> bool:
    """Tell whether a path is a subtitle that may stand beside a video or audio file."""
    return _extension(folded_parts(raw_path)[-1]) in SUBTITLES


def is_xmp(raw_path: bytes) -> bool:
    """Tell whether a path is a sidecar that holds metadata."""
    return _extension(folded_parts(raw_path)[-1]) == ".xmp"


def subtitle_stems(raw_path: bytes) -> list[bytes]:
    """Return the names without extension of the media that a subtitle may belong to: `a.en.srt` → `a.en`, `a`."""
    stem = raw_path.rpartition(b"/")[2].rpartition(b".")[0]
    shorter = stem.rpartition(b".")[0]
    return [stem, shorter] if shorter else [stem]


def folded_parts(raw_path: bytes) -> list[str]:
    """Return a path's parts as they are compared."""
    return fold(raw_path.decode("utf-8", "surrogateescape")).split("/")


def fold(text: str) -> str:
    """Return a text as names are compared: without regard to case and to how accents are composed."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold()


def _extension(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    return dot + extension if stem else ""


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    texts = list(patterns)
    return re.compile("|".join(texts)) if texts else None


def _match_parts(pattern: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> bool:
    # Which prefixes of `parts` the pattern so far can stand for: linear in both, whatever the pattern.
    reachable = {0}
    for position, matcher in enumerate(pattern):
        if matcher is None:
            # At the end `**` means what is inside, so at least one part.
            least = min(reachable) + (1 if position == len(pattern) - 1 else 0)
            reachable = set(range(least, len(parts) + 1))
        else:
            reachable = {at + 1 for at in reachable if at < len(parts) and matcher.match(parts[at])}
        if not reachable:
            return False
    return len(parts) in reachable
