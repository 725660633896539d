"""The connection to one GitHub as a GitHub App: credentials, retries, pacing, and the meaning of failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

import requests
import structlog

from bot.adapters.github.http.credentials import (
    AnonymousCredentials,
    AppCredentials,
    Credentials,
    InstallationCredentials,
)
from bot.adapters.github.http.errors import (
    RateLimitError,
    connection_error,
    error_from_response,
    not_json_error,
    unexpected_json_error,
)
from bot.adapters.github.http.moves import MovedError, Renames, moved_path, renamed_repository
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.rate_limits import Clock, RateLimitPauses, Sleep, WriteThrottle
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.transport import HttpRequest, HttpResponse, HttpTransport
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.failures.refusals import GitHubRequest
from bot.ports.errors import ExternalError, NeedsPersonError, NotFoundError, TransientError
from bot.ports.ownership import ProveOwnership, sole_owner
from bot.ports.pacing import Pacing

MAX_ATTEMPTS = 4
INITIAL_BACKOFF = 0.5  # seconds; doubled with every try
MAX_BACKOFF = 8.0
RENAMED = "people renamed it; write its new name into the settings, so that webhooks count again"
SLUG_MAX_AGE = 600.0
"""The seconds after which the App's name is looked up again."""

FIND_APP = Purpose(GitHubAction.READ_APP)

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Session:
    """Everything that talks to GitHub shares one session; it may be used from any thread.

    `write_interval` is the time between the starts of two writes, `longest_wait` the longest rate limit that is
    waited for in place; both in seconds. A longer one raises TransientError with `retry_after`. `clock` is monotonic,
    `now` the time in seconds since the epoch. `prove_ownership` is called right before each write, after all waits.
    `pacing` is what all workers share, None for a process that is alone.
    """

    def __init__(
        self,
        api_url: str,
        app_id: int | str,
        private_key: str,
        write_interval: float = 1.0,
        *,
        longest_wait: float = 30.0,
        sleep: Sleep = time.sleep,
        clock: Clock = time.monotonic,
        now: Callable[[], float] = time.time,
        prove_ownership: ProveOwnership = sole_owner,
        pacing: Pacing | None = None,
    ) -> None:
        self.clock = clock
        self._api_url = api_url.rstrip("/")
        self._renames = Renames()
        # GitHub Enterprise Server has `/api/v3` and `/api/graphql`.
        self.graphql_url = f"{api_url.rstrip('/').removesuffix('/v3')}/graphql"
        self._transport = HttpTransport(api_url)
        self._write_throttle = WriteThrottle(write_interval, clock, sleep, pacing)
        self._rate_limit_pauses = RateLimitPauses(clock, pacing)
        self._longest_wait = longest_wait
        self._sleep = sleep
        self._now = now
        self._prove_ownership = prove_ownership
        self._lock = threading.Lock()
        self._installations: dict[str, InstallationCredentials] = {}
        self._slug: tuple[float, str] | None = None
        self.app = GitHubClient(self, AppCredentials(app_id, private_key), "")

    @property
    def app_slug(self) -> str:
        """The App's name in URLs and logins. It is looked up again now and then because people rename Apps."""
        now = self.clock()
        if self._slug is not None and now - self._slug[0] < SLUG_MAX_AGE:
            return self._slug[1]
        try:
            name = self.app.get("/app", FIND_APP, lambda data: str(data["slug"]))
        except ExternalError as error:
            if self._slug is None and isinstance(error, NotFoundError):
                # To a caller that would mean that what it asked for does not exist.
                raise NeedsPersonError(GitHubFailed(FIND_APP.action, GitHubProblem.CREDENTIALS_REJECTED)) from error
            if self._slug is None:
                raise
            name = self._slug[1]
        self._slug = (now, name)
        return name

    @property
    def bot_login(self) -> str:
        """The bot's own login."""
        return f"{self.app_slug}[bot]"

    def repository(self, name: str) -> GitHubClient:
        """`owner/name`, as the App's installation there."""
        return GitHubClient(
            self, self._installation(name.split("/")[0], f"/repos/{name}/installation"), f"/repos/{name}"
        )

    def is_renamed(self, name: str) -> bool:
        """Whether a repository (`owner/name`) turned out to have another name by now."""
        return self._renames.knows(name)

    def organization(self, org: str) -> GitHubClient:
        """An organization, as the App's installation there."""
        return GitHubClient(self, self._installation(org, f"/orgs/{org}/installation"), f"/orgs/{org}")

    def public_repository(self, name: str) -> GitHubClient:
        """`owner/name`, without credentials."""
        return GitHubClient(self, AnonymousCredentials(), f"/repos/{name}")

    def write_slot(self) -> AbstractContextManager[None]:
        """Wait for the next write's slot first, so that what is read inside the block is fresh when the block's
        first write goes out, which does not wait again."""
        return self._write_throttle.slot()

    def send(self, caller: Credentials, request: HttpRequest, parse: Callable[[Any], T]) -> tuple[T, HttpResponse]:
        """Send a request until there is an answer, and parse its JSON; the reply is for its headers.

        Rate limits are waited for if they are short. Reads, and the making of tokens, are tried again after a
        passing fault (the App itself does nothing else); writes are not, for nobody knows whether they were
        carried out: their callers look first.
        Raises TransientError, PermanentError, NotFoundError or ConflictError; NotOwnerError before a write whose job
        another worker has taken over. A renamed repository is followed.
        """
        try:
            return self._send(caller, replace(request, path=self._renames.current(request.path)), parse)
        except MovedError as moved:
            return self._send(caller, self._follow(caller, request, moved), parse)

    def _follow(self, caller: Credentials, request: HttpRequest, moved: MovedError) -> HttpRequest:
        """The request to the repository under the path that stays, if people renamed it.

        Raises NotFoundError if the repository is where it was, so that only the thing moved to another one.
        """
        renamed = renamed_repository(request.path, moved.path)
        if renamed is None:
            raise NotFoundError(GitHubFailed(request.purpose.action, GitHubProblem.NOT_FOUND)) from moved
        repository, kept = renamed
        if not isinstance(caller, AppCredentials) and request.path != repository:
            try:
                self._send(caller, HttpRequest("GET", repository, request.purpose), lambda _: None)
            except MovedError:
                pass  # all of it
            else:
                raise NotFoundError(GitHubFailed(request.purpose.action, GitHubProblem.NOT_FOUND)) from moved
        self._renames.add(repository, kept)
        _log.warning("github.repository_renamed", repository=repository.removeprefix("/repos/"), hint=RENAMED)
        return replace(request, path=self._renames.current(request.path))

    def _send(self, caller: Credentials, request: HttpRequest, parse: Callable[[Any], T]) -> tuple[T, HttpResponse]:
        repeatable = _is_repeatable(caller, request)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            self._wait_for_rate_limit(caller, request.purpose)
            authorization = caller.authorization()  # outside of the try: it has its own tries behind it
            try:
                reply = self._send_once(caller, authorization, request)
                return _parse(reply, request, parse), reply
            except RateLimitError as limit:
                self._rate_limit_pauses.pause(caller.name, limit.wait)
                _log.warning("github.rate_limit", caller=caller.name, wait=round(limit.wait), attempt=attempt)
                if attempt == MAX_ATTEMPTS:
                    raise  # else it is waited for, or found too long, before the next try
            except TransientError as fault:
                wait = max(min(INITIAL_BACKOFF * 2 ** (attempt - 1), MAX_BACKOFF), fault.retry_after or 0)
                if wait > self._longest_wait:  # nobody else asks before that either
                    self._rate_limit_pauses.pause(caller.name, wait)
                if not repeatable or attempt == MAX_ATTEMPTS or wait > self._longest_wait:
                    raise
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")  # pragma: no cover

    def _send_once(self, caller: Credentials, authorization: str | None, request: HttpRequest) -> HttpResponse:
        """One request, or two if GitHub refuses the first token. Raises the error that a failure means."""
        try:
            reply = self._send_as_owner(caller, authorization, request)
            if reply.status == 401 and caller.invalidate(authorization):
                reply = self._send_as_owner(caller, caller.authorization(), request)
        except requests.RequestException as error:
            raise connection_error(request.purpose, error) from error
        path = moved_path(reply.headers.get("location", ""), self._api_url) if 300 <= reply.status < 400 else ""
        if path:
            raise MovedError(GitHubFailed(request.purpose.action, GitHubProblem.MOVED), path)
        problem = error_from_response(reply, request.purpose, self._now(), _kind(caller, request))
        if problem is not None:
            raise problem
        return reply

    def _send_as_owner(self, caller: Credentials, authorization: str | None, request: HttpRequest) -> HttpResponse:
        if not _is_repeatable(caller, request):
            self._wait_for_turn(caller, request.purpose)
            self._prove_ownership()  # nothing may come between the proof and the request
        return self._transport.send(request, authorization)

    def _wait_for_turn(self, caller: Credentials, purpose: Purpose) -> None:
        """Wait until it is this write's turn, and no pause has begun meanwhile."""
        self._write_throttle.wait()
        while self._rate_limit_pauses.remaining(caller.name) > 0:
            self._wait_for_rate_limit(caller, purpose)
            self._write_throttle.wait()

    def _wait_for_rate_limit(self, caller: Credentials, purpose: Purpose) -> None:
        left = self._rate_limit_pauses.remaining(caller.name)
        if left > self._longest_wait:
            raise RateLimitError(purpose, left)
        if left > 0:
            self._sleep(left)

    def _installation(self, owner: str, lookup: str) -> InstallationCredentials:
        # By lookup, not by owner: where the App is installed for some of an owner's repositories only, the answer
        # for one of them is not the answer for another.
        with self._lock:
            fresh = InstallationCredentials(owner, lookup, self.app.send, self._now)
            return self._installations.setdefault(lookup, fresh)


def _is_repeatable(caller: Credentials, request: HttpRequest) -> bool:
    """Whether the request changes nothing that a second one would change again."""
    return request.is_read or isinstance(caller, AppCredentials)


def _kind(caller: Credentials, request: HttpRequest) -> GitHubRequest:
    if isinstance(caller, AppCredentials):
        return GitHubRequest.AS_APP
    return GitHubRequest.READ if request.is_read else GitHubRequest.WRITE


def _parse(reply: HttpResponse, request: HttpRequest, parse: Callable[[Any], T]) -> T:
    try:
        data = reply.json()
    except ValueError as error:
        raise _unreadable(request, not_json_error(request.purpose, reply)) from error
    try:
        return parse(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        odd = unexpected_json_error(request.purpose) if reply.text.strip() else not_json_error(request.purpose, reply)
        raise _unreadable(request, odd) from error


def _unreadable(request: HttpRequest, error: ExternalError) -> ExternalError:
    """A write whose answer can't be read was carried out: whoever tries again finds what it made."""
    return error if request.is_read else TransientError(error.reason)
