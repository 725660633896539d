"""Takes a delivery in whole before one of the few threads works on it, so that a slow sender holds no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from a2wsgi import WSGIMiddleware

from bot.domain.flow.deliveries import DeliveryOutcome
from bot.web.webhook import MAX_BODY_BYTES, WEBHOOK_PATH, refuse_delivery

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEALTH_PATH: Final = "/healthz"
BODY_TIMEOUT: Final = 5.0
"""Seconds for a whole body. GitHub gives up a delivery after 10 seconds, including the answer."""
MAX_BUFFERED_BYTES: Final = 4 * MAX_BODY_BYTES
"""What all bodies in memory may take together."""


class _RefusedError(Exception):
    def __init__(self, outcome: DeliveryOutcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class _SenderGoneError(Exception):
    pass


class BufferedApp:
    """The ASGI application around the Flask application.

    It reads a delivery's body before the Flask application gets one of the `threads`. It answers `/healthz` itself,
    because health must not depend on free threads. No other request of the Flask application has a body.
    """

    def __init__(
        self, app: Any, *, threads: int, body_timeout: float = BODY_TIMEOUT, max_buffered: int = MAX_BUFFERED_BYTES
    ) -> None:
        self._app: Any = WSGIMiddleware(app, workers=threads)
        self._body_timeout = body_timeout
        self._max_buffered = max_buffered
        self._buffered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == HEALTH_PATH:
            await _answer(send, 200, "ok", with_body=scope["method"] != "HEAD")
        else:
            await self._call_app(scope, receive, send)

    async def _call_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            if scope["path"] == WEBHOOK_PATH and scope["method"] == "POST":
                await self._read(body, scope, receive)
            await self._app(scope, _replay(bytes(body)), send)
        except _RefusedError as error:
            status, text = refuse_delivery(error.outcome, _header(scope, b"x-github-event"))
            await _answer(send, status, text)
        except _SenderGoneError:
            return
        finally:
            self._buffered -= len(body)

    async def _read(self, body: bytearray, scope: Scope, receive: Receive) -> None:
        """Fill `body`. Whatever is raised, its length is what was added to the bytes in memory."""
        length = _header(scope, b"content-length")
        if length.isdecimal() and int(length[:20]) > MAX_BODY_BYTES:
            raise _RefusedError(DeliveryOutcome.TOO_LARGE)
        more = True
        try:
            async with asyncio.timeout(self._body_timeout):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _SenderGoneError
                    self._add(body, message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            raise _RefusedError(DeliveryOutcome.TOO_SLOW) from None

    def _add(self, body: bytearray, chunk: bytes) -> None:
        if len(body) + len(chunk) > MAX_BODY_BYTES:
            raise _RefusedError(DeliveryOutcome.TOO_LARGE)
        if self._buffered + len(chunk) > self._max_buffered:
            raise _RefusedError(DeliveryOutcome.BUSY)
        body += chunk
        self._buffered += len(chunk)


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted), "")


async def _answer(send: Send, status: int, text: str, *, with_body: bool = True) -> None:
    content = f"{text}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content if with_body else b""})
