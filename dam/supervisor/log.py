"""One line per event, on the console and in a rotating file below the data folder."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_FILE_BYTES = 5_000_000
_FILES_KEPT = 3
_OURS = ("dam", "indexer", "search")


def log_to_stderr(level: str) -> None:
    """Set up a child's logging: structlog and the standard library alike, readable lines on standard error.

    The supervisor adds the time and the child's name to each.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Model and media libraries are talkative: from them only what is wrong.
    root.setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    for ours in _OURS:
        logging.getLogger(ours).setLevel(level.upper())


def supervisor_log(folder: Path, *, to_console: bool = True) -> logging.Logger:
    """Return the logger of the supervisor and, through it, of its children: the console and `folder`'s file."""
    folder.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("afterimage.run")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    in_file = RotatingFileHandler(
        folder / "afterimage.log", maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8"
    )
    in_file.setFormatter(logging.Formatter("%(asctime)s %(child)-7s | %(message)s"))
    logger.addHandler(in_file)
    if to_console:
        console = logging.StreamHandler(sys.stderr)
        console.setFormatter(logging.Formatter("%(asctime)s %(child)-7s | %(message)s", datefmt="%H:%M:%S"))
        logger.addHandler(console)
    return logger
