"""What of a comment in GitHub's Markdown is its author's running text, in time that grows with its length.

Quotes, code, HTML comments, pictures and what is struck through are not. pulldown-cmark (pyromark) parses the text,
because it takes linear time for every text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final

import pyromark

_OPTIONS: Final = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_HIDING_BLOCKS: Final = frozenset({"BlockQuote", "CodeBlock", "HtmlBlock", "Image", "Strikethrough"})
_STRUCK: Final = frozenset({"del", "s", "strike"})
_HIDING_TAGS: Final = _STRUCK | {"blockquote", "cite", "code", "kbd", "pre", "q", "samp", "template", "tt", "var"}
"""Elements whose text is quoted, code, taken back or not shown. GitHub shows `<script>` and its like as text."""
_FORMATTING_TAGS: Final = frozenset({"b", "em", "i", "ins", "mark", "span", "strong", "u"})
_TAG: Final = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9-]*)")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK: Final = "\ufeff"


def split_lines(body: str) -> list[str]:
    """The lines of a body, whatever ends them, without a byte order mark, which GitHub ignores before the first."""
    shown = _SURROGATES.sub("\ufffd", body).removeprefix(_BYTE_ORDER_MARK)
    return shown.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class RunningText:
    """The running text of a body, whose lines are those of `split_lines`."""

    def __init__(self, body: str) -> None:
        lines = split_lines(body)
        self._lines = [line.encode() for line in lines]
        self._scan = _Scan(self._lines)
        for event, span in pyromark.events_with_range("\n".join(lines), options=_OPTIONS, merge_text=True):
            if type(event) is dict:
                self._scan.take(event, span["start"], span["end"])
        self._scan.end()

    def begins(self, number: int) -> bool:
        """Whether the line begins with running text, after spaces at most."""
        return number in self._scan.begun

    def has_text(self, number: int) -> bool:
        """Whether the line has any running text."""
        return number in self._scan.begun or number in self._scan.touched

    def line(self, number: int) -> str:
        """The line without HTML comments, without the tags of formatting, and without what is struck through."""
        raw, kept, done = self._lines[number], [], 0
        for start, end, instead in sorted(self._scan.cuts.get(number, ())):
            kept += [raw[done:start], instead]
            done = max(done, end)
        return b"".join([*kept, raw[done:]]).decode(errors="replace")


class _Scan:
    """Follows the events of a parsed text: which lines begin with running text, and what is cut from lines.

    All positions are in bytes.
    """

    def __init__(self, lines: list[bytes]) -> None:
        self.begun: set[int] = set()
        self.touched: set[int] = set()
        self.cuts: defaultdict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
        self._lines = lines
        self._starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._next_line = 0
        self._blocks = 0
        self._open: Counter[str] = Counter()
        self._in_comment = False
        self._struck_from: int | None = None

    def take(self, event: Mapping[str, Any], start: int, end: int) -> None:
        """Take the next event, which is about these bytes."""
        if "Text" in event:
            if start >= self._next_line and not self._hidden():
                self._take_text(start, end)
            return
        ((kind, value),) = event.items()
        if kind in {"Start", "End"}:
            self._take_block(kind, value, start, end)
        elif kind == "InlineHtml":
            self._take_inline_html(value, start, end)
        elif kind == "Html":
            self._take_html(value, start, end)

    def end(self) -> None:
        """Note the end of the text."""
        if self._struck_from is not None:
            self._cut(self._struck_from, self._starts[-1] - 1)

    def _hidden(self) -> bool:
        return self._blocks > 0 or self._in_comment or bool(self._open)

    def _take_text(self, start: int, end: int) -> None:
        """Shown text; only the first piece in a line tells something."""
        number = self._line_at(start)
        line, self._next_line = self._lines[number], self._starts[number + 1]
        first = self._starts[number] + len(line) - len(line.lstrip(b" \t"))
        (self.begun if start <= first < end else self.touched).add(number)

    def _take_block(self, kind: str, value: str | Mapping[str, Any], start: int, end: int) -> None:
        name = value if isinstance(value, str) else next(iter(value))
        if name not in _HIDING_BLOCKS:
            return
        if kind == "Start" and name == "Strikethrough" and not self._hidden():
            self._cut(start, end)
        self._blocks += 1 if kind == "Start" else -1

    def _take_inline_html(self, text: str, start: int, end: int) -> None:
        """One tag or comment in running text."""
        tag = _TAG.match(text)
        if tag is not None and tag[2] is not None:
            self._take_tag(tag[2].lower(), bool(tag[1]), start, end)
        elif not self._hidden():
            self._cut(start, end)

    def _take_html(self, text: str, start: int, end: int) -> None:
        """Anything between the lines of a block of HTML."""
        position = 0
        while position < len(text):
            if self._in_comment:
                closed = text.find("-->", position)
                if closed < 0:
                    return
                self._in_comment, position = False, closed + 3
                continue
            tag = _TAG.search(text, position)
            if tag is None:
                return
            position = tag.end()
            if tag[2] is None:
                self._in_comment, position = True, tag.start() + len("<!")  # `<!-->` is a whole comment
            else:
                self._take_tag(tag[2].lower(), bool(tag[1]), start, end)

    def _take_tag(self, name: str, closing: bool, start: int, end: int) -> None:
        """A tag, which is somewhere in these bytes."""
        if name in _FORMATTING_TAGS and not self._hidden():
            self._cut(start, end, b"")
        if name not in _HIDING_TAGS:
            return
        if not closing:
            if name in _STRUCK and self._struck_from is None:
                self._struck_from = start
            self._open[name] += 1
        elif self._open[name] > 1:
            self._open[name] -= 1
        else:
            del self._open[name]
        if closing and self._struck_from is not None and not any(self._open[struck] for struck in _STRUCK):
            self._cut(self._struck_from, end)
            self._struck_from = None

    def _line_at(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _cut(self, start: int, end: int, instead: bytes = b" ") -> None:
        number = self._line_at(start)
        while number < len(self._lines) and self._starts[number] < end:
            first = self._starts[number]
            self.cuts[number].append((max(start - first, 0), min(end - first, len(self._lines[number])), instead))
            number += 1
