"""The fleet as the deployment repository describes it, read no more often than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.fleet.inventory import read_fleet, required_blobs
from bot.domain.fleet.model import Fleet
from bot.domain.git_tree import Snapshot
from bot.ports.errors import PermanentError
from bot.ports.files import FleetSource

MAX_AGE_SECONDS = 60.0
"""Seconds for which a fleet is good enough to understand a command by. An upgrade looks again before it acts."""


@dataclass(frozen=True)
class FleetView:
    """The fleet, and the files that it was read from."""

    fleet: Fleet
    snapshot: Snapshot


class FleetReader:
    """Reads and remembers the fleet; safe to share between threads."""

    def __init__(self, source: FleetSource, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen: FleetView | None = None
        self._read_at = 0.0

    def recent(self) -> Fleet:
        """A fleet no older than FRESH_FOR seconds; usually without any request."""
        return self.recent_view().fleet

    def recent_view(self) -> FleetView:
        """The same with its files."""
        seen = self._seen
        if seen is not None and self._monotonic() - self._read_at < MAX_AGE_SECONDS:
            return seen
        return self.current_view()

    def last_known(self) -> Fleet:
        """The same, but empty when the deployment repository can't be read: for what must be said all the same."""
        try:
            return self.recent()
        except PermanentError:
            return self._seen.fleet if self._seen else Fleet()

    def current(self) -> Fleet:
        """The fleet at the tip of the base branch: one request, and the blobs that changed."""
        return self.current_view().fleet

    def current_view(self) -> FleetView:
        """The same with its files."""
        with self._lock:
            snapshot = self._source.snapshot()
            if self._seen is None or snapshot.tree != self._seen.snapshot.tree:
                contents = self._source.contents(required_blobs(snapshot))
                self._seen = FleetView(read_fleet(snapshot, contents), snapshot)
            self._read_at = self._monotonic()
            return self._seen

    def view_at(self, tree: str) -> FleetView:
        """What is at that tree of the base branch: without a request when it is the one that is known."""
        seen = self._seen
        if seen is not None and tree == seen.snapshot.tree:
            self._read_at = self._monotonic()
            return seen
        return self.current_view()
