"""Edits of a text by position, and questions about the lines around a position."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from bot.formats.yaml.events import LINE_BREAKS, line_starts

_UNTIL_LINE_BREAK = re.compile(rf"[^{LINE_BREAKS}]*")
_BREAK = re.compile(rf"\r\n|[{LINE_BREAKS}]")
_END_OF_ENTRY_LINE = re.compile(rf"[ \t]*,?[ \t]*(?:#[^{LINE_BREAKS}]*)?(?:\r\n|[{LINE_BREAKS}]|$)")
_INDENT = re.compile(r" *")
_LEFTOVER_LINE = re.compile(rf"([ \t]*)(#[^{LINE_BREAKS}]*)?(?:\r\n|[{LINE_BREAKS}])")
_BLANK = " \t"


class TextEditor:
    """Collects edits of one text. Edits may not overlap, except for insertions at the edge of a deletion.

    With `drop_leftovers`, a deletion includes the blank lines below it and comments that are indented more, and new
    entries get no blank lines between them.
    """

    def __init__(self, text: str, *, drop_leftovers: bool = False) -> None:
        self.text = text
        self.drop_leftovers = drop_leftovers
        self.newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self.edits: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, new: str) -> None:
        self.edits.append((start, end, new))

    def insert_below(self, position: int, lines: Sequence[str]) -> None:
        """Insert lines below the line of `position`."""
        if lines:
            end = self.line_end(position)
            self.replace(end, end, "".join(f"{self.newline}{line}" for line in lines))

    def delete_lines(self, start: int, end: int) -> None:
        """Delete the lines from that of `start` to that of `end`, and at the end of the text the break before."""
        first, last = self.line_start(start), self.line_end(end)
        found = _BREAK.match(self.text, last)
        if found is None and first > 0:
            first = self.previous_line_break(first)
        below = found.end() if found else last
        self.replace(first, self.end_of_leftovers(first, below) if self.drop_leftovers else below, "")

    def end_of_leftovers(self, first: int, below: int) -> int:
        """Where the lines from `below` on end that are blank, or comments indented more than the line of `first`."""
        column = len(_INDENT.match(self.text, first)[0])  # type: ignore[index]  # it always matches
        while (found := _LEFTOVER_LINE.match(self.text, below)) and (not found[2] or len(found[1]) > column):
            below = found.end()
        return below

    def result(self) -> str:
        """The text with all edits applied."""
        pieces: list[str] = []
        position = 0
        deletions = [(start, end) for start, end, new in self.edits if start < end and not new]
        edits = (self.outside_deletion(edit, deletions) for edit in self.edits)
        for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
            pieces += [self.text[position : max(position, start)], new]
            position = max(position, end)
        return "".join([*pieces, self.text[position:]])

    def outside_deletion(self, edit: tuple[int, int, str], deletions: list[tuple[int, int]]) -> tuple[int, int, str]:
        """Lines to be inserted below a line that is deleted, with its break, go below the line above it."""
        start, end, new = edit
        deletion = (
            next(((first, last) for first, last in deletions if first < start < last), None) if start == end else None
        )
        if deletion is None or not new.startswith(self.newline):
            return edit
        first, last = deletion
        if self.text[last - 1] in LINE_BREAKS:
            return (last, last, new[len(self.newline) :] + self.newline)
        return (first, first, new)

    @cached_property
    def _starts(self) -> list[int]:
        return line_starts(self.text)

    def line_start(self, position: int) -> int:
        return self._starts[bisect_right(self._starts, position) - 1]

    def line_end(self, position: int) -> int:
        """Where the line of a position ends, before its break."""
        match = _UNTIL_LINE_BREAK.match(self.text, position)
        return match.end() if match else position

    def previous_line_break(self, line: int) -> int:
        """Where the break before the line that starts at `line` is."""
        return line - (2 if self.text[line - 2 : line] == "\r\n" else 1)

    def is_first_on_line(self, position: int) -> bool:
        """Whether there is only white space before it in its line."""
        return not self.text[self.line_start(position) : position].strip(_BLANK)

    def is_last_on_line(self, position: int) -> bool:
        """Whether there is only a comma and a comment after it in its line."""
        return _END_OF_ENTRY_LINE.match(self.text, position) is not None

    def comment_block_start(self, position: int, floor: int) -> int:
        """Where the comment lines directly above the line of `position` begin, if they have its indentation. Nothing
        before `floor` belongs to them."""
        start = self.line_start(position)
        pad = self.text[start:position]
        while start > 0:
            above = self.line_start(self.previous_line_break(start))
            if above < floor or not self.text.startswith(f"{pad}#", above):
                break
            start = above
        return start
