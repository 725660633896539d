"""One part of GitHub's REST API, with credentials: a repository, an organization or the App."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from requests.utils import parse_header_links

from bot.adapters.github.http.credentials import Credentials
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.transport import PER_PAGE, HttpRequest, HttpResponse
from bot.domain.failures.github import GitHubListTooLong
from bot.ports.errors import PermanentError

MAX_PAGES = 100

T = TypeVar("T")


def _nothing(data: Any) -> None:  # noqa: ARG001 - the answer to a write that nobody reads
    return None


class Sender(Protocol):
    """Sends a request with credentials and passes the response's JSON to `parse`. `Session` is one."""

    def send(
        self, caller: Credentials, request: HttpRequest, parse: Callable[[Any], T]
    ) -> tuple[T, HttpResponse]: ...


class GitHubClient:
    """Requests below `prefix`, made by `caller`. `parse` turns an answer's JSON into what the caller wants; when it
    fails with KeyError, TypeError, ValueError or AttributeError, the answer was not what GitHub documents."""

    def __init__(self, session: Sender, caller: Credentials, prefix: str) -> None:
        self._session = session
        self._credentials = caller
        self._prefix = prefix

    def get(self, path: str, purpose: Purpose, parse: Callable[[Any], T], **params: Any) -> T:
        return self.send(HttpRequest("GET", path, purpose, params), parse)

    def post(self, path: str, purpose: Purpose, body: Any, parse: Callable[[Any], T] = _nothing) -> T:  # type: ignore[assignment]
        return self.send(HttpRequest("POST", path, purpose, body=body), parse)

    def patch(self, path: str, purpose: Purpose, body: Any) -> None:
        self.send(HttpRequest("PATCH", path, purpose, body=body), _nothing)

    def send(self, request: HttpRequest, parse: Callable[[Any], T]) -> T:
        here = replace(request, path=self._prefix + request.path)
        return self._session.send(self._credentials, here, parse)[0]

    def list_all(
        self, path: str, purpose: Purpose, parse: Callable[[Any], T], *, items_key: str | None = None, **params: Any
    ) -> list[T]:
        """Every item of a list, page by page. `items_key` is the key of a page that holds its items."""

        def page(data: Any) -> list[T]:
            found = data if items_key is None else data[items_key]
            if not isinstance(found, list):
                raise TypeError("not a list")
            return [parse(item) for item in found]

        items: list[T] = []
        request = HttpRequest("GET", self._prefix + path, purpose, {**params, "per_page": PER_PAGE})
        for _ in range(MAX_PAGES):
            found, reply = self._session.send(self._credentials, request, page)
            items += found
            following = _next_page(reply)
            if following is None:
                return items
            request = HttpRequest("GET", following, purpose)
        raise PermanentError(GitHubListTooLong(purpose.action, MAX_PAGES * PER_PAGE))


def _next_page(reply: HttpResponse) -> str | None:
    links = parse_header_links(reply.headers.get("link", ""))
    return next((link["url"] for link in links if link.get("rel") == "next"), None)
