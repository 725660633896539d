"""Changes of texts as lines that people read."""

from __future__ import annotations

import difflib
import re


def diff_lines(old: str, new: str, context: int = 2) -> list[str]:
    """A unified diff without its header, with `context` unchanged lines around each change."""
    return list(difflib.unified_diff(_lines(old), _lines(new), lineterm="", n=context))[2:]


def _lines(text: str) -> list[str]:
    """The lines as Git counts them. `splitlines` would break a line at a form feed too."""
    return re.split(r"\r?\n", text.removesuffix("\n").removesuffix("\r")) if text else []


def change_lines(old: str | None, new: str | None, *, is_link: bool = False, context: int = 2) -> list[str]:
    """The change of one file: `old → new` for a symbolic link, a diff for a text.

    `old` is None for a new file, `new` for a removed one.
    """
    if is_link and new is not None:
        return [f"{old} → {new}" if old is not None else f"new link to {new}"]
    return diff_lines(old or "", new or "", context)
