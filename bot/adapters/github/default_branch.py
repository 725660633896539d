"""The default branch of a repository, which mibot takes for its base branch."""

from __future__ import annotations

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.domain.failures.github_actions import GitHubAction

READ_REPOSITORY = Purpose(GitHubAction.READ_DEPLOYMENT_REPOSITORY, "metadata=read")


class DefaultBranch:
    """Looks up the name at its first use, and remembers it."""

    def __init__(self, here: GitHubClient) -> None:
        self._client = here
        self._name: str | None = None

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = self._client.get("", READ_REPOSITORY, lambda data: str(data["default_branch"]))
        return self._name
