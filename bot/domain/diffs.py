"""Changes of texts, line by line, as people read them."""

from __future__ import annotations

import difflib
import re

from bot.domain.model import LINK_MODE, FileChange


def diff_lines(old: str, new: str, context: int = 2) -> list[str]:
    """A unified diff without its head; `context` lines of what does not change stand around each change."""
    return list(difflib.unified_diff(_lines(old), _lines(new), lineterm="", n=context))[2:]


def _lines(text: str) -> list[str]:
    """The lines as Git counts them: `splitlines` would end one at a form feed, too."""
    return re.split(r"\r?\n", text.removesuffix("\n").removesuffix("\r")) if text else []


def change_lines(change: FileChange, now: str | None, context: int = 2) -> list[str]:
    """One file's change: a link's as `old → new`, a text's as a diff; `now` is what it says now (None: it is new)."""
    if change.mode == LINK_MODE and change.content is not None:
        return [f"{now} → {change.content}" if now is not None else f"new link to {change.content}"]
    return diff_lines(now or "", change.content or "", context)
