"""What the clients of a local server suffer from when it is told to fail, and how often each of them asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class Trouble:
    """One way to fail; `times` is how many requests more, or None for ever; `seconds` how long one of them hangs."""

    kind: str
    times: int | None
    seconds: float


class Troubles:
    """Troubles by whom they are about: a project, a host. All methods may be called from any thread.

    `kinds` are the ways to fail that the server knows.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self._kinds = frozenset(kinds)
        self._troubles: dict[str, Trouble] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fail(self, about: str, kind: str, times: int | None = None, seconds: float = 30.0) -> None:
        """Let the next `times` requests fail, or all of them. Raises ValueError for a kind that is none."""
        if kind not in self._kinds:
            raise ValueError(f"{kind!r} is none of {', '.join(sorted(self._kinds))}")
        with self._lock:
            self._troubles[about] = Trouble(kind, times, seconds)

    def heal(self, about: str) -> None:
        """End what `fail` began."""
        with self._lock:
            self._troubles.pop(about, None)

    def meet(self, about: str) -> Trouble | None:
        """Count a request, and say what shall go wrong with it."""
        with self._lock:
            self._requests[about] += 1
            trouble = self._troubles.get(about)
            if trouble and trouble.times is not None:
                trouble.times -= 1
                if trouble.times <= 0:
                    del self._troubles[about]
            return trouble

    def requests(self, about: str | None = None) -> int:
        """How many requests came in, about that one or altogether."""
        with self._lock:
            return self._requests.total() if about is None else self._requests[about]
