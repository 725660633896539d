"""Answers that get lost by chance, from a seed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.world.exchange import HttpResponse, Request
from tests.world.server import CloseConnection

BAD_GATEWAY = HttpResponse(502, (("Content-Type", "text/html"),), b"<html>Bad gateway</html>")
UNAVAILABLE = HttpResponse.json_response(503, {"message": "No server is available to handle your request."})


@dataclass
class Chaos:
    """What becomes of mibot's requests. A write may be carried out and its answer lost, or answered by an error and
    not carried out; a read may fail. At most `most` requests go wrong, so that the story has an end."""

    random: Random
    lost: float = 0.25
    refused: float = 0.05
    unread: float = 0.03
    most: int = 15
    happened: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def apply(self, request: Request, forward: Callable[[], HttpResponse]) -> HttpResponse:
        """The answer that mibot gets. Raises CloseConnection where it gets none."""
        match self._choose(request):
            case "cut":
                forward()
                raise CloseConnection
            case "lost":
                forward()
                return BAD_GATEWAY
            case "refused" | "unread":
                return UNAVAILABLE
            case _:
                return forward()

    def _choose(self, request: Request) -> str:
        with self._lock:
            dice = self.random.random()
            if self.happened.total() >= self.most or request.path.endswith("/access_tokens"):
                return ""
            if not request.writes:
                fault = "unread" if dice < self.unread else ""
            elif dice < self.lost:
                fault = "cut" if dice < self.lost / 2 else "lost"
            else:
                fault = "refused" if dice < self.lost + self.refused else ""
            if fault:
                self.happened[fault] += 1
            return fault
