"""Preparations in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.upgrade.preparation import UNPREPARED, Preparation
from bot.domain.versions import Version
from tests.ports.trackers import MemoryTrackers


@dataclass
class MemoryPreparations(MemoryTrackers):
    """The preparations, until the test is over."""

    _preparations: dict[Version, Preparation] = field(default_factory=dict)

    def preparation(self, version: Version) -> Preparation | None:
        return self._preparations.get(version)

    def preparations(self) -> Sequence[Preparation]:
        return list(self._preparations.values())

    def unfinished_preparations(self) -> Sequence[Preparation]:
        return [one for one in self._preparations.values() if one.stage in UNPREPARED]

    def save_preparation(self, preparation: Preparation) -> None:
        self._preparations[preparation.version] = preparation
        self.mark_tracker_dirty(preparation.version)
