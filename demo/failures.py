"""What the clients of a local server suffer from when it is told to fail, and how often each of them asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class InjectedFault:
    """One way to fail; `times` is how many requests more, or None for ever; `seconds` how long one of them hangs;
    `method` is the server's own name of the only method that fails, or nothing for all of them."""

    kind: str
    times: int | None
    seconds: float
    method: str = ""


class FaultInjector:
    """Troubles by whom they are about: a project, a host. All methods may be called from any thread.

    `kinds` are the ways to fail that the server knows.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self._kinds = frozenset(kinds)
        self._troubles: dict[str, InjectedFault] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fail(
        self, about: str, kind: str, times: int | None = None, *, seconds: float = 30.0, method: str = ""
    ) -> None:
        """Let the next `times` requests fail, or all of them. Raises ValueError for a kind that is none.

        `seconds` is how long one hangs, `method` the name of those that fail (`compute.instances.list`), or nothing
        for all.
        """
        if kind not in self._kinds:
            raise ValueError(f"{kind!r} is none of {', '.join(sorted(self._kinds))}")
        with self._lock:
            self._troubles[about] = InjectedFault(kind, times, seconds, method)

    def stop_failing(self, about: str) -> None:
        """End what `fail` began."""
        with self._lock:
            self._troubles.pop(about, None)

    def next_fault(self, about: str, method: str = "") -> InjectedFault | None:
        """Count a request, and say what shall go wrong with it."""
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
        """How many requests came in, about that one or altogether."""
        with self._lock:
            return self._requests.total() if about is None else self._requests[about]
