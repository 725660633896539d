"""Repositories that people rename while mibot runs, and things that they move to another repository.

GitHub answers requests about either with a redirect to `/repositories/ID/…`. mibot follows a renamed repository: that
path stays whatever people do. It does not follow what moved out of the repository, such as a transferred issue,
because it would write where nobody expects it.
"""

from __future__ import annotations

import re
import threading

from bot.domain.reasons import Reason
from bot.ports.errors import NotFoundError

_REPOSITORY = re.compile(r"(/repos/[^/?]+/[^/?]+)((?:[/?].*)?)", re.DOTALL)
_BY_ID = re.compile(r"(/repositories/\d+)((?:[/?].*)?)", re.DOTALL)


class MovedError(NotFoundError):
    """GitHub redirects. `path` is where to, below the API's URL; empty if that is somewhere else."""

    def __init__(self, reason: Reason, path: str) -> None:
        super().__init__(reason)
        self.path = path


def moved_path(location: str, api_url: str) -> str:
    """The path of a redirect below the API's URL, without its query; empty for another server."""
    if location.startswith(f"{api_url}/"):
        location = location.removeprefix(api_url)
    return location.partition("?")[0] if location.startswith("/") and not location.startswith("//") else ""


class Renames:
    """The renamed repositories: their old paths and the paths that stay. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def current(self, path: str) -> str:
        """The path as it is now."""
        match = _REPOSITORY.fullmatch(path)
        with self._lock:
            kept = self._known.get(match[1].lower()) if match else None
        return f"{kept}{match[2]}" if match and kept else path

    def knows(self, name: str) -> bool:
        """Whether the repository (`owner/name`) has another name by now."""
        with self._lock:
            return f"/repos/{name}".lower() in self._known

    def add(self, repository: str, kept: str) -> None:
        with self._lock:
            self._known[repository.lower()] = kept


def renamed_repository(path: str, moved: str) -> tuple[str, str] | None:
    """The repository's path in `path`, and the one that stays, if a redirect to `moved` may mean that it was renamed:
    everything below it is the same. None if it can't."""
    old, new = _REPOSITORY.fullmatch(path.partition("?")[0]), _BY_ID.fullmatch(moved)
    return (old[1], new[1]) if old and new and old[2] == new[2] else None
