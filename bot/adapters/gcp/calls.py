"""What every question to Google has in common: one shared client, a deadline, bounded tries, and one sentence.

Google's libraries are imported at the first question: they take more than a second and 100 MB, which a process
that never asks should not pay.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from bot.adapters.gcp.errors import ApiFailure, CallContext, DeadlineError, Purpose, Service, explain, external_errors
from bot.domain.health.queries import Unavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

CREDENTIALS_RETRY_AFTER = (
    30.0  # seconds: looking for credentials takes up to ten of them, and all askers wait meanwhile
)


class ApiCaller:
    """Calls of one API. One for all threads.

    `connect` makes the shared client from the endpoint (empty for Google's own) when it is first needed; it may raise
    GoogleAuthError. `deadline` is in seconds, for one question with all its pages and repetitions; it bounds each
    silence of the other side, not an answer that trickles in byte by byte, so whoever needs a wall clock's bound sets
    one above it (`check_runner` does). The time that the first question spends on finding credentials comes on top.
    `tries` is how often one request is made, `pause` the seconds before the second time, doubled each time.
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
        self._lock = threading.Lock()
        self._shared: Any = None
        self._credentials_error: tuple[float, Exception] | None = None

    def fetch(self, need: Purpose, ask: Callable[[ApiCall], T]) -> T | Unavailable:
        """What `ask` makes of a question, or Unavailable with one sentence. Never raises what Google does wrong."""
        try:
            return ask(self.new_call(need))
        except external_errors() as error:
            return Unavailable(self.log_failure(error, need).sentence)

    def new_call(self, need: Purpose) -> ApiCall:
        """A question whose time begins now. Raises one of `failures()` when there is no client for it."""
        return ApiCall(self, need, self.client(), self._monotonic() + self._deadline)

    def log_failure(self, error: Exception, need: Purpose) -> ApiFailure:
        """What one of `failures()` means, which the log gets with Google's own words: those name the project."""
        fault = explain(error, self._context(need))
        log.warning(
            "google_unavailable",
            service=self.service.name,
            sentence=fault.sentence,
            error=type(error).__name__,
            said=str(error)[:500],
        )
        return fault

    def client(self) -> Any:
        """The shared client, made by whoever asks first. Raises GoogleAuthError, remembered for a short while."""
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

    def _context(self, need: Purpose) -> CallContext:
        return CallContext(self.service, need, self._deadline, account_email(self._shared))

    def send_with_retry(self, need: Purpose, ends: float, request: Callable[[float], T], *, retry: bool = True) -> T:
        """One request, made again while that may help, the tries are not used up and the deadline allows.

        `request` gets the seconds that are left; `repeat` is False for what must not be done twice.
        """
        attempt = 0
        while True:
            attempt += 1
            left = ends - self._monotonic()
            if left <= 0:
                raise DeadlineError
            try:
                return request(left)
            except external_errors() as error:
                fault = explain(error, self._context(need))
                wait = max(self._pause * 2 ** (attempt - 1) * (0.5 + self._jitter() / 2), fault.retry_after)
                over = attempt >= self._tries or self._monotonic() + wait >= ends
                if not fault.retryable or not retry or over:
                    raise
                self._sleep(wait)


class ApiCall:
    """One question with its deadline: `client` is the shared one, `once` makes one of its requests."""

    def __init__(self, calls: ApiCaller, need: Purpose, client: Any, ends: float) -> None:
        self.client = client
        self._caller = calls
        self._purpose = need
        self._deadline = ends

    def send_with_retry(self, request: Callable[[float], T], *, retry: bool = True) -> T:
        """`request` gets the seconds that are left. See `Calls.once`."""
        return self._caller.send_with_retry(self._purpose, self._deadline, request, retry=retry)


def account_email(client: Any) -> str:
    """The e-mail of the service account that a client works as, where its credentials tell; else nothing."""
    transport = getattr(client, "transport", client)
    credentials = getattr(transport, "_credentials", None) or getattr(transport, "credentials", None)
    email = getattr(credentials, "service_account_email", None)
    return email if isinstance(email, str) and "@" in email else ""
