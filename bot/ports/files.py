"""The files of the deployment repository, their history, and a cache of their contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.domain.git_tree import Snapshot
from bot.domain.github_models import CommitRef


class FleetSource(Protocol):
    """The files of the base branch, from GitHub or from a local clone."""

    def snapshot(self) -> Snapshot:
        """All files of the base branch now. One request; raises PermanentError for a truncated answer."""

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """The blobs by their SHA-1, from the cache where it has them."""

    def module_tags(self) -> frozenset[str]:
        """The tags `mi-module-…`; they may be a minute old."""


class FileHistory(Protocol):
    """How the files came to be as they are."""

    def last_change(self, path: str) -> CommitRef | None:
        """The newest commit of the base branch that changed the path. One request."""

    def snapshot_at(self, commit: str) -> Snapshot:
        """All files at a commit. One request; raises PermanentError for a truncated answer."""


class BlobCache(Protocol):
    """Contents by blob SHA-1. They never change, so nothing has to be evicted."""

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """The known blobs among `shas`."""

    def put_many(self, blobs: Mapping[str, bytes]) -> None: ...
