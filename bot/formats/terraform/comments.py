"""Comments behind Terraform's code, kept in one column as `terraform fmt` wants it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

CommentColumns = Mapping[int, int]
"""Line numbers, from 0, to where on the line the comment behind its code begins."""


def realign(before: str, after: str, columns_before: CommentColumns, columns_after: CommentColumns) -> str:
    """`after` with the comments behind its code lines in one column again, run by run of such lines.

    Both have the same lines, some of them changed inside; only runs that were in line before are put in line, and
    only around a line that changed.
    """
    old, new = before.split("\n"), after.split("\n")
    for start, end in _runs(columns_before):
        run = range(start, end)
        touched = any(old[n] != new[n] for n in run)
        if touched and [old[n] for n in run] == _align(old, run, columns_before):
            new[start:end] = _align(new, run, columns_after)
    return "\n".join(new)


def _runs(columns: CommentColumns) -> list[tuple[int, int]]:
    """The stretches of neighbouring lines that all have a comment behind their code."""
    runs: list[tuple[int, int]] = []
    for number in sorted(columns):
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def _align(lines: Sequence[str], run: range, columns: CommentColumns) -> list[str]:
    """The lines with one blank behind the longest code, and as many behind the others as that takes."""
    codes = {number: lines[number][: columns[number]].rstrip(" \t") for number in run}
    width = max(map(_width, codes.values()))
    return [f"{code}{' ' * (width - _width(code) + 1)}{lines[n][columns[n] :]}" for n, code in codes.items()]


def _width(code: str) -> int:
    """How many characters a reader sees: an accent stands above the letter before it."""
    return sum(unicodedata.category(character) not in {"Mn", "Me"} for character in code)
