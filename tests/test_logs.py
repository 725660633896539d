"""The log is JSON for machines, tells exceptions without the values at hand, and carries the delivery's id."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from granian.log import LogLevels, configure_logging

from bot import logs


class Lines(io.StringIO):
    """What was logged, line by line."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The logging of the tests themselves is as it was, afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def lines() -> Lines:
    stream = Lines()
    logs.configure(stream=stream)
    return stream


def fails_with_a_secret_at_hand() -> None:
    token = "ghs_verysecret"
    raise ValueError(f"a token of {len(token)} characters")


def test_json_lines_when_no_person_looks(lines: Lines) -> None:
    structlog.get_logger("bot").info("delivery", outcome="accepted", words="two\nlines")
    (line,) = lines.json
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "delivery", "level": "info", "outcome": "accepted", "words": "two\nlines"}


def test_one_line_for_a_person_in_a_terminal() -> None:
    stream = Lines(terminal=True)
    logs.configure(stream=stream)
    structlog.get_logger("bot").warning("delivery", outcome="accepted")
    (line,) = stream.getvalue().splitlines()
    assert "delivery" in line
    assert not line.startswith("{")


def test_the_delivery_is_in_every_line_while_it_is_bound(lines: Lines) -> None:
    log = structlog.get_logger("bot")
    with structlog.contextvars.bound_contextvars(delivery="d-1"):
        log.info("ours")
        logging.getLogger("library").warning("theirs")
    log.info("after")
    assert [line.get("delivery") for line in lines.json] == ["d-1", "d-1", None]


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("ours", [True, False])
def test_an_exception_is_told_without_the_values_at_hand(ours: bool, terminal: bool) -> None:
    stream = Lines(terminal=terminal)
    logs.configure(stream=stream)
    log = structlog.get_logger("bot") if ours else logging.getLogger("library")
    try:
        fails_with_a_secret_at_hand()
    except ValueError:
        log.exception("broke")
    assert "a token of 14 characters" in stream.getvalue()
    assert "fails_with_a_secret_at_hand" in stream.getvalue()
    assert "ghs_verysecret" not in stream.getvalue()
    if not terminal:
        (line,) = stream.json
        (told,) = line["exception"]
        assert told["exc_type"] == "ValueError"
        assert told["frames"][-1]["name"] == "fails_with_a_secret_at_hand"


def test_causes_are_told_too(lines: Lines) -> None:
    try:
        try:
            fails_with_a_secret_at_hand()
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        structlog.get_logger("bot").exception("broke")
    (line,) = lines.json
    assert [told["exc_type"] for told in line["exception"]] == ["RuntimeError", "ValueError"]


def test_what_libraries_warn_of_is_json_too(lines: Lines) -> None:
    logging.getLogger("urllib3").warning("retrying %s of %d", "one", 2)
    logging.getLogger("urllib3").info("nobody wants this")
    (line,) = lines.json
    assert line["event"] == "retrying one of 2"
    assert line["level"] == "warning"


def test_what_python_warns_of_is_json_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("this is old", DeprecationWarning, stacklevel=1)
    (line,) = lines.json
    assert "this is old" in line["event"]


@pytest.mark.parametrize("name", ["dbos", "github", "_granian", "granian.access"])
def test_a_library_with_a_handler_of_its_own_uses_ours(name: str) -> None:
    library = logging.getLogger(name)
    theirs = logging.StreamHandler(Lines())
    library.addHandler(theirs)
    library.propagate = False
    stream = Lines()
    logs.configure(stream=stream)
    library.warning("from the library")
    assert theirs not in library.handlers
    assert [line["event"] for line in stream.json] == ["from the library"]
    assert library.handlers, "else it adds its own again"


def test_the_threshold(lines: Lines) -> None:
    structlog.get_logger("bot").debug("unheard")
    logs.configure("debug", lines)
    structlog.get_logger("bot").debug("heard")
    assert [line["event"] for line in lines.json] == ["heard"]


def test_the_servers_own_set_up_does_not_take_its_lines_away(lines: Lines) -> None:
    configure_logging(LogLevels.warning, logs.GRANIAN_LOG_CONFIG)
    logging.getLogger("_granian").warning("a worker died")
    assert [line["event"] for line in lines.json] == ["a worker died"]
