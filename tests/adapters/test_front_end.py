"""The front end's edge against a local front end over HTTPS: whatever is wrong is an answer that can be judged."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.front_end import CA_FILE_UNREADABLE, MAX_BYTES, MAX_VERSION_LENGTH, NO_DNS, FrontEndInspector
from bot.domain.health.queries import CertificateFault, FrontEnd, FrontEndQuery, FrontEndRefusal, Unavailable
from demo.google.front_end import KINDS, FrontEndServer

HOST = "acme.sourcegraph.com"
QUERY = FrontEndQuery(HOST)


@pytest.fixture(scope="module")
def shared() -> Iterator[FrontEndServer]:
    with FrontEndServer() as server:
        yield server


@pytest.fixture
def server(shared: FrontEndServer) -> Iterator[FrontEndServer]:
    yield shared
    shared.reset(HOST)


def fetch(server: FrontEndServer, deadline: float = 5.0) -> FrontEnd:
    return fetch_checked(FrontEndInspector(server.address, server.ca_file, deadline))


def fetch_checked(edge: FrontEndInspector, query: FrontEndQuery = QUERY) -> FrontEnd:
    """How a front end answers."""
    answer = edge.fetch(query)
    assert isinstance(answer, FrontEnd)
    return answer


def test_a_healthy_front_end(server: FrontEndServer) -> None:
    before = server.requests(HOST)
    answer = fetch(server)
    assert (answer.status, answer.version, answer.ready, answer.healthz) == (200, "3.40.1", 200, 200)
    assert (answer.refusal, answer.certificate_fault) == (None, None)
    assert answer.headers["server"] == "cloudflare"
    assert answer.headers["cf-ray"]
    assert answer.certificate_ends is not None
    left = answer.certificate_ends - datetime.now(UTC)
    assert timedelta(days=89) < left < timedelta(days=91)
    assert server.requests(HOST) - before == 4


def test_each_page_answers_for_itself(server: FrontEndServer) -> None:
    server.set(HOST, front_page=500, ready=503, healthz=404, version="3.41.0+abc", cloudflare=False)
    answer = fetch(server)
    assert (answer.status, answer.version, answer.ready, answer.healthz) == (500, "3.41.0+abc", 503, 404)
    assert answer.headers["server"] == "Caddy"
    assert "cf-ray" not in answer.headers


def test_a_redirect_is_an_answer_and_not_followed(server: FrontEndServer) -> None:
    server.set(HOST, front_page=302)
    before = server.requests(HOST)
    assert fetch(server).status == 302
    assert server.requests(HOST) - before == 4


def test_a_version_is_trimmed_and_bounded(server: FrontEndServer) -> None:
    server.set(HOST, version=f"\r\n {'x' * (MAX_BYTES * 3)}")
    assert fetch(server).version == "x" * MAX_VERSION_LENGTH


# what the server does, how it refuses, and the status of the front page
REFUSALS = [
    ("forbidden", FrontEndRefusal.DENIED, 403),
    ("unauthorized", FrontEndRefusal.DENIED, 401),
    ("close", FrontEndRefusal.CONNECTION_CLOSED, 0),
    ("reset", FrontEndRefusal.HANDSHAKE_BROKEN_OFF, 0),
    ("hang", None, 0),
]


@pytest.mark.parametrize(("kind", "refusal", "status"), REFUSALS)
def test_each_way_to_be_turned_away(
    server: FrontEndServer, kind: str, refusal: FrontEndRefusal | None, status: int
) -> None:
    server.fail(HOST, kind)
    answer = fetch(server, 0.5 if kind == "hang" else 5.0)
    assert (answer.refusal, answer.status) == (refusal, status)
    assert answer.version == ""


def test_every_way_to_fail_is_tried_above() -> None:
    assert {kind for kind, _, _ in REFUSALS} == KINDS


def test_one_page_that_hangs_costs_the_deadline_and_not_the_others(server: FrontEndServer) -> None:
    server.fail(HOST, "hang", times=1)
    begin = time.monotonic()
    answer = fetch(server, 0.7)
    assert time.monotonic() - begin < 5, "the server hangs for thirty seconds"
    assert [answer.status, 200 if answer.version else 0, answer.ready, answer.healthz].count(0) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"certificate_days": -1}, CertificateFault.EXPIRED),
        ({"certificate": "wrong_host"}, CertificateFault.OTHER_HOST),
        ({"certificate": "untrusted"}, CertificateFault.UNTRUSTED),
    ],
)
def test_a_certificate_that_is_wrong(
    server: FrontEndServer, changes: dict[str, float], fault: CertificateFault
) -> None:
    server.set(HOST, **changes)
    answer = fetch(server)
    assert answer == FrontEnd(0, "", 0, 0, None, {}, None, fault)


def test_a_certificate_that_ends_soon_still_answers(server: FrontEndServer) -> None:
    server.set(HOST, certificate_days=3)
    answer = fetch(server)
    assert answer.status == 200
    assert answer.certificate_ends is not None
    assert answer.certificate_ends < datetime.now(UTC) + timedelta(days=4)


def test_without_the_authority_it_is_not_trusted(server: FrontEndServer) -> None:
    answer = fetch_checked(FrontEndInspector(server.address))
    assert answer.certificate_fault == CertificateFault.UNTRUSTED


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        answer = fetch_checked(FrontEndInspector(address))
    assert (answer.status, answer.refusal) == (0, FrontEndRefusal.CONNECTION_REFUSED)


@contextlib.contextmanager
def raw_server(said: bytes) -> Iterator[str]:
    """A server that says this to everybody, before any handshake, and keeps the line open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lines: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    lines.append(line)
                    line.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        for line in lines:
            line.close()


def test_a_server_that_speaks_no_tls() -> None:
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as address:
        assert fetch_checked(FrontEndInspector(address)).refusal == FrontEndRefusal.HANDSHAKE_BROKEN_OFF


def test_a_server_that_is_silent() -> None:
    with raw_server(b"") as address:
        begin = time.monotonic()
        answer = fetch_checked(FrontEndInspector(address, deadline=0.3))
        assert time.monotonic() - begin < 5
    assert (answer.status, answer.refusal) == (0, None)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    assert FrontEndInspector("127.0.0.1:1", file).fetch(QUERY) is CA_FILE_UNREADABLE


def test_a_gateway_whose_name_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the name does not exist or DNS is down: it is no fault of the instance's."""
    for number in (socket.EAI_NONAME, socket.EAI_AGAIN):
        _no_dns(monkeypatch, number)
        answer = FrontEndInspector("gateway.invalid:443").fetch(QUERY)
        assert answer is NO_DNS
        assert isinstance(answer, Unavailable)


def test_a_domain_that_does_not_exist_and_dns_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_dns(monkeypatch, socket.EAI_NONAME)
    assert fetch_checked(FrontEndInspector()).refusal == FrontEndRefusal.UNKNOWN_HOST
    _no_dns(monkeypatch, socket.EAI_AGAIN)
    assert FrontEndInspector().fetch(QUERY) is NO_DNS


def _no_dns(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Tests have no DNS to ask."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "not today")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.parametrize("domain", ["", "a..b", "acme.sourcegraph.com\r\nX: y", "x" * 70])
def test_a_domain_that_is_none(server: FrontEndServer, domain: str) -> None:
    answer = fetch_checked(FrontEndInspector(server.address, server.ca_file), FrontEndQuery(domain))
    assert answer.status == 0


def test_one_edge_serves_many_threads(server: FrontEndServer) -> None:
    edge, statuses = FrontEndInspector(server.address, server.ca_file), []
    threads = [threading.Thread(target=lambda: statuses.append(fetch_checked(edge).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
