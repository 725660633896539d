"""Removal and addition of entries of one collection in a YAML text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.formats.yaml.events import LINE_BREAKS
from bot.formats.yaml.text_editor import TextEditor

_BLANK_LINE = re.compile(rf"(?:\r\n|(?!\r\n)[{LINE_BREAKS}])[ \t]*[{LINE_BREAKS}]")


@dataclass(frozen=True)
class Span:
    """The range of one entry, from its key, dash or first character to the end of its content."""

    start: int
    end: int


class CollectionEdit:
    """Changes of one collection. `removed` has the indices of the entries to remove, `added` the new entries and the
    index before which they go."""

    def __init__(self, editor: TextEditor, spans: Sequence[Span], floor: int) -> None:
        self.editor = editor
        self.spans = spans
        self.floor = floor
        self.removed: set[int] = set()
        self.added: list[tuple[int, list[list[str]]]] = []

    def add(self, index: int, entries: list[list[str]]) -> None:
        if entries:
            self.added.append((index, entries))

    def apply(self, drop_comments: bool) -> None:
        """Apply the changes to the text. At least one entry must stay."""
        raise NotImplementedError

    def kept_before(self, index: int) -> Span | None:
        kept = (self.spans[one] for one in range(index - 1, -1, -1) if one not in self.removed)
        return next(kept, None)

    def first_kept(self) -> Span:
        return next(span for index, span in enumerate(self.spans) if index not in self.removed)

    def removed_ranges(self) -> Iterator[tuple[int, int]]:
        """The runs of removed entries, as first and last index."""
        for index in sorted(self.removed):
            if index - 1 not in self.removed:
                last = index
                while last + 1 in self.removed:
                    last += 1
                yield index, last


class BlockEdit(CollectionEdit):
    """Changes of a block collection, whose entries have lines of their own."""

    def apply(self, drop_comments: bool) -> None:
        inline = self.remove_inline_start()
        for index in sorted(self.removed - inline):
            floor = self.spans[index - 1].end if index else self.floor
            start = self.spans[index].start
            above = self.editor.comment_block_start(start, floor) if drop_comments else start
            self.editor.delete_lines(above, self.spans[index].end)
        between = [""] if self.are_separated_by_blanks() and not self.editor.drop_leftovers else []
        for index, entries in self.added:
            before = self.kept_before(index)
            if before is not None:
                self.editor.insert_below(before.end, [line for entry in entries for line in (*between, *entry)])
            else:
                self.insert_first([line for entry in entries for line in (*entry, *between)])

    def are_separated_by_blanks(self) -> bool:
        """Whether there is a blank line between all entries."""
        gaps = [self.editor.text[one.end : other.start] for one, other in pairwise(self.spans)]
        return bool(gaps) and all(_BLANK_LINE.search(gap) for gap in gaps)

    def remove_inline_start(self) -> set[int]:
        """Remove the first entries if they are on the line of a dash (`- a: 1`): the next entry takes their place.

        Returns the indices of the entries that it removed.
        """
        first = self.spans[0].start
        if 0 not in self.removed or self.editor.is_first_on_line(first):
            return set()
        kept = self.first_kept()
        index = self.spans.index(kept)
        if "#" in self.editor.text[self.spans[index - 1].end : kept.start]:
            self.editor.replace(first - len(self.space_before(first)), self.editor.line_end(self.spans[0].end), "")
            return {0}
        self.editor.replace(first, kept.start, "")
        return set(range(index))

    def space_before(self, position: int) -> str:
        line = self.editor.text[self.editor.line_start(position) : position]
        return line[len(line.rstrip(" \t")) :]

    def insert_first(self, lines: list[str]) -> None:
        kept = self.first_kept()
        newline = self.editor.newline
        if self.editor.is_first_on_line(kept.start):
            start = self.editor.comment_block_start(kept.start, self.floor)
            self.editor.replace(start, start, "".join(f"{line}{newline}" for line in lines))
        else:
            pad = lines[0][: len(lines[0]) - len(lines[0].lstrip(" "))]
            content = newline.join(lines)[len(pad) :]
            self.editor.replace(kept.start, kept.start, f"{content}{newline}{pad}")


class FlowEdit(CollectionEdit):
    """Changes of a flow collection, whose entries are in brackets or braces with commas between them."""

    def apply(self, drop_comments: bool) -> None:  # noqa: ARG002 - comments in flow collections are rare and stay
        for first, last in self.removed_ranges():
            self.remove_range(first, last)
        for index, entries in self.added:
            before = self.kept_before(index)
            content = [entry[0] for entry in entries]
            if before is not None:
                self.editor.replace(before.end, before.end, "".join(f", {entry}" for entry in content))
            else:
                start = self.first_kept().start
                self.editor.replace(start, start, "".join(f"{entry}, " for entry in content))

    def remove_range(self, first: int, last: int) -> None:
        start, end = self.spans[first].start, self.spans[last].end
        if self.editor.is_first_on_line(start) and self.editor.is_last_on_line(end):
            self.editor.delete_lines(start, end)
        elif last + 1 < len(self.spans):
            self.editor.replace(start, self.spans[last + 1].start, "")
        else:
            self.editor.replace(self.spans[first - 1].end, end, "")
