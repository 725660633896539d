"""The fleet as the deployment repository describes it, read no more often than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bot.domain.inventory import read_fleet, wanted_blobs
from bot.domain.model import Fleet
from bot.ports import FleetSource, Refused

FRESH_FOR = 60.0
"""Seconds for which a fleet is good enough to understand a command by. An upgrade looks again before it acts."""


class Fleets:
    """Reads and remembers the fleet; safe to share between threads."""

    def __init__(self, source: FleetSource, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._tree = ""
        self._fleet: Fleet | None = None
        self._read_at = 0.0

    def recent(self) -> Fleet:
        """A fleet no older than FRESH_FOR seconds; usually without any request."""
        fleet = self._fleet
        if fleet is not None and self._monotonic() - self._read_at < FRESH_FOR:
            return fleet
        return self.now()

    def known(self) -> Fleet:
        """The same, but empty when the deployment repository can't be read: for what must be said all the same."""
        try:
            return self.recent()
        except Refused:
            return self._fleet or Fleet()

    def now(self) -> Fleet:
        """The fleet at the tip of the base branch: one request, and the blobs that changed."""
        with self._lock:
            snapshot = self._source.snapshot()
            if self._fleet is None or snapshot.tree != self._tree:
                contents = self._source.contents(wanted_blobs(snapshot))
                self._fleet, self._tree = read_fleet(snapshot, contents), snapshot.tree
            self._read_at = self._monotonic()
            return self._fleet

    def at(self, tree: str) -> Fleet:
        """The fleet of that tree of the base branch: without a request when it is the one that is known."""
        fleet = self._fleet
        if fleet is not None and tree == self._tree:
            self._read_at = self._monotonic()
            return fleet
        return self.now()
