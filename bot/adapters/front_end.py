"""An instance's front end, asked over HTTPS as a browser would: four pages side by side, one connection each."""

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

from bot.domain.health.queries import FrontEnd, FrontEndQuery, Unavailable

log = structlog.get_logger(__name__)

ROOT, VERSION, READY, HEALTHZ = PATHS = ("/", "/__version", "/ready", "/healthz")
MAX_BYTES = 4096  # of a page; what is read is a version
MAX_VERSION_LENGTH = 200  # of the version
# OpenSSL's X509_V_ERR_… numbers (x509_vfy.h), as predicates of the certificate.
_CERTIFICATE_FAULTS = {9: "is not valid yet", 10: "has expired", 62: "is for another host name"}
_UNTRUSTED = {18, 19, 20, 21, 27}
_DNS_SERVER_ERRORS = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM}
UNREACHABLE = "nothing answers at its address"
NO_HOST_NAME = "its domain in config.yaml is no host name"
CA_FILE_WRONG = Unavailable(
    "The file that the setting front_end.ca_file names can't be read as certificates in PEM: correct the setting."
)
NO_DNS = Unavailable(
    "The host name of the front end could not be looked up: check the DNS of the machine that runs mibot, and the "
    "setting front_end.connect_to where it is set."
)


class FrontEndInspector:
    """Answers a FrontEndQuery (`ports.Inspector`). One for all threads; it never raises.

    `connect_to` (`host:port`) replaces what DNS says, `ca_file` holds authorities that are trusted besides the
    system's. `deadline` is in seconds, for all four pages together: what has not come by then counts as no answer.
    """

    def __init__(self, connect_to: str = "", ca_file: Path | None = None, deadline: float = 10.0) -> None:
        self._connect_to = connect_to
        self._ca_file = ca_file
        self._deadline = deadline
        self._shared: ssl.SSLContext | None = None

    def fetch(self, query: FrontEndQuery) -> FrontEnd | Unavailable:
        """How the front end answers, whatever that is. Redirects are not followed: they are answers."""
        try:
            context = self._context()
        except OSError:  # SSLError is one
            return CA_FILE_WRONG
        try:
            visits = [
                _PageRequest(path, _Connection(query.domain, self._address(query), context, self._deadline))
                for path in PATHS
            ]
        except http.client.InvalidURL:
            return FrontEnd(0, "", 0, 0, None, refusal=NO_HOST_NAME)
        _run_all(visits, self._deadline)
        seen = {visit.path: visit.result for visit in visits}
        for path, page in seen.items():
            if page.error:
                log.info("front_end_page", domain=query.domain, path=path, error=page.error[:300])
        # A name that does not exist is the front end's fault, unless it is that of the way there.
        lost = seen[ROOT].unresolved and (self._connect_to or not seen[ROOT].refusal)
        return NO_DNS if lost else _front_end(seen)

    def _context(self) -> ssl.SSLContext:
        """What is trusted; made once. Raises OSError for a file that can't be used."""
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
    """What came of asking for one page. `refused` and `fault` are as in FrontEnd; `lost` says that the host name was
    not found; `error` is for the log."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    certificate_ends: datetime | None = None
    refusal: str = ""
    certificate_fault: str = ""
    unresolved: bool = False
    error: str = ""


class _Connection(http.client.HTTPConnection):
    """A connection to the domain at that address, with the domain's certificate verified, and how far it got."""

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
        """End whatever waits for this connection, from another thread."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _PageRequest:
    """One page that is asked for."""

    def __init__(self, path: str, connection: _Connection) -> None:
        self.path = path
        self.connection = connection
        self.result = _PageResult()
        self._lock = threading.Lock()
        self._done = False

    def run(self) -> None:
        self._end(_page(self.connection, self.path))

    def time_out(self) -> None:
        """It took too long: what comes yet does not count."""
        self._end(_PageResult(refusal=UNREACHABLE if self.connection.step == "reach" else "", error="too late"))
        self.connection.abort()

    def _end(self, page: _PageResult) -> None:
        with self._lock:
            if not self._done:
                self._done, self.result = True, page


def _run_all(visits: Sequence[_PageRequest], seconds: float) -> None:
    """Run them side by side for so many seconds; those that take longer are cut off."""
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=visit.run, name="front-end", daemon=True) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    for visit, thread in zip(visits, threads, strict=True):
        if thread.is_alive():
            visit.time_out()


def _page(connection: _Connection, path: str) -> _PageResult:
    """Ask for one page. Raises nothing that the world may cause."""
    try:
        connection.connect()
        ends = connection.certificate_ends
        connection.request("GET", path, headers={"User-Agent": "mibot", "Accept": "*/*", "Connection": "close"})
        response = connection.getresponse()
        text = response.read(MAX_BYTES).decode("utf-8", "replace") if path == VERSION else ""
        headers = {name.lower(): value for name, value in response.getheaders()}
        refused = f"it answers {response.status}" if response.status in (401, 403) else ""
        return _PageResult(response.status, headers, text, ends, refused)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return _result_from_error(error, connection.step)
    finally:
        connection.close()


def _result_from_error(error: Exception, step: str) -> _PageResult:
    """What an error at that step of a connection says about the front end."""
    said = f"{step}: {type(error).__name__}: {error}"
    match error:
        case ssl.SSLCertVerificationError():
            return _PageResult(certificate_fault=_certificate_fault(error.verify_code), error=said)
        case socket.gaierror() if error.errno in _DNS_SERVER_ERRORS:
            return _PageResult(unresolved=True, error=said)
        case socket.gaierror():
            return _PageResult(refusal="its host name does not exist", unresolved=True, error=said)
        case ValueError():
            return _PageResult(refusal=NO_HOST_NAME, error=said)
        case TimeoutError():
            return _PageResult(refusal=UNREACHABLE if step == "reach" else "", error=said)
        case ConnectionRefusedError():
            return _PageResult(refusal="it refuses the connection", error=said)
        case OSError() if step == "reach":
            return _PageResult(refusal="its address can't be reached", error=said)
        case OSError() if step == "handshake":
            return _PageResult(refusal="it breaks off the TLS handshake", error=said)
        case OSError():
            return _PageResult(refusal="it closes the connection without an answer", error=said)
    return _PageResult(error=said)


def _certificate_fault(code: int) -> str:
    """What is wrong with the certificate, by OpenSSL's number for it."""
    if code in _UNTRUSTED:
        return "is from an authority that mibot does not trust"
    return _CERTIFICATE_FAULTS.get(code, "can't be verified")


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
