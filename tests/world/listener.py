"""A webhook receiver in place of mibot."""

from __future__ import annotations

from collections.abc import Callable

from tests.world.exchange import HttpResponse, Request
from tests.world.server import Server


class Listener:
    """Records every delivery and answers with `status`."""

    def __init__(self, status: int = 202, handle: Callable[[Request], None] | None = None) -> None:
        self.status = status
        self.requests: list[Request] = []
        self._callback = handle
        self._server = Server(self._handle)
        self.url = f"{self._server.url}/webhooks/github"

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def events(self) -> list[str]:
        """The events in the order of their arrival: `issues opened`, …"""
        return [f"{request.headers['x-github-event']} {request.json.get('action')}" for request in self.requests]

    @property
    def guids(self) -> list[str]:
        return [request.headers["x-github-delivery"] for request in self.requests]

    def _handle(self, request: Request) -> HttpResponse:
        self.requests.append(request)
        if self._callback:
            self._callback(request)
        return HttpResponse(self.status)
