"""One request to GitHub's REST API through PyGithub: no retries, no waiting, no interpretation."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from github import Github
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from bot.adapters.github.http.purpose import Purpose

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 30
PER_PAGE = 100

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HttpRequest:
    """A request and its purpose. `path` starts with `/`, or is a URL, whose host is ignored. `reads`: a POST that
    changes nothing."""

    method: str
    path: str
    purpose: Purpose
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    reads: bool = False

    @property
    def is_read(self) -> bool:
        return self.reads or self.method == "GET"


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP answer: status, headers by lower-case name, and the body as text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def json(self) -> Any:
        """The body, None if it is empty. Raises ValueError if it is not JSON."""
        return json.loads(self.text) if self.text.strip() else None


def _without_redirect(response: RequestsResponse) -> RequestsResponse:
    """PyGithub follows a 301 by itself and loses the query on the way, so that a renamed repository would answer
    questions we did not ask. A 308 it hands to its caller."""
    if response.status == 301:
        response.status = 308
    return response


class _HttpConnection(HTTPRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _without_redirect(super().getresponse())


class _HttpsConnection(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _without_redirect(super().getresponse())


class HttpTransport:
    """Sends requests to `api_url`. PyGithub keeps a request's state on its connection, so each thread has its own."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url.rstrip("/")
        self._local = threading.local()

    def send(self, request: HttpRequest, authorization: str | None) -> HttpResponse:
        """Send one request and return whatever comes back.

        Raises requests.RequestException if there is no response.
        """
        requester, connection = self._thread_connection()
        headers = {"Accept": "application/vnd.github+json"}
        if authorization is not None:
            headers["Authorization"] = authorization
        started = time.monotonic()
        status, got, text = requester.requestJson(
            request.method,
            request.path,
            parameters=dict(request.params),
            headers=headers,
            input=request.body,
            cnx=connection,
        )
        _log.debug(
            "github.request",
            verb=request.method,
            path=urlsplit(request.path).path,
            status=status,
            ms=round((time.monotonic() - started) * 1000),
        )
        return HttpResponse(status, got, text)

    def _thread_connection(self) -> tuple[Requester, _HttpConnection | _HttpsConnection]:
        if not hasattr(self._local, "pair"):
            parts = urlsplit(self._api_url)
            kind = _HttpConnection if parts.scheme == "http" else _HttpsConnection
            timeout: Any = (CONNECT_TIMEOUT, READ_TIMEOUT)  # handed on to requests, which knows pairs
            connection = kind(parts.hostname or "", parts.port, timeout=timeout, retry=None, pool_size=1)
            github = Github(
                base_url=self._api_url,
                timeout=READ_TIMEOUT,
                user_agent="mibot",
                per_page=PER_PAGE,
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
                api_version="2022-11-28",
            )
            self._local.pair = (github.requester, connection)
        pair: tuple[Requester, _HttpConnection | _HttpsConnection] = self._local.pair
        return pair
