"""Merging two changes of one text, line by line, where they do not meet."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

Hunk = tuple[int, int, list[str]]
"""Lines of the common text, from and to (exclusive), and what stands in their place."""


def merge_three_way(common: str, ours: str, theirs: str) -> str | None:
    """`ours` with what `theirs` changed since `common`, or None where both changed the same or adjoining lines.

    Lines keep their ends; the same change on both sides counts once.
    """
    base = common.splitlines(keepends=True)
    here, there = _hunks(base, ours), _hunks(base, theirs)
    if any(_overlap(one, other) for one in here for other in there if one != other):
        return None
    merged: list[str] = []
    position = 0
    for start, end, lines in sorted({(s, e, tuple(new)) for s, e, new in (*here, *there)}):
        merged += [*base[position:start], *lines]
        position = end
    return "".join([*merged, *base[position:]])


def _hunks(base: Sequence[str], changed: str) -> list[Hunk]:
    new = changed.splitlines(keepends=True)
    blocks = SequenceMatcher(a=base, b=new, autojunk=False).get_opcodes()
    return [(start, end, new[first:last]) for tag, start, end, first, last in blocks if tag != "equal"]


def _overlap(one: Hunk, other: Hunk) -> bool:
    """Whether two regions overlap or touch, insertions at one place among them."""
    return one[0] <= other[1] and other[0] <= one[1]
