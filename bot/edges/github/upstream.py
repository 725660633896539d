"""The releases of the product: the port `Upstream`, from the tags of a repository on GitHub."""

from __future__ import annotations

from typing import Any

from bot.domain.versions import Version
from bot.edges.github.place import Place
from bot.edges.github.purpose import Purpose
from bot.edges.github.session import Session
from bot.ports import Refused

READ_TAGS = Purpose("read the tags of the upstream repository", "contents=read")
KEEP = 600.0  # seconds


class GitHubUpstream:
    """The tags `vX.Y.Z` of `repository` (`owner/name`), remembered for ten minutes."""

    def __init__(self, session: Session, repository: str, keep: float = KEEP) -> None:
        self._session = session
        self._repository = repository
        self._keep = keep
        self._known: tuple[float, frozenset[Version]] | None = None

    def releases(self) -> frozenset[Version]:
        now = self._session.clock()
        if self._known is None or self._known[0] <= now:
            self._known = (now + self._keep, self._read())
        return self._known[1]

    def _read(self) -> frozenset[Version]:
        try:
            return _versions(self._session.repository(self._repository))
        except Refused:  # the App is not installed there, which a public repository does not need
            return _versions(self._session.public_repository(self._repository))


def _versions(place: Place) -> frozenset[Version]:
    found = place.all("/git/matching-refs/tags/v", READ_TAGS, _version)
    return frozenset(version for version in found if version is not None)


def _version(data: Any) -> Version | None:
    return Version.parse(str(data["ref"]).removeprefix("refs/tags/"))
