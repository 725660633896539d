"""The front ends of all instances on one local HTTPS port, distinguished by the requested host name, with
certificates of a local authority and the ways in which an instance can fail."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from demo.background import BackgroundServer
from demo.failures import FaultInjector, InjectedFault

FORBIDDEN, UNAUTHORIZED = "forbidden", "unauthorized"
KINDS = frozenset({FORBIDDEN, UNAUTHORIZED, "close", "reset", "hang"})
"""`forbidden` and `unauthorized` answer 403 and 401, `close` hangs up instead of answering, `reset` refuses the TLS
handshake, `hang` answers correctly, but only after some seconds."""
CERTIFICATES = ("good", "wrong_host", "untrusted")
_CLIENT_TIMEOUT = 10.0  # seconds that a client may stay silent


@dataclass(frozen=True)
class FrontEndBehavior:
    """How one front end answers: the HTTP status of each page, the version it reports, whether it is behind
    Cloudflare, and its certificate: one of CERTIFICATES, and the days until it expires."""

    version: str
    front_page: int = 200
    ready: int = 200
    healthz: int = 200
    cloudflare: bool = True
    certificate: str = "good"
    certificate_days: float = 90.0

    def __post_init__(self) -> None:
        if self.certificate not in CERTIFICATES:
            raise ValueError(f"{self.certificate!r} is none of {', '.join(CERTIFICATES)}")


class FrontEndServer(BackgroundServer):
    """Every host's front end at `.address` (`127.0.0.1:PORT`), served by threads of this process until the context
    ends. `.ca_file` holds the certificate of the authority that signs all their certificates.

    Hosts that are not set otherwise are healthy and report `version`. Thread-safe.
    """

    def __init__(self, version: str = "3.40.1") -> None:
        self._default = FrontEndBehavior(version)
        self._fronts: dict[str, FrontEndBehavior] = {}
        super().__init__("front-end")
        self._lock = threading.Lock()
        self._troubles = FaultInjector(KINDS)
        self.fail, self.stop_failing, self.requests = (
            self._troubles.fail,
            self._troubles.stop_failing,
            self._troubles.requests,
        )
        self._authorities = {name: trustme.CA() for name in ("good", "untrusted")}
        self._contexts: dict[tuple[str, str, float], ssl.SSLContext] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="mibot-front-end-")
        self.ca_file = Path(self._folder.name) / "authority.pem"
        self._authorities["good"].cert_pem.write_to_path(str(self.ca_file))
        self._server = _Server(self)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *how: object) -> None:
        super().__exit__(*how)
        self._folder.cleanup()

    def set(self, host: str, **changes: Any) -> None:
        """Change how the host's front end answers; `changes` are fields of FrontEndBehavior."""
        with self._lock:
            self._fronts[host] = replace(self._fronts.get(host, self._default), **changes)

    def set_version(self, version: str) -> None:
        """Set the version that every front end reports, including those that were set before."""
        with self._lock:
            self._default = replace(self._default, version=version)
            self._fronts = {host: replace(front, version=version) for host, front in self._fronts.items()}

    def reset(self, host: str) -> None:
        """Make the host behave as by default."""
        self.stop_failing(host)
        with self._lock:
            self._fronts.pop(host, None)

    def behavior(self, host: str) -> FrontEndBehavior:
        with self._lock:
            return self._fronts.get(host, self._default)

    def tls_context(self, host: str) -> ssl.SSLContext:
        """The host's certificate, created when it is first needed."""
        front = self.behavior(host)
        with self._lock:
            key = (host, front.certificate, front.certificate_days)
            if key not in self._contexts:
                self._contexts[key] = self._context(*key)
            return self._contexts[key]

    def _context(self, host: str, certificate: str, days: float) -> ssl.SSLContext:
        authority = self._authorities["untrusted" if certificate == "untrusted" else "good"]
        name = "elsewhere.invalid" if certificate == "wrong_host" else host
        now = datetime.now(UTC)
        begin = min(now, now + timedelta(days=days)) - timedelta(days=30)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, not_before=begin, not_after=now + timedelta(days=days)).configure_cert(context)
        return context

    def next_fault(self, host: str) -> InjectedFault | None:
        """Count a connection and return its fault, if any."""
        return self._troubles.next_fault(host)

    def pause(self, seconds: float) -> None:
        """Wait for so many seconds, or until the server closes."""
        self._closing.wait(seconds)


class _Connection(ssl.SSLSocket):
    """A connection of the server with the host it was made to and its fault, if any."""

    host = ""
    trouble: InjectedFault | None = None


class _Server(ThreadingHTTPServer):
    """Does the TLS handshake on each connection's own thread, so that a slow client does not block others."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, fronts: FrontEndServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fronts = fronts
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.sslsocket_class = _Connection
        self._tls.sni_callback = self._on_name

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_CLIENT_TIMEOUT)
        with contextlib.suppress(OSError), self._tls.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _on_name(self, connection: Any, name: str | None, _: ssl.SSLContext) -> int | None:
        """Choose the certificate by the name that the client requests (SNI)."""
        if not name:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.host = name
        connection.trouble = self.fronts.next_fault(name)
        if connection.trouble and connection.trouble.kind == "reset":
            return ssl.ALERT_DESCRIPTION_ACCESS_DENIED
        connection.context = self.fronts.tls_context(name)
        return None


class _Handler(BaseHTTPRequestHandler):
    """One request to one host."""

    server: _Server
    connection: _Connection

    def do_GET(self) -> None:
        trouble = self.connection.trouble
        front = self.server.fronts.behavior(self.connection.host)
        if trouble and trouble.kind == "hang":
            self.server.fronts.pause(trouble.seconds)
        if trouble and trouble.kind == "close":
            return
        if trouble and trouble.kind in (FORBIDDEN, UNAUTHORIZED):
            self._send(403 if trouble.kind == FORBIDDEN else 401, "Access denied", front.cloudflare)
            return
        pages: Mapping[str, tuple[int, str]] = {
            "/": (front.front_page, "<!DOCTYPE html><title>Sourcegraph</title>"),
            "/__version": (200, f"{front.version}\n"),
            "/ready": (front.ready, ""),
            "/healthz": (front.healthz, ""),
        }
        self._send(*pages.get(self.path, (404, "Not Found")), front.cloudflare)

    def _send(self, status: int, text: str, cloudflare: bool) -> None:
        content = text.encode()
        self.send_response_only(status)
        self.send_header("Server", "cloudflare" if cloudflare else "Caddy")
        if cloudflare:
            self.send_header("CF-RAY", "7d1f2a3b4c5d6e7f-ORD")
        if 300 <= status < 400:
            self.send_header("Location", "/sign-in")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because the demo's terminal belongs to the story."""
