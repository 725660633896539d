"""When a request may be sent: writes one after the other, and none while a rate limit lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bot.ports.errors import TransientError
from bot.ports.pacing import Pacing

Clock = Callable[[], float]
Sleep = Callable[[float], None]

_MOMENT = 1e-6
"""Seconds that are no wait: sums of clock readings are not exact."""


class LocalPacing:
    """Implements `Pacing` for a process that is alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._until: dict[str, float] = {}

    def take_turn(self, interval: float) -> float:
        with self._lock:
            left = self._next - self._clock()
            if left > _MOMENT:
                return left
            self._next = self._clock() + interval
            return 0.0

    def restart_turn(self, interval: float) -> None:
        with self._lock:
            self._next = max(self._next, self._clock() + interval)

    def pause(self, caller: str, seconds: float) -> None:
        with self._lock:
            self._until[caller] = max(self._until.get(caller, 0.0), self._clock() + seconds)

    def pause_left(self, caller: str) -> float:
        with self._lock:
            until = self._until.get(caller)
        return 0.0 if until is None else max(until - self._clock(), 0.0)


class WriteThrottle:
    """Lets writes start `interval` seconds apart, over all threads and workers, as GitHub requires for writes."""

    def __init__(self, interval: float, clock: Clock, sleep: Sleep, pacing: Pacing | None = None) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._pacing = pacing or LocalPacing(clock)
        self._lock = threading.Lock()
        self._local = threading.local()

    def wait(self) -> None:
        """Wait for the next slot, unless this thread holds one: then use it.

        A slot that is older than the interval is over, for others may have written since. Raises TransientError if
        the storage that holds the slots is down.
        """
        taken: float | None = getattr(self._local, "taken", None)
        self._local.taken = None
        if self._interval <= 0:
            return
        age = None if taken is None else self._clock() - taken
        if age is None or age >= self._interval:
            self._take_turn()
        elif age > _MOMENT:
            self._pacing.restart_turn(self._interval)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot now; the first write of this thread inside the block goes out at once."""
        self.wait()
        self._local.taken = self._clock()
        try:
            yield
        finally:
            self._local.taken = None

    def _take_turn(self) -> None:
        with self._lock:  # one thread of this process at a time, so that few ask at once
            while (left := self._pacing.take_turn(self._interval)) > 0:
                self._sleep(left)


class RateLimitPauses:
    """Until when each caller must wait, shared by all threads and workers, because GitHub limits an installation as a
    whole. While the storage is down, each worker knows of its own pauses."""

    def __init__(self, clock: Clock, pacing: Pacing | None = None) -> None:
        self._own = LocalPacing(clock)
        self._shared = pacing

    def pause(self, caller: str, seconds: float) -> None:
        self._own.pause(caller, seconds)
        if self._shared is not None:
            with suppress(TransientError):
                self._shared.pause(caller, seconds)

    def remaining(self, caller: str) -> float:
        """The seconds that this caller still has to wait, 0 if it may send."""
        left = self._own.pause_left(caller)
        if left == 0 and self._shared is not None:
            with suppress(TransientError):
                left = self._shared.pause_left(caller)
        return left
