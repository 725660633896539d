"""The releases of the product: the port `Upstream`, from the tags of a repository on GitHub."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.domain.failures.github import UpstreamFileMissing
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.plans.preparation import UPSTREAM_FILE
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, PermanentError

READ_TAGS = Purpose(GitHubAction.READ_UPSTREAM_TAGS, "contents=read")
READ_COMPOSE = Purpose(GitHubAction.READ_UPSTREAM_COMPOSE_FILE, "contents=read")
CACHE_TTL = 600.0  # seconds
MIN_CACHE_TTL = 15.0  # seconds, however often somebody asks for a version that does not exist

T = TypeVar("T")


class GitHubUpstream:
    """The tags `vX.Y.Z` of `repository` (`owner/name`), remembered for ten minutes, and the Compose files there."""

    def __init__(self, session: Session, repository: str, keep: float = CACHE_TTL) -> None:
        self._session = session
        self._repository = repository
        self._keep = keep
        self._known: tuple[float, frozenset[Version]] | None = None

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:
        now = self._session.clock()
        if self._known is not None:
            read_at, versions = self._known
            keep = self._keep if versions.issuperset(wanted) else min(self._keep, MIN_CACHE_TTL)
            if now - read_at < keep:
                return versions
        versions = self._with_public_fallback(_versions)
        self._known = (now, versions)
        return versions

    def compose_file(self, version: Version) -> bytes:
        path, tag = f"/contents/{UPSTREAM_FILE}", f"v{version}"
        try:
            return self._with_public_fallback(lambda place: place.get(path, READ_COMPOSE, _content, ref=tag))
        except NotFoundError:
            raise NotFoundError(UpstreamFileMissing(UPSTREAM_FILE, version)) from None

    def _with_public_fallback(self, ask: Callable[[GitHubClient], T]) -> T:
        """The answer to the App, else without credentials: the App need not be installed on a public repository."""
        try:
            return ask(self._session.repository(self._repository))
        except PermanentError:
            return ask(self._session.public_repository(self._repository))


def _versions(place: GitHubClient) -> frozenset[Version]:
    found = place.list_all("/git/matching-refs/tags/v", READ_TAGS, _version)
    return frozenset(version for version in found if version is not None)


def _version(data: Any) -> Version | None:
    return Version.parse(str(data["ref"]).removeprefix("refs/tags/"))


def _content(data: Any) -> bytes:
    if data["type"] != "file" or data["encoding"] != "base64":
        raise ValueError("no plain file")
    return base64.b64decode(data["content"])
