"""Slow, huge and broken-off bodies: they hold no thread, and health is answered whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, MutableMapping
from typing import Any

import pytest

from bot.web.buffering import BufferedApp
from bot.web.webhook import MAX_BODY_BYTES, WEBHOOK_PATH

Message = MutableMapping[str, Any]


class App:
    """A WSGI application that answers with the length of the body it got; with a `gate`, after that opens."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.gate = gate
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if self.gate is not None:
            self.gate.wait(60)
        self.bodies.append(body)
        start_response("202 ACCEPTED", [("Content-Type", "text/plain")])
        return [str(len(body)).encode()]


class Request:
    """One request. The parts of the body arrive as `send` is called; `end` is the last."""

    def __init__(self, app: BufferedApp, method: str = "POST", path: str = WEBHOOK_PATH, **headers: str) -> None:
        self._parts: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: list[Message] = []
        scope = {
            "type": "http", "method": method, "path": path, "query_string": b"", "http_version": "1.1",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self._parts.get, self._keep))

    async def _keep(self, message: Message) -> None:
        self._answers.append(message)

    def send(self, part: bytes) -> None:
        self._parts.put_nowait({"type": "http.request", "body": part, "more_body": True})

    def end(self, part: bytes = b"") -> None:
        self._parts.put_nowait({"type": "http.request", "body": part, "more_body": False})

    def leave(self) -> None:
        self._parts.put_nowait({"type": "http.disconnect"})

    async def answer(self) -> tuple[int, str]:
        await asyncio.wait_for(self.task, 60)
        text = b"".join(message.get("body", b"") for message in self._answers)
        return self._answers[0]["status"], text.decode().strip()


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def test_a_body_in_many_parts_reaches_the_application_whole() -> None:
    app = App()

    async def story() -> None:
        request = Request(BufferedApp(app, threads=1))
        for part in (b"ab", b"", b"cde"):
            request.send(part)
        request.end(b"f")
        assert await request.answer() == (202, "6")

    play(story)
    assert app.bodies == [b"abcdef"]


def test_slow_senders_hold_no_thread() -> None:
    app = App()

    async def story() -> None:
        buffered = BufferedApp(app, threads=1)
        slow = [Request(buffered) for _ in range(50)]
        for request in slow:
            request.send(b"x")
        await asyncio.sleep(0)
        quick = Request(buffered)
        quick.end(b"whole")
        assert await quick.answer() == (202, "5")
        for request in slow:
            request.end()
        assert [await request.answer() for request in slow] == [(202, "1")] * 50

    play(story)


def test_a_body_that_does_not_end_in_time_is_refused() -> None:
    app = App()

    async def story() -> None:
        request = Request(BufferedApp(app, threads=1, body_timeout=0.01))
        request.send(b"x")
        assert await request.answer() == (408, "The payload did not arrive in time. Please deliver again.")

    play(story)
    assert app.bodies == []


def test_health_is_answered_while_every_thread_is_held() -> None:
    gate = threading.Event()

    async def story() -> None:
        buffered = BufferedApp(App(gate), threads=1)
        held = [Request(buffered) for _ in range(3)]
        for request in held:
            request.end(b"x")
        assert await Request(buffered, "GET", "/healthz").answer() == (200, "ok")
        assert await Request(buffered, "HEAD", "/healthz").answer() == (200, "")
        gate.set()
        assert [await request.answer() for request in held] == [(202, "1")] * 3

    play(story)


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1), "9" * 5_000])
def test_a_length_above_the_limit_is_refused_before_the_body(length: str) -> None:
    async def story() -> None:
        status, _ = await Request(BufferedApp(App(), threads=1), content_length=length).answer()
        assert status == 413

    play(story)


def test_a_body_that_grows_above_the_limit_is_refused() -> None:
    async def story() -> None:
        request = Request(BufferedApp(App(), threads=1))
        request.send(bytes(MAX_BODY_BYTES))
        request.send(b"x")
        assert await request.answer() == (413, "The payload is larger than GitHub's 25 MB.")

    play(story)


def test_all_bodies_together_have_a_limit_and_give_their_room_back() -> None:
    async def story() -> None:
        buffered = BufferedApp(App(), threads=1, max_buffered=10)
        first = Request(buffered)
        first.send(b"12345678")
        await asyncio.sleep(0)
        second = Request(buffered)
        second.end(b"abc")
        assert await second.answer() == (503, "Too many payloads are arriving. Please deliver again.")
        first.leave()
        await first.task
        third = Request(buffered)
        third.end(b"1234567890")
        assert await third.answer() == (202, "10")

    play(story)


def test_a_body_for_another_path_is_not_read() -> None:
    async def story() -> None:
        request = Request(BufferedApp(App(), threads=1), path="/metrics")
        assert await request.answer() == (202, "0")

    play(story)
