"""Requests an instance's front end over HTTPS as a browser would: four pages in parallel, one connection each."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.domain.failures.front_end import FrontEndObstacle, FrontEndUnavailable
from bot.domain.health.queries import CertificateFault, FrontEnd, FrontEndQuery, FrontEndRefusal, Unavailable

log = structlog.get_logger(__name__)

ROOT, VERSION, READY, HEALTHZ = PATHS = ("/", "/__version", "/ready", "/healthz")
MAX_BYTES = 4096  # of a page; what is read is a version
MAX_VERSION_LENGTH = 200  # of the version
# OpenSSL's X509_V_ERR_… numbers (x509_vfy.h).
_CERTIFICATE_FAULTS = {
    9: CertificateFault.NOT_VALID_YET,
    10: CertificateFault.EXPIRED,
    62: CertificateFault.OTHER_HOST,
    **dict.fromkeys((18, 19, 20, 21, 27), CertificateFault.UNTRUSTED),
}
_DNS_SERVER_ERRORS = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM}
CA_FILE_UNREADABLE = Unavailable(FrontEndUnavailable(FrontEndObstacle.CA_FILE_UNREADABLE))
NO_DNS = Unavailable(FrontEndUnavailable(FrontEndObstacle.NO_DNS))


class FrontEndInspector:
    """Answers a FrontEndQuery (the port `Inspector`). One instance serves all threads. It never raises.

    `connect_to` (`host:port`) replaces what DNS says. `ca_file` holds authorities to trust in addition to the
    system's. `deadline` is in seconds, for all four pages together; a page that is not there by then counts as no
    answer.
    """

    def __init__(self, connect_to: str = "", ca_file: Path | None = None, deadline: float = 10.0) -> None:
        self._connect_to = connect_to
        self._ca_file = ca_file
        self._deadline = deadline
        self._shared: ssl.SSLContext | None = None

    def fetch(self, query: FrontEndQuery) -> FrontEnd | Unavailable:
        """How the front end answers. A redirect counts as an answer and is not followed."""
        try:
            context = self._context()
        except OSError:  # SSLError is one
            return CA_FILE_UNREADABLE
        try:
            requests = [
                _PageRequest(path, _Connection(query.domain, self._address(query), context, self._deadline))
                for path in PATHS
            ]
        except http.client.InvalidURL:
            return FrontEnd(0, "", 0, 0, None, refusal=FrontEndRefusal.NO_HOST_NAME)
        _run_all(requests, self._deadline)
        seen = {request.path: request.result for request in requests}
        for path, page in seen.items():
            if page.error:
                log.info("front_end_page", domain=query.domain, path=path, error=page.error[:300])
        # An unknown host name is the front end's fault, unless it is the name in `connect_to`.
        is_lost = seen[ROOT].unresolved and (self._connect_to or not seen[ROOT].refusal)
        return NO_DNS if is_lost else _front_end(seen)

    def _context(self) -> ssl.SSLContext:
        """The authorities to trust, loaded once. Raises OSError if the file cannot be used."""
        if self._shared is None:
            context = ssl.create_default_context()
            if self._ca_file is not None:
                context.load_verify_locations(self._ca_file.expanduser())
            self._shared = context
        return self._shared

    def _address(self, query: FrontEndQuery) -> tuple[str, int]:
        host, _, port = self._connect_to.rpartition(":")
        return (host, int(port)) if host else (query.domain, 443)


@dataclass(frozen=True)
class _PageResult:
    """The result of one page. `refusal` and `certificate_fault` are as in FrontEnd; `unresolved` says that the host
    name was not found; `error` is for the log."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    certificate_ends: datetime | None = None
    refusal: FrontEndRefusal | None = None
    certificate_fault: CertificateFault | None = None
    unresolved: bool = False
    error: str = ""


class _Connection(http.client.HTTPConnection):
    """A connection to the domain at that address. It verifies the domain's certificate; `step` is how far it got."""

    def __init__(self, domain: str, address: tuple[str, int], context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(domain, 80, timeout=timeout)  # HTTP's port, so that `Host` names none
        self._address = address
        self._context = context
        self.step = "reach"

    def connect(self) -> None:
        raw = socket.create_connection(self._address, self.timeout)
        self.step = "handshake"
        try:
            self.sock = self._context.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise
        self.step = "answer"

    @property
    def certificate_ends(self) -> datetime | None:
        certificate = self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None
        ends = certificate.get("notAfter") if certificate else None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None

    def abort(self) -> None:
        """End every wait for this connection, from another thread."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _PageRequest:
    """The request for one page."""

    def __init__(self, path: str, connection: _Connection) -> None:
        self.path = path
        self.connection = connection
        self.result = _PageResult()
        self._lock = threading.Lock()
        self._done = False

    def run(self) -> None:
        self._end(_page(self.connection, self.path))

    def time_out(self) -> None:
        """The deadline has passed: what arrives later does not count."""
        self._end(_PageResult(refusal=_refusal_at_timeout(self.connection.step), error="too late"))
        self.connection.abort()

    def _end(self, page: _PageResult) -> None:
        with self._lock:
            if not self._done:
                self._done, self.result = True, page


def _run_all(requests: Sequence[_PageRequest], seconds: float) -> None:
    """Run them in parallel for so many seconds, and cut off those that take longer."""
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=request.run, name="front-end", daemon=True) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    for request, thread in zip(requests, threads, strict=True):
        if thread.is_alive():
            request.time_out()


def _page(connection: _Connection, path: str) -> _PageResult:
    """Request one page. An external fault becomes part of the result."""
    try:
        connection.connect()
        ends = connection.certificate_ends
        connection.request("GET", path, headers={"User-Agent": "mibot", "Accept": "*/*", "Connection": "close"})
        response = connection.getresponse()
        text = response.read(MAX_BYTES).decode("utf-8", "replace") if path == VERSION else ""
        headers = {name.lower(): value for name, value in response.getheaders()}
        refusal = FrontEndRefusal.DENIED if response.status in (401, 403) else None
        return _PageResult(response.status, headers, text, ends, refusal)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return _result_from_error(error, connection.step)
    finally:
        connection.close()


def _result_from_error(error: Exception, step: str) -> _PageResult:
    """What an error at that step of a connection says about the front end."""
    said = f"{step}: {type(error).__name__}: {error}"
    match error:
        case ssl.SSLCertVerificationError():
            fault = _CERTIFICATE_FAULTS.get(error.verify_code, CertificateFault.UNVERIFIABLE)
            return _PageResult(certificate_fault=fault, error=said)
        case socket.gaierror() if error.errno in _DNS_SERVER_ERRORS:
            return _PageResult(unresolved=True, error=said)
        case socket.gaierror():
            return _PageResult(refusal=FrontEndRefusal.UNKNOWN_HOST, unresolved=True, error=said)
        case ValueError():
            return _PageResult(refusal=FrontEndRefusal.NO_HOST_NAME, error=said)
        case TimeoutError():
            return _PageResult(refusal=_refusal_at_timeout(step), error=said)
        case ConnectionRefusedError():
            return _PageResult(refusal=FrontEndRefusal.CONNECTION_REFUSED, error=said)
        case OSError() if step == "reach":
            return _PageResult(refusal=FrontEndRefusal.UNREACHABLE, error=said)
        case OSError() if step == "handshake":
            return _PageResult(refusal=FrontEndRefusal.HANDSHAKE_BROKEN_OFF, error=said)
        case OSError():
            return _PageResult(refusal=FrontEndRefusal.CONNECTION_CLOSED, error=said)
    return _PageResult(error=said)


def _refusal_at_timeout(step: str) -> FrontEndRefusal | None:
    """A time-out is a refusal only if nothing answered at all."""
    return FrontEndRefusal.NOTHING_ANSWERS if step == "reach" else None


def _front_end(seen: Mapping[str, _PageResult]) -> FrontEnd:
    root, version = seen[ROOT], seen[VERSION]
    return FrontEnd(
        status=root.status,
        version=version.text.strip()[:MAX_VERSION_LENGTH].strip() if version.status == 200 else "",
        ready=seen[READY].status,
        healthz=seen[HEALTHZ].status,
        certificate_ends=root.certificate_ends,
        headers=root.headers,
        refusal=root.refusal,
        certificate_fault=root.certificate_fault,
    )
