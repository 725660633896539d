"""The local front end: one certificate per host, from its own authority, and pages like an instance's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest

from demo.google.front_end import FrontEndServer

HOST = "acme.sourcegraph.com"


@pytest.fixture
def server() -> Iterator[FrontEndServer]:
    with FrontEndServer("3.40.1") as server:
        yield server


def get(server: FrontEndServer, host: str, path: str = "/") -> str:
    """The whole answer, after a check that the certificate is the host's."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    name, _, port = server.address.partition(":")
    with (
        socket.create_connection((name, int(port)), 5) as raw,
        context.wrap_socket(raw, server_hostname=host) as line,
    ):
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(4096), b"")).decode()


def test_each_host_has_a_certificate_and_a_version(server: FrontEndServer) -> None:
    server.set(HOST, version="3.41.0")
    assert get(server, HOST, "/__version").endswith("\r\n\r\n3.41.0\n")
    assert get(server, "other.sourcegraph.com", "/__version").endswith("\r\n\r\n3.40.1\n")
    server.set_version("4.0.0")
    assert get(server, HOST, "/__version").endswith("4.0.0\n")
    assert server.requests() == 3


def test_pages_say_how_it_is(server: FrontEndServer) -> None:
    server.set(HOST, ready=503)
    assert get(server, HOST, "/ready").startswith("HTTP/1.0 503 ")
    assert get(server, HOST, "/healthz").startswith("HTTP/1.0 200 ")
    assert get(server, HOST, "/else").startswith("HTTP/1.0 404 ")
    front = get(server, HOST).lower()
    assert "server: cloudflare" in front
    assert "cf-ray: " in front


def test_troubles_pass_and_can_be_healed(server: FrontEndServer) -> None:
    server.fail(HOST, "forbidden", times=1)
    assert get(server, HOST).startswith("HTTP/1.0 403 ")
    assert get(server, HOST).startswith("HTTP/1.0 200 ")
    server.fail(HOST, "close")
    assert get(server, HOST) == ""
    server.stop_failing(HOST)
    assert get(server, HOST).startswith("HTTP/1.0 200 ")


@pytest.mark.parametrize(
    ("days", "certificate", "says"),
    [
        (-1.0, "good", "certificate has expired"),
        (90.0, "wrong_host", "Hostname mismatch"),
        (90.0, "untrusted", "certificate signature failure|unable to get local issuer"),
    ],
)
def test_a_certificate_can_be_wrong(server: FrontEndServer, days: float, certificate: str, says: str) -> None:
    server.set(HOST, certificate_days=days, certificate=certificate)
    with pytest.raises(ssl.SSLCertVerificationError, match=says):
        get(server, HOST)


def test_what_is_not_known_is_refused(server: FrontEndServer) -> None:
    with pytest.raises(ValueError, match="'gold' is none of"):
        server.set(HOST, certificate="gold")
    with pytest.raises(ValueError, match="'sulk' is none of"):
        server.fail(HOST, "sulk")
