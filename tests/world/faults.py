"""Faults that a test injects: errors and delays in place of GitHub's answers."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.world.exchange import HttpResponse, Request
from tests.world.server import CloseConnection


@dataclass
class Fault:
    """What happens to the next `times` requests that match.

    With an `answer` they get that instead of GitHub's, with `cut` none at all. When `forwarded`, GitHub carries out
    the request nevertheless.
    """

    times: int
    method: str | None
    path: re.Pattern[str]
    answer: HttpResponse | None = None
    forwarded: bool = False
    seconds: float = 0.0
    cut: bool = False

    def matches(self, request: Request) -> bool:
        return self.times > 0 and self.method in {None, request.method} and self.path.search(request.path) is not None


class Faults:
    """The faults that are still due, in the order in which they were added."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    def apply(self, request: Request, forward: Callable[[], HttpResponse]) -> HttpResponse:
        """The answer to `request`, faults included."""
        fault = self._next(request)
        if fault is None:
            return forward()
        time.sleep(fault.seconds)
        if fault.answer is None and not fault.cut:
            return forward()
        if fault.forwarded:
            forward()
        if fault.answer is None:
            raise CloseConnection
        return fault.answer

    def _next(self, request: Request) -> Fault | None:
        with self._lock:
            fault = next((fault for fault in self._pending if fault.matches(request)), None)
            if fault is not None:
                fault.times -= 1
            return fault
