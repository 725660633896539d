"""Local servers that answer in a thread of their own."""

from __future__ import annotations

import socketserver
import threading
from typing import Self

from werkzeug.serving import WSGIRequestHandler


class BackgroundServer:
    """Answers as long as its context lasts. Who inherits makes `_server`, and sets `_closing` free what hangs."""

    _server: socketserver.BaseServer

    def __init__(self, name: str) -> None:
        """`name` is the thread's."""
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
    """Writes no line per request: the demo's terminal belongs to the story."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
