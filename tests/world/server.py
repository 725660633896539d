"""A small threaded HTTP server that passes every request to a function and sends its answer."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.world.exchange import HttpResponse, Request

MAX_BODY_SIZE = 25 * 1024 * 1024
NO_BODY = frozenset({204, 304})


class CloseConnection(Exception):  # noqa: N818 - what to do, not what went wrong
    """Raised by a handler to cut the connection instead of answering."""


class Server:
    """Listens on a free port of 127.0.0.1 until closed. `handle` is called in the thread of each connection."""

    def __init__(self, handle: Callable[[Request], HttpResponse]) -> None:
        self._server = _ThreadingServer(handle)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and cut every connection. Safe to repeat."""
        self._server.shutdown()
        self._server.server_close()
        self._server.cut()
        self._thread.join()


class _ThreadingServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handle: Callable[[Request], HttpResponse]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.handle_one = handle
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that disconnected, as a killed mibot does; report any other error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _ThreadingServer

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_SIZE:
            self.close_connection = True
            self._send(HttpResponse.json_response(413, {"message": "Payload too large"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        try:
            answer = self.server.handle_one(request)
        except CloseConnection:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

    def _send(self, answer: HttpResponse) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in NO_BODY:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in NO_BODY:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because the tests inspect what was recorded."""
