"""Three-way merge of texts that has no conflicts: what either side added stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_Lines = list[str]
_Resolve = Callable[[_Lines, _Lines, _Lines], _Lines]


@dataclass(frozen=True)
class _Hunk:
    """The lines of one side in place of a range of the common ones (the end is exclusive)."""

    start: int
    end: int
    side: int
    lines: tuple[str, ...]


def merge_keeping_both(common: str, ours: str, theirs: str) -> str:
    """`ours` with the changes of `theirs` since `common`.

    Where both added lines, ours come first. Where both changed a line, its words are merged, and of a word that both
    changed theirs stays. A line that one side changed and the other deleted stays.
    """
    return "\n".join(_merge(common.split("\n"), ours.split("\n"), theirs.split("\n"), _resolve_lines))


def count_changes(before: str, after: str) -> int:
    """The number of lines, without blank ones, that were removed or added."""
    here, there = ([line for line in text.split("\n") if line.strip()] for text in (before, after))
    hunks = _hunks(here, there, 0)
    return sum(hunk.end - hunk.start + len(hunk.lines) for hunk in hunks)


def _merge(base: _Lines, ours: _Lines, theirs: _Lines, resolve: _Resolve) -> _Lines:
    merged: _Lines = []
    position = 0
    for region in _regions([*_hunks(base, ours, 0), *_hunks(base, theirs, 1)]):
        start, end = region[0].start, max(hunk.end for hunk in region)
        here, there = (_apply(base, region, side, start, end) for side in (0, 1))
        merged += [*base[position:start], *_choose(base[start:end], here, there, resolve)]
        position = end
    return [*merged, *base[position:]]


def _hunks(base: _Lines, changed: _Lines, side: int) -> list[_Hunk]:
    blocks = SequenceMatcher(a=base, b=changed, autojunk=False).get_opcodes()
    return [_Hunk(start, end, side, tuple(changed[a:b])) for tag, start, end, a, b in blocks if tag != "equal"]


def _regions(hunks: Sequence[_Hunk]) -> Iterator[list[_Hunk]]:
    """The hunks in order, those together that overlap. Insertions at the same place do."""
    region: list[_Hunk] = []
    for hunk in sorted(hunks, key=lambda one: (one.start, one.end, one.side)):
        end = max((one.end for one in region), default=0)
        same_place = bool(region) and hunk.start == hunk.end == region[0].start == end
        if region and not same_place and hunk.start >= end:
            yield region
            region = []
        region.append(hunk)
    if region:
        yield region


def _apply(base: _Lines, region: Sequence[_Hunk], side: int, start: int, end: int) -> _Lines:
    """What one side has in place of a range of the common lines."""
    lines: _Lines = []
    for hunk in (one for one in region if one.side == side):
        lines += [*base[start : hunk.start], *hunk.lines]
        start = hunk.end
    return [*lines, *base[start:end]]


def _choose(base: _Lines, ours: _Lines, theirs: _Lines, resolve: _Resolve) -> _Lines:
    if theirs in (base, ours):
        return ours
    return theirs if ours == base else resolve(base, ours, theirs)


def _resolve_lines(base: _Lines, ours: _Lines, theirs: _Lines) -> _Lines:
    if len(base) == len(ours) == len(theirs) and all(line.strip() for line in base):
        return [_merge_line(*lines) for lines in zip(base, ours, theirs, strict=True)]
    if not "".join(base).strip():
        return [*ours, *(line for line in theirs if line not in ours or not line.strip())]
    return [*theirs, *(line for line in ours if line not in base and line not in theirs)]


def _merge_line(base: str, ours: str, theirs: str) -> str:
    words = _TOKEN.findall
    return "".join(_merge(words(base), words(ours), words(theirs), _resolve_words))


def _resolve_words(base: _Lines, ours: _Lines, theirs: _Lines) -> _Lines:
    return theirs if base else [*ours, *theirs]
