"""When things are looked at next, so that however much touches one, one look follows another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

_SLACK = timedelta(milliseconds=100)
"""How much too early a look may come: clocks and schedulers are not exact."""


class PollThrottle:
    """The moment of each thing's next look. In memory only: after a crash the sweep begins the chain anew."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._next: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def due(self, key: str, pause: float) -> bool:
        """Whether a look after `pause` seconds is to be arranged: none is to come before that."""
        now = self._clock()
        with self._lock:
            planned = self._next.get(key)
            if planned is not None and planned > now + _SLACK:
                return False
            self._next[key] = now + timedelta(seconds=pause)
            return True
