"""Finds people's edits that were overwritten, and merges them back.

GitHub knows no conditional edit: who reads a text, changes it and saves it overwrites what others saved meanwhile.
The edit history still has that. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.domain.github_models import Revision
from bot.formats.keep_both import count_changes, merge_keeping_both

Render = Callable[[str], str]
"""Brings mibot's part of a text up to date, and leaves people's."""
LONGEST_EDIT = timedelta(minutes=2)
"""How long people take from reading a text to saving it. Who saves later is taken to have seen what is there."""


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for line ends. A browser saves CRLF."""
    return _plain(one) == _plain(other)


def find_written(history: Sequence[Revision], text: str) -> int | None:
    """Where mibot's latest edit to `text` is in the history; None if the history does not show it yet."""
    return _find_last(history, lambda one: one.ours and one.text is not None and same_text(one.text, text))


def find_known(history: Sequence[Revision], known: str, read: str | None = None) -> int:
    """The latest revision up to which no edit is missing.

    That is the one with the id `known`, else the one whose text mibot `read` before it wrote, else mibot's own latest
    but one, else the oldest.
    """
    found = _find_last(history, lambda one: one.id == known)
    if found is None and read is not None:
        found = _find_last(history, lambda one: one.text is not None and same_text(one.text, read))
    if found is None:
        own = _find_last(history, lambda one: one.ours)
        found = _find_last(history[: own or 0], lambda one: one.ours)
    return found or 0


def edited_by_people(history: Sequence[Revision], start: int) -> bool:
    """Whether people edited the text after that revision."""
    return any(not one.ours for one in history[start + 1 :])


def restore_edits(history: Sequence[Revision], start: int, render: Render, holds: str | None = None) -> str:
    """The text with what people changed after the revision `start`, whoever overwrote it; mibot's part up to date.

    `holds` is a text with all edits up to `start`, if that is not the one of that revision.

    Each edit counts as a change of the text that it was made from. That need not be the one before it: it is the one
    that it differs from least. mibot's own edits need no merge, because `render` makes its part anew.
    """
    shown = [place for place, one in enumerate(history) if one.text is not None]
    if not shown:
        return render("")
    known = [place for place in shown if place <= start]
    merged = _text(history[known[-1] if known else shown[0]]) if holds is None else _plain(holds)
    for place in shown:
        if place > start and place > shown[0] and not history[place].ours:
            base = _find_base([one for one in history[:place] if one.text is not None], history[place])
            merged = merge_keeping_both(render(base), render(merged), render(_text(history[place])))
    restored = render(merged)
    return restored.replace("\n", "\r\n") if "\r\n" in (history[-1].text or "") else restored


def _find_base(earlier: Sequence[Revision], edit: Revision) -> str:
    """The text that an edit was made from: the one that it differs from least, the latest of several.

    That is no older than the editor's own last edit, and was the latest not long before. A text that was there before
    was restored on purpose.
    """
    candidates = [earlier[-1]]
    for before, after in zip(reversed(earlier[:-1]), reversed(earlier), strict=False):
        if after.editor == edit.editor or edit.at - after.at > LONGEST_EDIT:
            break
        candidates.append(before)
    texts = [_text(one) for one in candidates]
    if _text(edit) in texts:
        return texts[0]
    return min(texts, key=lambda one: count_changes(one, _text(edit)))


def _find_last(history: Sequence[Revision], wanted: Callable[[Revision], bool]) -> int | None:
    return next((place for place in reversed(range(len(history))) if wanted(history[place])), None)


def _text(revision: Revision) -> str:
    return _plain(revision.text or "")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
