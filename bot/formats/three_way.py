"""Three-way merge of texts, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

Hunk = tuple[int, int, list[str]]
"""A range of lines of the common text (the end is exclusive), and the lines in its place."""


def merge_three_way(common: str, ours: str, theirs: str) -> str | None:
    """`ours` with the changes of `theirs` since `common`, or None if both changed the same or adjacent lines.

    Lines keep their line breaks. The same change on both sides is applied once.
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
    """Whether two ranges overlap or touch. Insertions at the same place do."""
    return one[0] <= other[1] and other[0] <= one[1]
