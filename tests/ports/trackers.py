"""Trackers in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.tracker.record import TrackerRecord
from bot.domain.versions import Version


@dataclass
class MemoryTrackers:
    """The trackers, until the test is over."""

    _trackers: dict[Version, TrackerRecord] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def tracker(self, version: Version) -> TrackerRecord | None:
        return self._trackers.get(version)

    def trackers(self) -> Sequence[TrackerRecord]:
        return list(self._trackers.values())

    def save_tracker(self, tracker: TrackerRecord) -> None:
        known = self._trackers.get(tracker.version)
        self._trackers[tracker.version] = replace(tracker, dirty=known.dirty) if known else tracker

    def mark_tracker_dirty(self, version: Version) -> None:
        with self._lock:
            known = self._trackers.get(version)
            if known:
                self._trackers[version] = replace(known, dirty=known.dirty + 1)
