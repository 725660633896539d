"""Compute Engine, asked for the machines of an instance; whatever fails comes back as one sentence.

Google's libraries are imported at the first question: they take more than a second and 100 MB, which a process
that never asks should not pay.
"""

from __future__ import annotations

import functools
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.domain.health import Answer, MachineQuery, Machines, Query, Unavailable

log = structlog.get_logger(__name__)

READ_ONLY = "https://www.googleapis.com/auth/compute.readonly"
NO_CREDENTIALS_FOR = 30.0  # seconds: looking for credentials takes up to ten of them, and all askers wait meanwhile


@dataclass(frozen=True)
class Fault:
    """Why there is no answer, for people. It names neither project nor customer: the text goes to a tracker.

    `again` says whether asking again at once may cure it; `after` is how many seconds Google asked us to wait.
    """

    sentence: str
    again: bool = False
    after: float = 0.0


NO_CREDENTIALS = Fault(
    "mibot found no Google credentials that it can use: run it with a service account, or let "
    "GOOGLE_APPLICATION_CREDENTIALS name a key file that it can read."
)
REJECTED = Fault(
    "Google rejected mibot's credentials as expired, revoked or wrong: renew them, and check the clock of the "
    "machine that runs mibot."
)
SIGN_IN = Fault(
    "Google's sign-in service could not be reached: check the network of the machine that runs mibot.", again=True
)
SCOPE = Fault(
    "mibot's Google credentials are limited to other services: give the machine or key that mibot runs with the "
    f"access scope {READ_ONLY}."
)
FORBIDDEN = Fault(
    "mibot's Google account may not list the machines: grant it the permission compute.instances.list (role "
    "Compute Viewer) in the instance's project."
)
DISABLED = Fault(
    "The Compute Engine API is not enabled in the instance's project: enable compute.googleapis.com there, and "
    "check again a few minutes later."
)
BILLING = Fault("Billing is off for the instance's project: link the project to a billing account.")
NOT_FOUND = Fault(
    "The instance's project or zone was not found: compare the settings gcp.project_template and gcp.zone with "
    "where its machines are."
)
QUOTA = Fault(
    "Google's quota of requests to Compute Engine is used up: check again in a minute, or have the quota raised "
    "if this happens often.",
    again=True,
)
UNREACHABLE = Fault(
    "Compute Engine could not be reached, the connection was refused or broke: check the setting "
    "gcp.compute_endpoint and the network of the machine that runs mibot.",
    again=True,
)
UNREADABLE = Fault(
    "What answered was not the Compute Engine API: check the setting gcp.compute_endpoint, and whether a proxy "
    "stands in between."
)

# Google's own names for what went wrong: `ErrorInfo.reason` (google.api.ErrorReason) in capitals, and the older
# `errors[].reason` of the same answer. Compute Engine says "quota" with status 403 as well as 429.
REASONS: Mapping[str, Fault] = {
    "SERVICE_DISABLED": DISABLED,
    "accessNotConfigured": DISABLED,
    "BILLING_DISABLED": BILLING,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": SCOPE,
    "CONSUMER_INVALID": NOT_FOUND,
    "RESOURCE_PROJECT_INVALID": NOT_FOUND,
    "RATE_LIMIT_EXCEEDED": QUOTA,
    "rateLimitExceeded": QUOTA,
    "userRateLimitExceeded": QUOTA,
    "quotaExceeded": QUOTA,
}


class _Late(Exception):  # noqa: N818 - not an error but the end of our patience
    """The deadline passed between two requests."""


class _Unreadable(Exception):  # noqa: N818
    """The answer is not one that the Compute Engine API gives."""


@functools.cache
def _failures() -> tuple[type[Exception], ...]:
    """Everything by which the world may fail us. What is not in here is a bug, and goes up as one."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    return (GoogleAPICallError, RetryError, GoogleAuthError, RequestException, _Late, _Unreadable)


class ComputeInspector:
    """Answers a MachineQuery from Compute Engine (`ports.Inspector`). One for all threads; it never raises.

    `compute_endpoint` replaces Google's own; one that starts with `http://` is talked to without credentials, any
    other with Application Default Credentials. `deadline` is in seconds, for one question with all its pages and
    repetitions; it bounds each silence of the other side, not an answer that trickles in byte by byte, so whoever
    needs a wall clock's bound sets one above it (`bot.health` does). The time that the first question spends on
    finding credentials comes on top. `tries` is how often one page is asked for, `pause` the seconds before the
    second time, doubled each time.
    """

    def __init__(
        self,
        compute_endpoint: str | None = None,
        deadline: float = 10.0,
        *,
        tries: int = 4,
        pause: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint = (compute_endpoint or "").rstrip("/")
        self._deadline = deadline
        self._tries = tries
        self._pause = pause
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._lock = threading.Lock()
        self._shared: Any = None
        self._refusal: tuple[float, Exception] | None = None

    def ask(self, query: Query) -> Answer:
        """The machines of that project and zone that bear the names, or Unavailable. One request a page."""
        try:
            return Machines(self._statuses(self._client(), query))
        except _failures() as error:
            fault = explain(error, self._deadline)
            # Google's own words name the project: they belong in the log, not in a tracker.
            log.warning(
                "compute_unavailable", sentence=fault.sentence, error=type(error).__name__, said=str(error)[:500]
            )
            return Unavailable(fault.sentence)

    def _client(self) -> Any:
        """The shared client, made by whoever asks first. Raises GoogleAuthError, remembered for a short while."""
        from google.auth.exceptions import GoogleAuthError

        with self._lock:
            if self._shared is None:
                if self._refusal is not None and self._monotonic() < self._refusal[0]:
                    raise self._refusal[1].with_traceback(None)
                try:
                    self._shared = _connect(self._endpoint)
                except GoogleAuthError as error:
                    self._refusal = (self._monotonic() + NO_CREDENTIALS_FOR, error)
                    raise
            return self._shared

    def _statuses(self, client: Any, query: MachineQuery) -> dict[str, str]:
        """Machine name to status, from all pages."""
        ends = self._monotonic() + self._deadline
        request = {"project": query.project, "zone": query.zone, "filter": name_filter(query.names)}
        statuses: dict[str, str] = {}
        while True:
            page = self._page(client, request, ends)
            statuses |= {machine.name: machine.status for machine in page.items if machine.name in query.names}
            if not page.next_page_token:
                return statuses
            request["page_token"] = page.next_page_token

    def _page(self, client: Any, request: Mapping[str, str], ends: float) -> Any:
        """One page, asked for again while that may help, the tries are not used up and the deadline allows."""
        attempt = 0
        while True:
            attempt += 1
            left = ends - self._monotonic()
            if left <= 0:
                raise _Late
            try:
                return _list(client, request, left)
            except _failures() as error:
                fault = explain(error, self._deadline)
                wait = max(self._pause * 2 ** (attempt - 1) * (0.5 + self._jitter() / 2), fault.after)
                if not fault.again or attempt >= self._tries or self._monotonic() + wait >= ends:
                    raise
                self._sleep(wait)


def name_filter(names: tuple[str, ...]) -> str:
    """The filter of the request: any of these names (AIP-160, as instances.list documents it)."""
    return " OR ".join(f'(name = "{name}")' for name in names)


def _connect(endpoint: str) -> Any:
    """A client for that endpoint, or for Google's own when it is empty. Raises GoogleAuthError."""
    from google.cloud.compute_v1.services.instances import InstancesClient

    if endpoint.startswith("http://"):
        from google.auth.credentials import AnonymousCredentials
        from google.cloud.compute_v1.services.instances.transports import InstancesRestTransport

        open_door = InstancesRestTransport(host=endpoint, credentials=AnonymousCredentials(), url_scheme="http")
        return InstancesClient(transport=open_door)
    return InstancesClient(client_options={"scopes": [READ_ONLY]} | ({"api_endpoint": endpoint} if endpoint else {}))


def _list(client: Any, request: Mapping[str, str], timeout: float) -> Any:
    """One `instances.list` request: a page with `items` and `next_page_token`. `timeout` is in seconds.

    The library's own retries and paging stay unused: near its deadline they start over with the whole of it
    (api_core's TimeToDeadlineTimeout below one second, the pager at every page).
    """
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]  # it ships no types

    try:
        page = client.list(request=dict(request), retry=None, timeout=timeout)
    except (ParseError, UnicodeDecodeError, AttributeError, TypeError) as error:
        # The last two: api_core trips over JSON errors that are not of Google's shape, as {"error": "no"}.
        raise _Unreadable(f"{type(error).__name__}: {error}") from error
    if page.kind != "compute#instanceList":
        # Any other JSON object, `[]` and `"hello"` are parsed into an empty list, which would read as "no machine".
        raise _Unreadable(f"an answer of kind {page.kind!r}")
    return page


def explain(error: Exception, deadline: float) -> Fault:
    """What one of `_failures()` means to people. `deadline`, in seconds, is only named in the sentence."""
    from google.api_core.exceptions import DeadlineExceeded, GatewayTimeout, GoogleAPICallError, RetryError
    from google.auth import exceptions as auth
    from requests.exceptions import RequestException, Timeout

    match error:
        case RetryError(cause=Exception() as cause):
            return explain(cause, deadline)
        case _Late() | RetryError() | Timeout() | DeadlineExceeded() | GatewayTimeout() | auth.TimeoutError():
            return Fault(
                f"Compute Engine did not answer within {deadline:g} seconds: check again, and look at the network "
                "between mibot and Google if it lasts.",
                again=isinstance(error, GatewayTimeout),  # Google's own time-out leaves us time, ours does not
            )
        case _Unreadable():
            return UNREADABLE
        case GoogleAPICallError():
            return replace(_explain_answer(error), after=_retry_after(error))
        case auth.DefaultCredentialsError():
            return NO_CREDENTIALS
        case auth.TransportError():
            return SIGN_IN
        case auth.GoogleAuthError():
            return replace(REJECTED, again=error.retryable)
        case RequestException():
            return UNREACHABLE
    raise error


def _explain_answer(error: Any) -> Fault:
    """What an error answer (GoogleAPICallError) means: by Google's reason where it names one, else by its status."""
    status = int(error.code or 0)
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    for reason in named:
        if reason in REASONS:
            return REASONS[reason]
    if status >= 500:
        return Fault(
            f"Compute Engine failed with error {status}, also when asked again: check again in a few minutes, and "
            "see https://status.cloud.google.com if it lasts.",
            again=status != 501,
        )
    if status == 400 and "'zone'" in error.message:
        return NOT_FOUND  # "Invalid value for field 'zone': '…'. Unknown zone."
    if status != 429 and not any(named):
        return UNREADABLE  # a proxy's page, or another server altogether
    return {401: REJECTED, 403: FORBIDDEN, 404: NOT_FOUND, 429: QUOTA}.get(
        status, Fault(f"Compute Engine refused the request with error {status}: what it said is in mibot's log.")
    )


def _retry_after(error: Any) -> float:
    """The seconds of the header `Retry-After`; 0 without one, or when it is a date (Google sends seconds)."""
    headers = getattr(error.response, "headers", {})
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else 0.0
