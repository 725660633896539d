"""GitHub's deliveries on their way to mibot, under a test's control."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.world.exchange import Request

GITHUB_TIMEOUT = 10.0
FORWARDED_HEADERS = ("content-type", "x-github-event", "x-hub-signature-256")
Arrange = Callable[[list["Delivery"]], Iterable["Delivery"]]


@dataclass
class Delivery:
    """One delivery as mibot gets it, with body and signature exactly as GitHub made them.

    `statuses` has mibot's answer to each time that it was sent; None means no answer.
    """

    event: str
    body: bytes
    headers: dict[str, str]
    statuses: list[int | None] = field(default_factory=list)

    @property
    def guid(self) -> str:
        return self.headers["X-GitHub-Delivery"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def action(self) -> str | None:
        found: str | None = self.json.get("action")
        return found


@dataclass
class Disorder:
    """What becomes of each delivery, by chance: lost, sent twice, and each time up to `delay` seconds late."""

    random: Random
    lost: float = 0.2
    doubled: float = 0.2
    delay: float = 3.0

    def delays(self) -> list[float]:
        """How late each copy of the next delivery is sent, in seconds."""
        dice = self.random.random()
        copies = 0 if dice < self.lost else 2 if dice < self.lost + self.doubled else 1
        return [self.random.uniform(0, self.delay) for _ in range(copies)]


class DeliveryQueue:
    """The deliveries of one App, sent one after the other in the order of their arrival, each `copies` times.

    `target` is mibot's URL. Without one nothing is sent, as when an App has no URL. `deliveries` holds all of them.
    """

    def __init__(self, secret: str, target: str | None = None) -> None:
        self.target = target
        self.copies = 1
        self.deliveries: list[Delivery] = []
        self._secret = secret
        self._holds = 0
        self._held: list[Delivery] = []
        self._losses: list[tuple[str | None, str | None]] = []
        self._disorder: Disorder | None = None
        self._delayed = 0
        self._condition = threading.Condition()
        self._outgoing: queue.Queue[Delivery | None] = queue.Queue()
        self._sender = threading.Thread(target=self._send_all, daemon=True)
        self._sender.start()

    def receive(self, request: Request) -> None:
        """Accept a delivery from the emulator, and give it an id of its own, because the emulator's ids are not
        unique."""
        passed_on = {name: request.headers[name] for name in FORWARDED_HEADERS if name in request.headers}
        self._accept(Delivery(request.headers.get("x-github-event", ""), request.body, passed_on))

    def inject(self, event: str, payload: Mapping[str, Any]) -> Delivery:
        """Deliver an event that the emulator does not send, signed as GitHub signs."""
        body = json.dumps(payload).encode()
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-github-event": event}
        return self._accept(Delivery(event, body, {**headers, "x-hub-signature-256": f"sha256={signature}"}))

    @contextlib.contextmanager
    def hold(self, arrange: Arrange = list) -> Iterator[list[Delivery]]:
        """Hold deliveries back until the context ends; the list fills with them.

        Then `arrange` says which are sent, in which order and how often: `list` all, `reversed` the last first,
        `lambda held: []` none, `lambda held: held * 2` each twice. Of nested contexts the outermost counts.
        """
        with self._condition:
            self._holds += 1
            held = self._held
        try:
            yield held
        finally:
            with self._condition:
                self._holds -= 1
                if self._holds == 0:
                    self._held = []
                    for delivery in arrange(list(held)):
                        self._outgoing.put(delivery)

    def lose(self, event: str | None = None, action: str | None = None) -> None:
        """Lose the next delivery of that kind."""
        with self._condition:
            self._losses.append((event, action))

    @contextlib.contextmanager
    def disorder(self, disorder: Disorder) -> Iterator[None]:
        """Until the context ends, lose, double and delay deliveries, so that later ones overtake earlier ones."""
        self._disorder = disorder
        try:
            yield
        finally:
            self._disorder = None

    def redeliver(self, delivery: Delivery) -> None:
        """Send it once more, with the same id."""
        self._outgoing.put(delivery)

    def wait_for(self, wanted: Callable[[Delivery], bool], timeout: float = 5.0) -> Delivery | None:
        """The first delivery that is `wanted`, as soon as GitHub sends it; None when it does not come in time."""
        with self._condition:
            self._condition.wait_for(lambda: any(wanted(delivery) for delivery in self.deliveries), timeout)
            return next((delivery for delivery in self.deliveries if wanted(delivery)), None)

    def deliveries_of(self, event: str, action: str | None = None) -> list[Delivery]:
        """The deliveries of that kind so far."""
        with self._condition:
            found = [delivery for delivery in self.deliveries if delivery.event == event]
        return [delivery for delivery in found if action in {None, delivery.action}]

    @property
    def drained(self) -> bool:
        """Whether everything was sent and answered."""
        return not self._delayed and not self._outgoing.unfinished_tasks

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything was sent and answered. Returns False when that takes too long."""
        deadline = time.monotonic() + timeout
        while not self.drained:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def close(self) -> None:
        self._outgoing.put(None)
        self._sender.join(GITHUB_TIMEOUT + 1)

    def _accept(self, delivery: Delivery) -> Delivery:
        delivery.headers |= {"X-GitHub-Delivery": str(uuid.uuid4()), "User-Agent": "GitHub-Hookshot/emulated"}
        with self._condition:
            self.deliveries.append(delivery)
            self._condition.notify_all()
            if self._is_lost(delivery):
                return delivery
            for _ in range(self.copies):
                if self._holds:
                    self._held.append(delivery)
                elif self._disorder:
                    self._send_later(delivery, self._disorder.delays())
                else:
                    self._outgoing.put(delivery)
        return delivery

    def _send_later(self, delivery: Delivery, delays: Iterable[float]) -> None:
        def send() -> None:
            with self._condition:
                self._outgoing.put(delivery)
                self._delayed -= 1

        for seconds in delays:
            self._delayed += 1
            timer = threading.Timer(seconds, send)
            timer.daemon = True
            timer.start()

    def _is_lost(self, delivery: Delivery) -> bool:
        for loss in self._losses:
            event, action = loss
            if event in {None, delivery.event} and action in {None, delivery.action}:
                self._losses.remove(loss)
                return True
        return False

    def _send_all(self) -> None:
        while (delivery := self._outgoing.get()) is not None:
            if self.target is not None:
                delivery.statuses.append(_post(self.target, delivery))
            self._outgoing.task_done()


def _post(target: str, delivery: Delivery) -> int | None:
    address = urlsplit(target)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=GITHUB_TIMEOUT)
    try:
        connection.request("POST", address.path or "/", delivery.body, delivery.headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
