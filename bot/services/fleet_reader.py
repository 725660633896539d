"""Reads the fleet from the deployment repository, no more often than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.fleet.inventory import read_fleet, required_blobs
from bot.domain.fleet.model import Fleet
from bot.domain.git_tree import Snapshot
from bot.ports.errors import PermanentError, TransientError
from bot.ports.files import FleetSource

MAX_AGE_SECONDS = 60.0
"""The age in seconds up to which a fleet is recent enough for commands. An upgrade reads it again before it acts."""


@dataclass(frozen=True)
class FleetView:
    """The fleet, and the snapshot that it was read from."""

    fleet: Fleet
    snapshot: Snapshot


class FleetReader:
    """Reads the fleet and remembers it. Threads may share a reader."""

    def __init__(self, source: FleetSource, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen: FleetView | None = None
        self._read_at = 0.0

    def recent(self) -> Fleet:
        """A fleet that is at most MAX_AGE_SECONDS old, usually without a request."""
        return self.recent_view().fleet

    def recent_view(self) -> FleetView:
        """The same with its snapshot."""
        view = self._seen
        if view is not None and self._monotonic() - self._read_at < MAX_AGE_SECONDS:
            return view
        return self.current_view()

    def last_known(self) -> Fleet:
        """The same, but the last fleet that was read if GitHub does not show the repository, or an empty one if it
        refuses to show it at all.

        It is for messages that must be written in any case. Raises TransientError if no fleet was read yet.
        """
        try:
            return self.recent()
        except TransientError:
            if self._seen is None:
                raise
            return self._seen.fleet
        except PermanentError:
            return self._seen.fleet if self._seen else Fleet()

    def current(self) -> Fleet:
        """The fleet at the tip of the base branch. This takes one request, and those for blobs that changed."""
        return self.current_view().fleet

    def current_view(self) -> FleetView:
        """The same with its snapshot."""
        with self._lock:
            snapshot = self._source.snapshot()
            if self._seen is None or snapshot.tree != self._seen.snapshot.tree:
                contents = self._source.contents(required_blobs(snapshot))
                self._seen = FleetView(read_fleet(snapshot, contents), snapshot)
            self._read_at = self._monotonic()
            return self._seen

    def view_at(self, tree: str) -> FleetView:
        """The fleet at that tree of the base branch, without a request if it is the tree that was read last."""
        view = self._seen
        if view is not None and tree == view.snapshot.tree:
            self._read_at = self._monotonic()
            return view
        return self.current_view()
