"""The journal of what mibot creates. It is written before each request, so that a crash forgets nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.flow.creations import Creation


class CreationJournal(Protocol):
    """Every method is one transaction; it raises TransientError when the storage is down."""

    def creation(self, key: str) -> Creation | None: ...
    def begin_creation(self, key: str, before: Creation | None, now: datetime) -> bool:
        """Note that the request is about to be sent. Returns False if the entry is not `before` any more: then
        somebody else sends it."""

    def mark_creation_unclear(self, key: str, since: datetime) -> None:
        """Note that the outcome is unknown since then, unless that was noted before."""

    def finish_creation(self, key: str, number: int, now: datetime) -> None:
        """Note the id of what was created, or found."""

    def forget_creation(self, key: str) -> None:
        """Note that nothing was created."""
