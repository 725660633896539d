"""Edits texts that people edit, too, and loses nothing of theirs.

GitHub has no conditional edit. So after each edit the history tells whether people saved something between mibot's
read and its write; that is merged back, until nothing came between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.domain.github_models import Revision
from bot.domain.tracker.lost_edits import (
    Render,
    edited_by_people,
    find_known,
    find_written,
    restore_edits,
    same_text,
)
from bot.ports.errors import PermanentError
from bot.ports.issues import EditHistory, WriteSlots

log = structlog.get_logger(__name__)

MAX_ROUNDS = 5
"""How often edits are merged back in a row, before others get their turn."""


class _History(EditHistory, WriteSlots, Protocol):
    """Where texts are edited."""


@dataclass(frozen=True)
class SharedText:
    """A body on GitHub: its id in GraphQL, how it is written, and how mibot's part is brought up to date."""

    node: str
    write: Callable[[str], None]
    render: Render


@dataclass(frozen=True)
class Written:
    """The text as it is now. `revision`: it holds all edits up to that one. `settled`: that is known for certain, or
    GitHub does not tell."""

    text: str
    revision: str
    settled: bool


class SharedTexts:
    """Writes shared texts. Raises ExternalError when GitHub does not answer."""

    def __init__(self, issues: _History) -> None:
        self._issues = issues

    def write(self, shared: SharedText, read: str, wanted: str, known: str) -> Written:
        """Write `wanted`, which was made from `read`, and merge back what people saved meanwhile.

        `known` is the revision up to which all edits were in the text before.
        """
        shared.write(wanted)
        seen, holds = "", None  # what was merged back last, and up to which revision that holds all edits
        for _ in range(MAX_ROUNDS):
            history = self._history(shared.node)
            if not history:
                return Written(wanted, known, settled=True)
            if find_written(history, wanted) is None:
                return Written(wanted, known, settled=False)  # the history is behind
            known = history[find_known(history, known, read)].id
            if self._merge(shared, history, seen or known, holds) is None:
                return Written(history[-1].text or "", history[-1].id, settled=True)
            with self._issues.write_slot():
                history = self._history(shared.node)
                merged = self._merge(shared, history, seen or known, holds)
                if merged is not None:
                    log.info("edits_merged_back", node=shared.node)
                    shared.write(merged)
                    wanted, holds, seen = merged, merged, history[-1].id
        return Written(wanted, known, settled=False)

    def recover(self, shared: SharedText, text: str, known: str) -> Written:
        """What the body `text` should say: with the edits since the revision `known` that it lacks.

        Writes nothing.
        """
        history = self._history(shared.node)
        if not history:
            return Written(text, known, settled=True)
        if not same_text(history[-1].text or "", text):
            return Written(text, known, settled=False)  # the history is behind
        known = history[find_known(history, known)].id
        merged = self._merge(shared, history, known)
        return (
            Written(text, history[-1].id, settled=True) if merged is None else Written(merged, known, settled=False)
        )

    def _merge(
        self, shared: SharedText, history: Sequence[Revision], known: str, holds: str | None = None
    ) -> str | None:
        """The latest text with the edits since the revision `known` that it lacks; None if it has all."""
        start = find_known(history, known)
        if not history or not edited_by_people(history, start):
            return None
        merged = restore_edits(history, start, shared.render, holds)
        latest = history[-1].text or ""
        return None if same_text(merged, latest) or same_text(merged, shared.render(latest)) else merged

    def _history(self, node: str) -> Sequence[Revision]:
        """The edit history, empty where GitHub does not tell."""
        if not node:
            return []
        try:
            return self._issues.revisions(node)
        except PermanentError as error:
            log.warning("no_edit_history", node=node, error=str(error))
            return []
