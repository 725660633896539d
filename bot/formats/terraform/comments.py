"""Keeps comments after code in one column, as `terraform fmt` does."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

CommentColumns = Mapping[int, int]
"""By line number, from 0: the column where the comment after the code begins."""


def realign(before: str, after: str, columns_before: CommentColumns, columns_after: CommentColumns) -> str:
    """`after` with the comments after code in one column again, in each run of lines that have such comments.

    Both texts have the same lines, some of them with other content. Only runs that were aligned before are aligned,
    and only if one of their lines changed.
    """
    old, new = before.split("\n"), after.split("\n")
    for start, end in _runs(columns_before):
        run = range(start, end)
        touched = any(old[n] != new[n] for n in run)
        if touched and [old[n] for n in run] == _align(old, run, columns_before):
            new[start:end] = _align(new, run, columns_after)
    return "\n".join(new)


def _runs(columns: CommentColumns) -> list[tuple[int, int]]:
    """The runs of consecutive lines that have a comment after their code."""
    runs: list[tuple[int, int]] = []
    for number in sorted(columns):
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def _align(lines: Sequence[str], run: range, columns: CommentColumns) -> list[str]:
    """The lines with their comments in one column, one space after the longest code."""
    codes = {number: lines[number][: columns[number]].rstrip(" \t") for number in run}
    width = max(map(_width, codes.values()))
    return [f"{code}{' ' * (width - _width(code) + 1)}{lines[n][columns[n] :]}" for n, code in codes.items()]


def _width(code: str) -> int:
    """The number of characters that are visible. A combining accent has no width of its own."""
    return sum(unicodedata.category(character) not in {"Mn", "Me"} for character in code)
