"""The files of the deployment repository and their history, on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.blobs import BlobReader
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.adapters.github.http.transport import HttpRequest
from bot.adapters.github.parsing import parse_newest_change, parse_snapshot
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.git_tree import Snapshot
from bot.domain.github_models import CommitRef
from bot.ports.errors import NeedsPersonError
from bot.ports.files import BlobCache

LIST_FILES = Purpose(GitHubAction.LIST_FILES, "contents=read")
READ_TAGS = Purpose(GitHubAction.READ_TAGS, "contents=read")
READ_HISTORY = Purpose(GitHubAction.READ_HISTORY, "contents=read")

TAGS_TTL = 60.0  # seconds


class GitHubFiles:
    """Implements `FleetSource` and `FileHistory`. `cache` keeps the files' contents."""

    def __init__(self, session: Session, client: GitHubClient, base: DefaultBranch, cache: BlobCache) -> None:
        self._session = session
        self._client = client
        self._base = base
        self._blobs = BlobReader(client, cache)
        self._tags: tuple[float, frozenset[str]] | None = None

    def snapshot(self) -> Snapshot:
        return self._base.use(lambda name: self._tree(quote(name)))

    def snapshot_at(self, commit: str) -> Snapshot:
        return self._tree(commit)

    def _tree(self, name: str) -> Snapshot:
        found = self._client.get(f"/git/trees/{name}", LIST_FILES, parse_snapshot, recursive=1)
        if found is None:
            raise NeedsPersonError(GitHubFailed(LIST_FILES.action, GitHubProblem.TREE_TOO_LARGE))
        return found

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        return self._blobs.contents(shas)

    def last_change(self, path: str) -> CommitRef | None:
        def read(base: str) -> CommitRef | None:
            query = {"path": path, "sha": base, "per_page": 1}
            return self._client.send(HttpRequest("GET", "/commits", READ_HISTORY, query), parse_newest_change)

        return self._base.use(read)

    def module_tags(self) -> frozenset[str]:
        now = self._session.clock()
        if self._tags is None or self._tags[0] <= now:
            found = self._client.list_all("/git/matching-refs/tags/mi-module-v", READ_TAGS, _tag)
            self._tags = (now + TAGS_TTL, frozenset(found))
        return self._tags[1]


def _tag(data: Any) -> str:
    return str(data["ref"]).removeprefix("refs/tags/")
