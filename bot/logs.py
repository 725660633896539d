"""Logs: JSON unless a person reads them in a terminal. One delivery's id goes through all its lines."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_MAX_FRAMES = 30
_LIBRARIES = ("dbos", "github", "_granian", "granian.access")
GRANIAN_LOG_CONFIG: dict[str, Any] = {
    "handlers": {},
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
}
"""What granian is to be configured with: in its supervisor it sets up logging after us."""


def configure(level: str = "info", stream: TextIO = sys.stderr) -> None:
    """Send mibot's log, and what libraries warn of, to `stream`.

    Exceptions are told with their frames, but never with the values of local variables: secrets are among them.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    tail: list[structlog.typing.Processor]
    if stream.isatty():
        tail = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        frames = ExceptionDictTransformer(show_locals=False, max_frames=_MAX_FRAMES)
        tail = [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer()]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_drop, *tail])
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    for name in _LIBRARIES:  # each adds a handler, with a format of its own, to a logger that has none
        library = logging.getLogger(name)
        library.handlers[:] = [logging.NullHandler()]
        library.propagate = True


def _drop(logger: object, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, name, event)
