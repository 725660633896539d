"""Local servers that run in a thread of their own."""

from __future__ import annotations

import socketserver
import threading
from typing import Self

from werkzeug.serving import WSGIRequestHandler


class BackgroundServer:
    """Serves until its context ends. A subclass sets `_server`, and lets hanging requests wait for `_closing`."""

    _server: socketserver.BaseServer

    def __init__(self, name: str) -> None:
        """`name` is the name of the thread."""
        self._name = name
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name=self._name, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()  # wakes requests that hang
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class QuietRequestHandler(WSGIRequestHandler):
    """Logs no requests, because the demo's terminal belongs to the story."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
