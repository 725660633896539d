"""The default branch of a repository, which mibot takes for its base branch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import ConflictError, ExternalError, TransientError

READ_REPOSITORY = Purpose(GitHubAction.READ_DEPLOYMENT_REPOSITORY, "metadata=read")

T = TypeVar("T")

log = structlog.get_logger(__name__)

MAX_AGE = 600.0
"""The seconds after which the name is read again: people rename branches while mibot runs."""
MAX_AGE_IN_DOUBT = 30.0
"""The same where another name than the known one turned up."""


class DefaultBranch:
    """Looks up the name at its first use, and remembers it for a while. `clock` is in seconds."""

    def __init__(self, here: GitHubClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = here
        self._clock = clock
        self._known: tuple[float, str] | None = None

    @property
    def name(self) -> str:
        return self._read(MAX_AGE)

    def use(self, request: Callable[[str], T]) -> T:
        """The answer to a request that has the name in it.

        Where it is refused because people renamed the branch meanwhile, it is sent again with the new name.
        """
        name = self.name
        try:
            return request(name)
        except (TransientError, ConflictError):
            raise
        except ExternalError:
            renamed = self._read(0.0)
            if renamed == name:
                raise
            log.info("base_branch_renamed")
            return request(renamed)

    def is_base(self, branch: str) -> bool:
        """Whether that is its name now."""
        return branch == self.name or branch == self._read(MAX_AGE_IN_DOUBT)

    def _read(self, max_age: float) -> str:
        now = self._clock()
        if self._known is not None and now - self._known[0] < max_age:
            return self._known[1]
        try:
            name = self._client.get("", READ_REPOSITORY, lambda data: str(data["default_branch"]))
        except TransientError:
            if self._known is None:
                raise
            return self._known[1]
        self._known = (now, name)
        return name
