"""The journal of creations in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.flow.creations import RETENTION, Creation
from bot.services.creator import Creator
from tests.samples import NOW


def make_creator(lag: float = 30.0, now: datetime = NOW) -> Creator:
    """A creator with a journal of its own, and a clock that stands still."""
    return Creator(MemoryCreations(), lambda: now, lag)


@dataclass
class MemoryCreations:
    """What was created, until the test is over."""

    _creations: dict[str, Creation] = field(default_factory=dict)
    _finished_at: dict[str, datetime] = field(default_factory=dict)

    def creation(self, key: str) -> Creation | None:
        return self._creations.get(key)

    def begin_creation(self, key: str, before: Creation | None, now: datetime) -> bool:
        if before is None:
            for old in [key for key, finished in self._finished_at.items() if finished < now - RETENTION]:
                del self._creations[old], self._finished_at[old]
        there = self._creations.get(key)
        if (there and there.attempt) != (before and before.attempt):
            return False
        self._finished_at.pop(key, None)
        self._creations[key] = Creation(key, 1 if before is None else before.attempt + 1)
        return True

    def mark_creation_unclear(self, key: str, since: datetime) -> None:
        there = self._creations.get(key)
        if there is not None and there.number is None and there.unclear_since is None:
            self._creations[key] = replace(there, unclear_since=since)

    def finish_creation(self, key: str, number: int, now: datetime) -> None:
        there = self._creations.get(key) or Creation(key)
        self._creations[key] = replace(there, number=number, unclear_since=None, known_since=now)
        self._finished_at[key] = now

    def forget_creation(self, key: str) -> None:
        if (there := self._creations.get(key)) is not None and there.number is None:
            del self._creations[key]
