"""Changes of texts, line by line, as people read them."""

from __future__ import annotations

import difflib
import re


def diff_lines(old: str, new: str, context: int = 2) -> list[str]:
    """A unified diff without its head; `context` lines of what does not change stand around each change."""
    return list(difflib.unified_diff(_lines(old), _lines(new), lineterm="", n=context))[2:]


def _lines(text: str) -> list[str]:
    """The lines as Git counts them: `splitlines` would end one at a form feed, too."""
    return re.split(r"\r?\n", text.removesuffix("\n").removesuffix("\r")) if text else []


def change_lines(old: str | None, new: str | None, *, is_link: bool = False, context: int = 2) -> list[str]:
    """One file's change: a symbolic link's as `old → new`, a text's as a diff; `old` is None for a new file,
    `new` for a removed one."""
    if is_link and new is not None:
        return [f"{old} → {new}" if old is not None else f"new link to {new}"]
    return diff_lines(old or "", new or "", context)
