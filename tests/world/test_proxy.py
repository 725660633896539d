"""The API side: forwards, remembers, and breaks on demand."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from demo.organization import make_orgs
from tests.world.door import WebhookEndpoint
from tests.world.exchange import Exchange, HttpResponse, Request
from tests.world.proxy import Proxy
from tests.world.server import CloseConnection, Server

ISSUES = "/repos/sourcegraph/sourcegraph/issues"


class Upstream:
    """Stands in for the emulator: says what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._server = Server(self._handle)
        self.url, self.close = self._server.url, self._server.close

    def _handle(self, request: Request) -> HttpResponse:
        self.requests.append(request)
        link = {"Link": f'<{self.url}{request.path}?page=2>; rel="next"'}
        return HttpResponse.json_response(
            200, {"url": f"{self.url}{request.target}", "size": len(request.body)}, link
        )


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture
def line(upstream: Upstream) -> Iterator[Proxy]:
    door = WebhookEndpoint()
    with Proxy(upstream.url, make_orgs(1, "key", door.url)[0], door) as proxy:
        yield proxy
    door.close()


@pytest.fixture
def mibot() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_links_lead_through_the_proxy(line: Proxy, mibot: requests.Session) -> None:
    answer = mibot.get(f"{line.api_url}/user?x=1")
    assert answer.json()["url"] == f"{line.api_url}/user?x=1"
    assert answer.links["next"]["url"].startswith(f"{line.api_url}/user")


def test_what_mibot_asks_is_remembered_and_what_people_ask_is_not(line: Proxy, mibot: requests.Session) -> None:
    mibot.post(f"{line.api_url}{ISSUES}/7", json={"body": "Grüße", "labels": ["a"]})
    mibot.get(f"{line.api_url}{ISSUES}")
    mibot.post(f"{line.api_url}/app/installations/1/access_tokens")
    mibot.post(f"{line.api_url}{ISSUES}/7", json={"body": "a person's"}, headers={"X-Person": "dana"})
    assert [exchange.request.method for exchange in line.sent()] == ["POST", "GET", "POST"]
    assert [exchange.request.path for exchange in line.sent("POST", "issues/7$")] == [f"{ISSUES}/7"]
    (write,) = line.writes()
    assert write.answer
    assert write.answer.status == 200
    assert set(write.request.strings()) == {f"{ISSUES}/7", "body", "Grüße", "labels", "a"}


def test_a_fault_happens_as_often_as_asked_and_only_where(
    line: Proxy, upstream: Upstream, mibot: requests.Session
) -> None:
    line.fail(502, method="GET", path="/issues$", times=2)
    line.fail(403, {"message": "slow down"}, headers={"Retry-After": "1"}, path="/user", forwarded=True)
    assert [mibot.get(f"{line.api_url}{ISSUES}").status_code for _ in range(3)] == [502, 502, 200]
    limited = mibot.post(f"{line.api_url}/user")
    assert (limited.status_code, limited.headers["Retry-After"]) == (403, "1")
    assert limited.json() == {"message": "slow down"}
    assert [request.path for request in upstream.requests] == [ISSUES, "/user"]


def test_a_fault_that_did_not_happen_can_be_healed(line: Proxy, mibot: requests.Session) -> None:
    line.fail(500, times=9)
    line.stop_failing()
    assert mibot.get(f"{line.api_url}/user").ok


def test_a_request_can_be_delayed(line: Proxy, mibot: requests.Session) -> None:
    line.delay(0.1, path="/user")
    begun = time.perf_counter()
    assert mibot.get(f"{line.api_url}/user").ok
    assert time.perf_counter() - begun >= 0.1


def test_cut_before_nothing_is_carried_out(line: Proxy, upstream: Upstream, mibot: requests.Session) -> None:
    def cut(_: Request) -> None:
        raise CloseConnection

    line.before = cut
    with pytest.raises(requests.ConnectionError):
        mibot.post(f"{line.api_url}/user")
    assert upstream.requests == []
    assert [exchange.answer for exchange in line.exchanges] == [None]


def test_cut_after_it_is_carried_out_and_mibot_never_learns(
    line: Proxy, upstream: Upstream, mibot: requests.Session
) -> None:
    seen: list[tuple[str, int]] = []

    def cut(request: Request, answer: HttpResponse) -> None:
        seen.append((request.path, answer.status))
        raise CloseConnection

    line.after = cut
    with pytest.raises(requests.ConnectionError):
        mibot.post(f"{line.api_url}/user")
    assert [request.path for request in upstream.requests] == ["/user"]
    assert seen == [("/user", 200)]


def test_many_ask_at_once(line: Proxy, upstream: Upstream) -> None:
    def ask() -> None:
        with requests.Session() as session:
            session.trust_env = False
            for number in range(20):
                assert session.get(f"{line.api_url}/user?n={number}").ok

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(line.sent()) == len(upstream.requests) == 160


def test_bodies_pass_up_to_25_megabytes(line: Proxy, mibot: requests.Session) -> None:
    largest = 25 * 1024 * 1024
    assert mibot.put(f"{line.api_url}/user", data=b"x" * largest).json()["size"] == largest
    address = urlsplit(line.api_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    connection.request("PUT", "/user", headers={"Content-Length": str(largest + 1)})
    assert connection.getresponse().status == 413
    connection.close()


def test_an_emulator_that_is_gone_is_a_502(line: Proxy, upstream: Upstream, mibot: requests.Session) -> None:
    upstream.close()
    assert mibot.get(f"{line.api_url}/user").status_code == 502


def test_closing_frees_the_port_though_a_client_is_connected(upstream: Upstream, mibot: requests.Session) -> None:
    door = WebhookEndpoint()
    proxy = Proxy(upstream.url, make_orgs(1, "key", door.url)[0], door)
    assert mibot.get(f"{proxy.api_url}/user").ok
    proxy.close()
    door.close()
    with pytest.raises(requests.ConnectionError):
        mibot.get(f"{proxy.api_url}/user")
    assert isinstance(proxy.exchanges[0], Exchange)
