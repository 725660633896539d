"""Injected faults of the local servers, and a count of the requests to them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class InjectedFault:
    """One fault. `times` is how many more requests it hits (None: all), `seconds` how long a request hangs, `method`
    the server's name of the only method that it hits (empty: all methods)."""

    kind: str
    times: int | None
    seconds: float
    method: str = ""


class FaultInjector:
    """Faults by subject, such as a project or a host. Thread-safe.

    `kinds` are the kinds of fault that the server supports.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self._kinds = frozenset(kinds)
        self._troubles: dict[str, InjectedFault] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fail(
        self, about: str, kind: str, times: int | None = None, *, seconds: float = 30.0, method: str = ""
    ) -> None:
        """Let the next `times` requests fail, or all of them. Raises ValueError for an unknown kind.

        `seconds` is how long a request hangs. `method` limits the fault to one method (`compute.instances.list`).
        """
        if kind not in self._kinds:
            raise ValueError(f"{kind!r} is none of {', '.join(sorted(self._kinds))}")
        with self._lock:
            self._troubles[about] = InjectedFault(kind, times, seconds, method)

    def stop_failing(self, about: str) -> None:
        """Remove the fault."""
        with self._lock:
            self._troubles.pop(about, None)

    def next_fault(self, about: str, method: str = "") -> InjectedFault | None:
        """Count a request and return its fault, if any."""
        with self._lock:
            self._requests[about] += 1
            trouble = self._troubles.get(about)
            if trouble is None or (trouble.method and trouble.method != method):
                return None
            if trouble.times is not None:
                trouble.times -= 1
                if trouble.times <= 0:
                    del self._troubles[about]
            return trouble

    def requests(self, about: str | None = None) -> int:
        """How many requests came in, about that subject or in total."""
        with self._lock:
            return self._requests.total() if about is None else self._requests[about]
