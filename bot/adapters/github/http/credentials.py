"""Credentials of a request: the App's, an installation's, or none."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import jwt
from github.Auth import AppAuth

from bot.adapters.github.http.purpose import PERMISSIONS, Purpose
from bot.adapters.github.http.transport import HttpRequest
from bot.domain.failures.github import AppKeyUnreadable, AppNotInstalled
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import NeedsPersonError, NotFoundError, TransientError

REFUSAL_MEMORY = 30.0  # seconds
SETTLING_TIME = 60.0  # seconds within which GitHub may not know a new token everywhere
REFRESH_BEFORE = 300.0  # seconds before the end of a token's hour
GET_TOKEN = Purpose(GitHubAction.CREATE_TOKEN)
FIND_INSTALLATION = Purpose(GitHubAction.FIND_INSTALLATION)

T = TypeVar("T")


class SendAsApp(Protocol):
    """Sends a request as the App and passes the response's JSON to `parse`."""

    def __call__(self, request: HttpRequest, parse: Callable[[Any], T]) -> T: ...


class Credentials(Protocol):
    """`name` identifies whom GitHub's rate limits apply to."""

    @property
    def name(self) -> str: ...
    def authorization(self) -> str | None:
        """The value of the Authorization header."""

    def invalidate(self, authorization: str | None) -> bool:
        """Drop this value, which GitHub refused. Returns whether another try with a new one makes sense."""


class AnonymousCredentials:
    """No credentials: enough for what is public."""

    name = "anonymous"

    def authorization(self) -> str | None:
        return None

    def invalidate(self, authorization: str | None) -> bool:  # noqa: ARG002 - the protocol's
        return False


class AppCredentials:
    """The App itself, by a JSON web token that its private key signs."""

    name = "app"

    def __init__(self, app_id: int | str, private_key: str) -> None:
        self._pem = private_key
        self._key: Any = None
        self._auth = AppAuth(app_id, sign_func=self._sign)

    def authorization(self) -> str:
        try:
            return f"Bearer {self._auth.token}"
        except (jwt.PyJWTError, ValueError, TypeError):
            # Without the cause: a parser's complaint may quote the key.
            raise NeedsPersonError(AppKeyUnreadable()) from None

    def invalidate(self, authorization: str | None) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def _sign(self, payload: dict[str, Any]) -> str:
        if self._key is None:  # once: reading it takes 20 times as long as signing
            self._key = jwt.get_algorithm_by_name("RS256").prepare_key(self._pem)
        return jwt.encode(payload, self._key, algorithm="RS256")


class InstallationCredentials:
    """The App where `owner` installed it: finds the installation and holds its token, for all threads.

    `lookup` is the path that answers with the installation, `ask` sends a request as the App, and `now` is the
    time in seconds since the epoch.
    """

    def __init__(self, owner: str, lookup: str, ask: SendAsApp, now: Callable[[], float]) -> None:
        self.name = f"installation {owner.lower()}"
        self._owner = owner
        self._lookup = lookup
        self._send_as_app = ask
        self._now = now
        self._lock = threading.Lock()
        self._number: int | None = None
        self._token = ""
        self._expires = 0.0
        self._replaced_at = -math.inf
        self._refusal: NeedsPersonError | None = None
        self._refused_until = 0.0

    def authorization(self) -> str:
        with self._lock:
            if not self._token or self._now() >= self._expires - REFRESH_BEFORE:
                self._renew_unless_refused()
            return f"token {self._token}"

    def invalidate(self, authorization: str | None) -> bool:
        """One that replaces a refused one and is refused within a minute is kept: GitHub does not know it everywhere
        yet, and would not know the next one either."""
        with self._lock:
            if authorization == f"token {self._token}":  # else another thread has a new one already
                if self._now() < self._replaced_at + SETTLING_TIME:
                    return False
                self._token, self._replaced_at = "", self._now()
        return True

    def _renew_unless_refused(self) -> None:
        """Renew the token. A refusal that a person mends is remembered for a moment, so that not every job asks
        again; through a fault that passes, a token is used to its end."""
        if self._refusal is not None and self._now() < self._refused_until:
            raise self._refusal.with_traceback(None)
        try:
            self._renew()
        except NeedsPersonError as error:
            self._refusal, self._refused_until = error, self._now() + REFUSAL_MEMORY
            raise
        except TransientError:
            if not self._token or self._now() >= self._expires:
                raise

    def _renew(self) -> None:
        if self._number is not None:
            try:
                self._fetch_token()
                return
            except NotFoundError:
                pass  # the App was removed and installed anew: it has another number now
        try:
            self._number = self._send_as_app(HttpRequest("GET", self._lookup, FIND_INSTALLATION), _number)
            self._fetch_token()
        except NotFoundError as missing:
            # Not NotFoundError: to a caller that would mean that what it asked for does not exist.
            raise NeedsPersonError(AppNotInstalled(self._owner)) from missing

    def _fetch_token(self) -> None:
        path = f"/app/installations/{self._number}/access_tokens"
        request = HttpRequest("POST", path, GET_TOKEN, body={"permissions": PERMISSIONS})
        self._token, self._expires = self._send_as_app(request, _token)


def _number(data: Any) -> int:
    return int(data["id"])


def _token(data: Any) -> tuple[str, float]:
    """The token and the end of its life in seconds since the epoch."""
    return str(data["token"]), datetime.fromisoformat(data["expires_at"]).timestamp()
