"""Forwards the emulated GitHub's deliveries to mibot, each with an id of its own.

The emulator gives two deliveries of the same millisecond the same id, and mibot correctly takes the second for a
repetition of the first. GitHub's ids are unique.
"""

from __future__ import annotations

import http.client
import queue
import threading
import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FORWARDED_HEADERS = ("Content-Type", "X-GitHub-Event", "X-Hub-Signature-256")
TIMEOUT = 10.0
MAX_ATTEMPTS = 20
RETRY_DELAY = 0.5


class WebhookRelay:
    """Listens at `url` until the context ends, and posts what arrives to `target`, one after the other."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._queue: queue.Queue[tuple[bytes, dict[str, str]] | None] = queue.Queue()
        self._stopping = threading.Event()
        self._server = make_server(
            "127.0.0.1", 0, self._application, threaded=True, request_handler=_QuietRequestHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), name="relay", daemon=True),
            threading.Thread(target=self._send_all, name="relay-sender", daemon=True),
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._queue.put(None)
        self._server.shutdown()
        for thread in self._threads:
            thread.join(TIMEOUT)
        self._server.server_close()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        headers = {name: request.headers[name] for name in FORWARDED_HEADERS if name in request.headers}
        self._queue.put((request.get_data(), headers | {"X-GitHub-Delivery": str(uuid.uuid4())}))
        return Response(status=202)(environ, start_response)

    def _send_all(self) -> None:
        while (delivery := self._queue.get()) is not None:
            self._send(*delivery)

    def _send(self, body: bytes, headers: dict[str, str]) -> None:
        """Send a delivery. Unlike GitHub it retries, so that the demo does not hang on a busy machine."""
        for _ in range(MAX_ATTEMPTS):
            if self._stopping.is_set() or _post(self.target, body, headers):
                return
            time.sleep(RETRY_DELAY)


def _post(target: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether mibot accepted the delivery or refused it for good."""
    address = urlsplit(target)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
    try:
        connection.request("POST", address.path, body, headers)
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class _QuietRequestHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
