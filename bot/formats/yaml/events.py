"""The parser's events of one YAML document, with their positions in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from bot.formats.yaml.errors import YamlError, YamlProblem
from bot.formats.yaml.scanner import TolerantScanner
from bot.formats.yaml.values import Style

PARSER_ERRORS = (
    YAMLError, ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError
)  # fmt: skip
"""What the parser raises for texts that it cannot read, besides errors with a line."""

MAX_TEXT_BYTES = 1_048_576
LINE_BREAKS = "\r\n\x85\u2028\u2029"
"""The characters that end a line in YAML."""

_LINE_BREAK = re.compile(rf"\r\n|[{LINE_BREAKS}]")
_SPACE_AND_COMMENTS = re.compile(rf"(?:[ \t\ufeff{LINE_BREAKS}]|#[^{LINE_BREAKS}]*)*")
_KINDS = {
    AliasEvent: "alias",
    ScalarEvent: "scalar",
    SequenceStartEvent: "sequence",
    MappingStartEvent: "mapping",
}


@dataclass(frozen=True)
class YamlEvent:
    """`kind` is alias, scalar, sequence, mapping, document, or end (of a collection)."""

    kind: str
    start: int
    end: int
    value: str = ""
    style: Style = Style.PLAIN
    anchor: str | None = None
    tag: str | None = None
    flow: bool = False


def line_number(text: str, position: int) -> int:
    """The number of the line of a position, from 1."""
    return len(_LINE_BREAK.findall(text, 0, position)) + 1


def line_starts(text: str) -> list[int]:
    """The positions at which lines begin, in order."""
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]


def skip_to_token(text: str, position: int) -> int:
    """The next position that is not white space and not in a comment."""
    match = _SPACE_AND_COMMENTS.match(text, position)
    return match.end() if match else position


def document_events(text: str) -> Iterator[YamlEvent]:
    """The events of the one document of a text, beginning with the document itself; none for an empty text.

    Raises YamlError for a text that is too large, is not valid YAML, or has several documents.
    """
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise YamlError(YamlProblem.TOO_LARGE)
    documents = 0
    for raw in _parse_events(text):
        start, end = raw.start_mark.index, raw.end_mark.index
        if isinstance(raw, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlError(YamlProblem.SEVERAL_DOCUMENTS, line_number(text, start))
            yield YamlEvent("document", start, end)
        elif isinstance(raw, CollectionEndEvent):
            yield YamlEvent("end", start, end)
        elif kind := _KINDS.get(type(raw)):
            yield _node_event(kind, raw, start, end)


def _node_event(kind: str, raw: Any, start: int, end: int) -> YamlEvent:
    tag = None if kind == "alias" or raw.tag is None else str(raw.tag)
    if kind == "scalar":
        return YamlEvent(kind, start, end, raw.value, Style(raw.style or ""), raw.anchor, tag)
    return YamlEvent(kind, start, end, anchor=raw.anchor, tag=tag, flow=bool(getattr(raw, "flow_style", False)))


def _parse_events(text: str) -> Iterator[Any]:
    """The parser's own events. Raises YamlError, whatever the parser itself raises for a text that it cannot read."""
    try:
        parser = YAML(typ="safe", pure=True)
        parser.Scanner = TolerantScanner
        yield from parser.parse(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlError(YamlProblem.INVALID, line) from None
    except YamlError:
        raise
    except PARSER_ERRORS:
        raise YamlError(YamlProblem.INVALID, _illegal_character_line(text)) from None


def _illegal_character_line(text: str) -> int | None:
    """The line of the first character that YAML does not allow. The parser's errors about them have no line."""
    match = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return line_number(text, match.start()) if match else None
