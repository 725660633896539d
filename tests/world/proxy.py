"""The URL that mibot takes for GitHub's API: a proxy in front of the emulator that fills its gaps."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from demo.organization import Org
from tests.world.chaos import Chaos
from tests.world.door import WebhookEndpoint
from tests.world.exchange import PERSON_HEADER, Exchange, HttpResponse, Request
from tests.world.faults import Fault, Faults
from tests.world.gaps import Gaps
from tests.world.lag import Lag
from tests.world.server import Server
from tests.world.webhooks import DeliveryQueue

EMULATOR_TIMEOUT = 60.0
IDLE_TIMEOUT = 2.0
DROPPED_REQUEST_HEADERS = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "transfer-encoding", PERSON_HEADER}
)
DROPPED_RESPONSE_HEADERS = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "date"})


class Proxy:
    """Forwards to the emulator, fills its gaps, and records mibot's requests.

    `before` is called with mibot's request before it is carried out, `after` with the answer before mibot gets it.
    Either may kill mibot, or raise CloseConnection. `lag.seconds` is how far mibot's lists are behind, `chaos` what
    goes wrong by chance. `webhooks` is the way from GitHub to mibot. `actions` is GitHub Actions in the deployment
    repository; the test decides what its runners do.
    """

    def __init__(self, emulator_url: str, org: Org, door: WebhookEndpoint) -> None:
        self.org = org
        self.webhooks = DeliveryQueue(org.webhook_secret)
        self.exchanges: list[Exchange] = []
        self.before: Callable[[Request], None] | None = None
        self.after: Callable[[Request, HttpResponse], None] | None = None
        self.lag = Lag()
        self.chaos: Chaos | None = None
        self._faults = Faults()
        self._emulator = _Emulator(emulator_url)
        self._gaps = Gaps(org, self.webhooks, self._emulator.ask)
        self._lock = threading.Lock()
        self._server = Server(self._handle)
        self.api_url = self._server.url
        self._emulator.public_url = self.api_url
        self.actions = self._gaps.actions
        self.actions.url = self.api_url
        door.assign(org.name, self.webhooks)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.actions.close()
        self._server.close()
        self.webhooks.close()

    def sent(self, method: str | None = None, path: str = "") -> list[Exchange]:
        """mibot's requests so far: of this method, and with a match of the regular expression `path` in the path."""
        with self._lock:
            found = list(self.exchanges)
        pattern = re.compile(path)
        return [e for e in found if method in {None, e.request.method} and pattern.search(e.request.path)]

    def writes(self) -> list[Exchange]:
        """Those of them that change something that people can see."""
        return [exchange for exchange in self.sent() if exchange.request.writes]

    def fail(
        self,
        status: int,
        document: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
        path: str = "",
        times: int = 1,
        forwarded: bool = False,
    ) -> None:
        """Answer mibot's next `times` matching requests with an error. When `forwarded`, GitHub carries them out
        nevertheless."""
        answer = HttpResponse.json_response(
            status, document or {"message": f"A fault of {status}, as the test asked"}, headers
        )
        self._faults.add(Fault(times, method, re.compile(path), answer, forwarded))

    def delay(self, seconds: float, *, method: str | None = None, path: str = "", times: int = 1) -> None:
        """Delay mibot's next `times` matching requests before they are carried out."""
        self._faults.add(Fault(times, method, re.compile(path), seconds=seconds))

    def cut(self, *, method: str | None = None, path: str = "", times: int = 1, forwarded: bool = False) -> None:
        """Cut the connection instead of answering mibot's next `times` matching requests. When `forwarded`, GitHub
        carries them out nevertheless."""
        self._faults.add(Fault(times, method, re.compile(path), cut=True, forwarded=forwarded))

    def stop_failing(self) -> None:
        """Remove the faults that are still due."""
        self._faults.clear()

    def _handle(self, request: Request) -> HttpResponse:
        if request.person:
            answer = self._gaps.respond(request)
            self.lag.note(request, answer)
            return answer
        exchange = Exchange(request)
        with self._lock:
            self.exchanges.append(exchange)
        begun = time.perf_counter()
        if self.before:
            self.before(request)
        exchange.answer = self._faults.apply(request, lambda: self._respond_in_chaos(request))
        exchange.seconds = time.perf_counter() - begun
        if self.after:
            self.after(request, exchange.answer)
        return exchange.answer

    def _respond_in_chaos(self, request: Request) -> HttpResponse:
        chaos = self.chaos
        return chaos.apply(request, lambda: self._respond(request)) if chaos else self._respond(request)

    def _respond(self, request: Request) -> HttpResponse:
        return self.lag.apply(request, self._gaps.respond(request))


class _Emulator:
    """Sends requests to the emulator, over one connection per thread. Rewrites its links to `public_url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.public_url = url
        self._address = urlsplit(url)
        self._thread_local = threading.local()

    def ask(self, request: Request) -> HttpResponse:
        headers = {name: value for name, value in request.headers.items() if name not in DROPPED_REQUEST_HEADERS}
        connection = self._connection()
        try:
            connection.request(request.method, request.target, request.body or None, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return HttpResponse.json_response(502, {"message": f"The emulator did not answer: {error}"})
        self._thread_local.used = time.monotonic()
        lines = (
            (name, self._link(value))
            for name, value in response.getheaders()
            if name.lower() not in DROPPED_RESPONSE_HEADERS
        )
        return HttpResponse(response.status, tuple(lines), body.replace(self.url.encode(), self.public_url.encode()))

    def _link(self, value: str) -> str:
        return value.replace(self.url, self.public_url)

    def _connection(self) -> http.client.HTTPConnection:
        """This thread's connection; a new one when the emulator may have closed the old one because it was idle."""
        connection: http.client.HTTPConnection | None = getattr(self._thread_local, "connection", None)
        if connection is None or time.monotonic() - self._thread_local.used > IDLE_TIMEOUT:
            if connection is not None:
                connection.close()
            connection = http.client.HTTPConnection(
                self._address.hostname or "", self._address.port, timeout=EMULATOR_TIMEOUT
            )
            self._thread_local.connection = connection
        return connection
