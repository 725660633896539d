"""What every call to Google has in common: one shared client, a deadline, and a limited number of retries.

Google's libraries are imported at the first call. They take more than a second and 100 MB, which a process that never
calls Google should not pay.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from bot.adapters.gcp.errors import ApiFailure, DeadlineError, explain, external_errors
from bot.adapters.gcp.purpose import CallContext, Purpose, Service
from bot.domain.health.queries import Unavailable
from bot.domain.reasons import format_for_log
from bot.ports.ownership import ProveOwnership, sole_owner

log = structlog.get_logger(__name__)

T = TypeVar("T")

CREDENTIALS_RETRY_AFTER = 30.0  # seconds: a search for credentials takes up to ten, and all callers wait meanwhile


class ApiCaller:
    """Calls of one API. One instance serves all threads.

    `connect` makes the shared client from the endpoint (empty for Google's own) at the first call; it may raise
    GoogleAuthError. `deadline` is in seconds, for one call with all its pages and retries. It bounds each silence of
    the other side, but not an answer that arrives byte by byte; whoever needs a hard limit sets one above it (as
    `check_runner` does). The time that the first call spends on finding credentials comes on top. `tries` is how
    often one request is sent, `pause` the seconds before the first retry, doubled each time. `prove_ownership` is
    called right before each request that changes something.
    """

    def __init__(
        self,
        service: Service,
        endpoint: str | None,
        connect: Callable[[str], Any],
        deadline: float = 10.0,
        *,
        tries: int = 4,
        pause: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        prove_ownership: ProveOwnership = sole_owner,
    ) -> None:
        self.service = service
        self._endpoint = (endpoint or "").rstrip("/")
        self._connect = connect
        self._deadline = deadline
        self._tries = tries
        self._pause = pause
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._prove_ownership = prove_ownership
        self._lock = threading.Lock()
        self._shared: Any = None
        self._credentials_error: tuple[float, Exception] | None = None

    def fetch(self, purpose: Purpose, read: Callable[[ApiCall], T]) -> T | Unavailable:
        """What `read` makes of a call, or Unavailable with the reason. Never raises for an external fault."""
        try:
            return read(self.new_call(purpose))
        except external_errors() as error:
            return Unavailable(self.log_failure(error, purpose).reason)

    def new_call(self, purpose: Purpose) -> ApiCall:
        """A call whose time begins now. Raises one of `external_errors()` if there is no client for it."""
        return ApiCall(self, purpose, self.client(), self._monotonic() + self._deadline)

    def log_failure(self, error: Exception, purpose: Purpose) -> ApiFailure:
        """What one of `external_errors()` means. The log also gets Google's own words, which name the project."""
        failure = explain(error, self._context(purpose))
        log.warning(
            "google_unavailable",
            service=self.service.name.value,
            reason=format_for_log(failure.reason),
            error=type(error).__name__,
            said=str(error)[:500],
        )
        return failure

    def client(self) -> Any:
        """The shared client, made by the first caller. Raises GoogleAuthError, and remembers it for a short while."""
        from google.auth.exceptions import GoogleAuthError

        with self._lock:
            if self._shared is None:
                if self._credentials_error is not None and self._monotonic() < self._credentials_error[0]:
                    raise self._credentials_error[1].with_traceback(None)
                try:
                    self._shared = self._connect(self._endpoint)
                except GoogleAuthError as error:
                    self._credentials_error = (self._monotonic() + CREDENTIALS_RETRY_AFTER, error)
                    raise
            return self._shared

    def _context(self, purpose: Purpose) -> CallContext:
        return CallContext(self.service, purpose, self._deadline, account_email(self._shared))

    def send_with_retry(
        self, purpose: Purpose, deadline: float, request: Callable[[float], T], *, retry: bool = True
    ) -> T:
        """One request, sent again while that may help, tries are left and the deadline allows.

        `request` gets the seconds that are left. `retry` is False for a request that changes something: it must not
        be sent twice, and only while this worker owns the job. Raises NotOwnerError if another worker owns it.
        """
        attempt = 0
        while True:
            attempt += 1
            if not retry:
                self._prove_ownership()
            left = deadline - self._monotonic()
            if left <= 0:
                raise DeadlineError
            try:
                return request(left)
            except external_errors() as error:
                failure = explain(error, self._context(purpose))
                wait = max(self._pause * 2 ** (attempt - 1) * (0.5 + self._jitter() / 2), failure.retry_after)
                over = attempt >= self._tries or self._monotonic() + wait >= deadline
                if not failure.retryable or not retry or over:
                    raise
                self._sleep(wait)


class ApiCall:
    """One call with its deadline. `client` is the shared one."""

    def __init__(self, caller: ApiCaller, purpose: Purpose, client: Any, deadline: float) -> None:
        self.client = client
        self._caller = caller
        self._purpose = purpose
        self._deadline = deadline

    def send_with_retry(self, request: Callable[[float], T], *, retry: bool = True) -> T:
        """One request of this call; see `ApiCaller.send_with_retry`."""
        return self._caller.send_with_retry(self._purpose, self._deadline, request, retry=retry)


def account_email(client: Any) -> str:
    """The e-mail address of the service account that a client works as, empty if unknown."""
    transport = getattr(client, "transport", client)
    credentials = getattr(transport, "_credentials", None) or getattr(transport, "credentials", None)
    email = getattr(credentials, "service_account_email", None)
    return email if isinstance(email, str) and "@" in email else ""
