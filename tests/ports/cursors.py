"""Cursors in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class MemoryCursors:
    """The cursors, until the test is over."""

    _cursors: dict[str, datetime] = field(default_factory=dict)

    def cursor(self, name: str) -> datetime | None:
        return self._cursors.get(name)

    def set_cursor(self, name: str, value: datetime) -> None:
        self._cursors[name] = value
