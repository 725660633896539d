"""The jobs that the threads of this process are at."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class RunningJobs:
    """May be used from any thread. A job counts as often as it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: Counter[str] = Counter()

    @contextmanager
    def run(self, job: str) -> Iterator[None]:
        with self._lock:
            self._runs[job] += 1
        try:
            yield
        finally:
            with self._lock:
                self._runs -= Counter([job])

    def __contains__(self, job: str) -> bool:
        with self._lock:
            return job in self._runs
