"""Contents of files by their Git blob SHA-1: read once, verified, and then kept for ever."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.git_tree import blob_sha
from bot.ports.errors import TransientError
from bot.ports.files import BlobCache

READ_BLOB = Purpose(GitHubAction.READ_FILE, "contents=read")
READERS = 8
CACHE_BATCH_SIZE = 200  # blobs fetched before they are put into the cache: what a killed process loses at most


class BlobReader:
    """The blobs of one repository, read by several threads and remembered in `cache`."""

    def __init__(self, here: GitHubClient, cache: BlobCache) -> None:
        self._client = here
        self._cache = cache
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="blobs")

    def contents(self, shas: Iterable[str]) -> dict[str, bytes]:
        """Every requested blob. Raises TransientError if GitHub sends something else than what was requested."""
        wanted = dict.fromkeys(shas)
        known = dict(self._cache.get_many(wanted))
        unknown = iter([sha for sha in wanted if sha not in known])
        while batch := list(islice(unknown, CACHE_BATCH_SIZE)):
            fetched = dict(zip(batch, self._readers.map(self._fetch, batch), strict=True))
            self._cache.put_many(fetched)
            known |= fetched
        return known

    def _fetch(self, sha: str) -> bytes:
        content = self._client.get(f"/git/blobs/{sha}", READ_BLOB, _decoded)
        if blob_sha(content) != sha:
            raise TransientError(GitHubFailed(READ_BLOB.action, GitHubProblem.WRONG_CONTENT))
        return content


def _decoded(data: Any) -> bytes:
    if data["encoding"] != "base64":
        raise ValueError("another encoding")
    return base64.b64decode(data["content"])
