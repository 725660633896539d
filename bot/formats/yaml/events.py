"""The parser's events of one YAML document, each with its place in the text."""

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

from bot.formats.yaml.value import Style

MAX_TEXT_BYTES = 1_048_576
LINE_BREAKS = "\r\n\x85\u2028\u2029"
"""What YAML takes for the end of a line."""

_LINE_BREAK = re.compile(rf"\r\n|[{LINE_BREAKS}]")
_SPACE_AND_COMMENTS = re.compile(rf"(?:[ \t\ufeff{LINE_BREAKS}]|#[^{LINE_BREAKS}]*)*")
_KINDS = {
    AliasEvent: "alias",
    ScalarEvent: "scalar",
    SequenceStartEvent: "sequence",
    MappingStartEvent: "mapping",
}


class YamlDocumentError(ValueError):
    """Why a text can't be read or edited, as the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class YamlEvent:
    """`kind` is alias, scalar, sequence, mapping, end (of a collection), document or stop (what follows it)."""

    kind: str
    start: int
    end: int
    value: str = ""
    style: Style = Style.PLAIN
    anchor: str | None = None
    tag: str | None = None
    flow: bool = False


def line_number(text: str, position: int) -> int:
    """The number of the line that a position is in, from 1."""
    return len(_LINE_BREAK.findall(text, 0, position)) + 1


def line_starts(text: str) -> list[int]:
    """Where each line begins, in order."""
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]


def skip_to_token(text: str, position: int) -> int:
    """The next position that is neither space nor a comment."""
    match = _SPACE_AND_COMMENTS.match(text, position)
    return match.end() if match else position


def document_events(text: str) -> Iterator[YamlEvent]:
    """The events of the one document that a text has, the document's own first; none for an empty text.

    Raises YamlProblem for a text that is too large, not valid YAML, or has several documents.
    """
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise YamlDocumentError(f"is larger than {MAX_TEXT_BYTES // 1_048_576} MiB")
    documents = 0
    for raw in _parse_events(text):
        start, end = raw.start_mark.index, raw.end_mark.index
        if isinstance(raw, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlDocumentError(f"has more than one YAML document (line {line_number(text, start)})")
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
    """The parser's own events. Whatever it stumbles over, a text it does not understand is a YamlProblem."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise YamlDocumentError(f"is not valid YAML{where}") from None
    except YamlDocumentError:
        raise
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError):
        raise YamlDocumentError(f"is not valid YAML{_illegal_character_line(text)}") from None


def _illegal_character_line(text: str) -> str:
    """Where the first character is that YAML does not allow, for the errors that come without a place."""
    match = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return f" (line {line_number(text, match.start())})" if match else ""
