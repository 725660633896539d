"""One part of GitHub's REST API, with credentials: a repository, an organization or the App."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from requests.utils import parse_header_links

from bot.adapters.github.http.credentials import Credentials, InstallationCredentials
from bot.adapters.github.http.errors import graphql_error
from bot.adapters.github.http.moves import MovedError
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.transport import PER_PAGE, HttpRequest, HttpResponse
from bot.domain.failures.github import GitHubFailed, GitHubListTooLong, GitHubProblem
from bot.ports.errors import NeedsPersonError, NotFoundError

MAX_PAGES = 100

T = TypeVar("T")


def _nothing(data: Any) -> None:  # noqa: ARG001 - the answer to a write that nobody reads
    return None


class Sender(Protocol):
    """Sends a request with credentials and passes the response's JSON to `parse`. `Session` is one."""

    @property
    def graphql_url(self) -> str: ...

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

    def query(self, query: str, variables: Mapping[str, Any], purpose: Purpose, parse: Callable[[Any], T]) -> T:
        """Ask the GraphQL API, which answers 200 to what it refuses, too."""

        def parse_answer(data: Any) -> T:
            error = graphql_error(data, purpose)
            if error is not None:
                raise error
            return parse(data)

        body = {"query": query, "variables": dict(variables)}
        request = HttpRequest("POST", self._session.graphql_url, purpose, body=body, reads=True)
        return self._session.send(self._credentials, request, parse_answer)[0]

    def patch(self, path: str, purpose: Purpose, body: Any) -> None:
        self.send(HttpRequest("PATCH", path, purpose, body=body), _nothing)

    def send(self, request: HttpRequest, parse: Callable[[Any], T]) -> T:
        return self._send(replace(request, path=self._prefix + request.path), parse)[0]

    def _send(self, request: HttpRequest, parse: Callable[[Any], T]) -> tuple[T, HttpResponse]:
        """One request. NotFoundError means that the repository can be read, and that the thing is not there: GitHub
        answers 404 for what the App has no access to, too."""
        try:
            return self._session.send(self._credentials, request, parse)
        except NotFoundError as error:
            if not self._prefix.startswith("/repos/") or request.path == self._prefix:
                raise
            self._expect_access(request.purpose, error)
            raise

    def _expect_access(self, purpose: Purpose, error: NotFoundError) -> None:
        if not isinstance(self._credentials, InstallationCredentials) or MovedError in {
            type(error),
            type(error.__cause__),
        }:
            return  # whoever is told where a thing went can see it
        try:
            self._session.send(self._credentials, HttpRequest("GET", self._prefix, purpose), _nothing)
        except NotFoundError:
            raise NeedsPersonError(GitHubFailed(purpose.action, GitHubProblem.NO_ACCESS)) from error

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
            found, reply = self._send(request, page)
            items += found
            following = _next_page(reply)
            if following is None:
                return items
            request = HttpRequest("GET", following, purpose)
        raise NeedsPersonError(GitHubListTooLong(purpose.action, MAX_PAGES * PER_PAGE))


def _next_page(reply: HttpResponse) -> str | None:
    links = parse_header_links(reply.headers.get("link", ""))
    return next((link["url"] for link in links if link.get("rel") == "next"), None)
