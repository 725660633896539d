"""When a request may be sent: writes one after the other, and none while a rate limit lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class WriteThrottle:
    """Lets writes start `interval` seconds apart, over all threads, as GitHub requires for writes."""

    def __init__(self, interval: float, clock: Clock, sleep: Sleep) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._local = threading.local()

    def wait(self) -> None:
        """Wait for the next slot, unless this thread holds one: then use it."""
        if getattr(self._local, "turn", False):
            self._local.turn = False
            return
        with self._lock:
            now = self._clock()
            slot = max(now, self._next)
            self._next = slot + self._interval
        if slot > now:
            self._sleep(slot - now)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot now; the first write of this thread inside the block goes out at once."""
        self.wait()
        self._local.turn = True
        try:
            yield
        finally:
            self._local.turn = False


class RateLimitPauses:
    """Until when each caller must wait, shared by all threads, because GitHub limits an installation as a whole."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def pause(self, caller: str, seconds: float) -> None:
        with self._lock:
            self._until[caller] = max(self._until.get(caller, 0.0), self._clock() + seconds)

    def remaining(self, caller: str) -> float:
        """The seconds that this caller still has to wait, 0 if it may send."""
        with self._lock:
            until = self._until.get(caller)
        return 0.0 if until is None else max(until - self._clock(), 0.0)
