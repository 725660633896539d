"""Removing and adding the entries of one collection in a YAML text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.formats.yaml.cuts import Cuts
from bot.formats.yaml.events import BREAKS

_BLANK_LINE = re.compile(rf"(?:\r\n|(?!\r\n)[{BREAKS}])[ \t]*[{BREAKS}]")


@dataclass(frozen=True)
class Span:
    """One entry: from its key, dash or first character to the end of its content."""

    start: int
    end: int


class Entries:
    """The entries of one collection: `gone` has the indices of those that are removed, `new` what is to be put in
    front of which (behind the last one for the number of entries there are)."""

    def __init__(self, cuts: Cuts, spans: Sequence[Span], floor: int) -> None:
        self.cuts = cuts
        self.spans = spans
        self.floor = floor
        self.gone: set[int] = set()
        self.new: list[tuple[int, list[list[str]]]] = []

    def add(self, index: int, entries: list[list[str]]) -> None:
        if entries:
            self.new.append((index, entries))

    def apply(self, drop_comments: bool) -> None:
        """Put the edits into the text. At least one entry stays."""
        raise NotImplementedError

    def kept_before(self, index: int) -> Span | None:
        kept = (self.spans[one] for one in range(index - 1, -1, -1) if one not in self.gone)
        return next(kept, None)

    def first_kept(self) -> Span:
        return next(span for index, span in enumerate(self.spans) if index not in self.gone)

    def runs(self) -> Iterator[tuple[int, int]]:
        """The removed entries that stand together, as first and last index."""
        for index in sorted(self.gone):
            if index - 1 not in self.gone:
                last = index
                while last + 1 in self.gone:
                    last += 1
                yield index, last


class Block(Entries):
    """One entry a line, or several lines."""

    def apply(self, drop_comments: bool) -> None:
        inline = self.runs_inline()
        for index in sorted(self.gone - inline):
            floor = self.spans[index - 1].end if index else self.floor
            start = self.spans[index].start
            above = self.cuts.comment_above(start, floor) if drop_comments else start
            self.cuts.cut_lines(above, self.spans[index].end)
        between = [""] if self.are_apart() and not self.cuts.clean else []
        for index, entries in self.new:
            before = self.kept_before(index)
            if before is not None:
                self.cuts.insert_below(before.end, [line for entry in entries for line in (*between, *entry)])
            else:
                self.put_first([line for entry in entries for line in (*entry, *between)])

    def are_apart(self) -> bool:
        """Whether there is a blank line between any two entries, as people put between services."""
        gaps = [self.cuts.text[one.end : other.start] for one, other in pairwise(self.spans)]
        return bool(gaps) and all(_BLANK_LINE.search(gap) for gap in gaps)

    def runs_inline(self) -> set[int]:
        """Cut the first entries where they begin behind a dash (`- a: 1`): the next one takes their place."""
        first = self.spans[0].start
        if 0 not in self.gone or self.cuts.is_first(first):
            return set()
        kept = self.first_kept()
        index = self.spans.index(kept)
        if "#" in self.cuts.text[self.spans[index - 1].end : kept.start]:
            self.cuts.replace(first - len(self.space_before(first)), self.cuts.line_end(self.spans[0].end), "")
            return {0}
        self.cuts.replace(first, kept.start, "")
        return set(range(index))

    def space_before(self, position: int) -> str:
        line = self.cuts.text[self.cuts.line_start(position) : position]
        return line[len(line.rstrip(" \t")) :]

    def put_first(self, lines: list[str]) -> None:
        kept = self.first_kept()
        newline = self.cuts.newline
        if self.cuts.is_first(kept.start):
            start = self.cuts.comment_above(kept.start, self.floor)
            self.cuts.replace(start, start, "".join(f"{line}{newline}" for line in lines))
        else:
            pad = lines[0][: len(lines[0]) - len(lines[0].lstrip(" "))]
            content = newline.join(lines)[len(pad) :]
            self.cuts.replace(kept.start, kept.start, f"{content}{newline}{pad}")


class Flow(Entries):
    """Entries with commas between them, in brackets or braces."""

    def apply(self, drop_comments: bool) -> None:  # noqa: ARG002 - a comment in a flow collection is rare, and stays
        for first, last in self.runs():
            self.cut(first, last)
        for index, entries in self.new:
            before = self.kept_before(index)
            content = [entry[0] for entry in entries]
            if before is not None:
                self.cuts.replace(before.end, before.end, "".join(f", {entry}" for entry in content))
            else:
                start = self.first_kept().start
                self.cuts.replace(start, start, "".join(f"{entry}, " for entry in content))

    def cut(self, first: int, last: int) -> None:
        start, end = self.spans[first].start, self.spans[last].end
        if self.cuts.is_first(start) and self.cuts.is_last(end):
            self.cuts.cut_lines(start, end)
        elif last + 1 < len(self.spans):
            self.cuts.replace(start, self.spans[last + 1].start, "")
        else:
            self.cuts.replace(self.spans[first - 1].end, end, "")
