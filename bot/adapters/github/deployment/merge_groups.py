"""The merge queue of the deployment repository, and whether a check is required, on GitHub."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.branches import COMPARE, READ_BRANCH
from bot.adapters.github.deployment.commit_checks import required_checks
from bot.adapters.github.http.repo_client import GitHubClient

QUEUE = "heads/gh-readonly-queue"
_PULL_IN_BRANCH = re.compile(r"(?:refs/)?(?:heads/)?gh-readonly-queue/.+/pr-(\d+)-[0-9a-f]+")
# GitHub's own messages of a merge, and of a squash or rebase.
_PULL_IN_MESSAGE = re.compile(r"Merge pull request #(\d+) from .*|.*\(#(\d+)\)", re.ASCII)


class GitHubMergeGroups:
    """Implements `MergeGroups`."""

    def __init__(self, client: GitHubClient, base: DefaultBranch) -> None:
        self._client = client
        self._base = base

    def pulls_in_group(self, commit: str, branch: str) -> frozenset[int]:
        base = quote(self._base.name)
        commits = self._client.get(f"/compare/{base}...{commit}", COMPARE, _commits)
        # A group may build on others that wait before it. Those have branches, too, which name their pull requests.
        waiting = dict(self._client.list_all(f"/git/matching-refs/{QUEUE}/{base}/", READ_BRANCH, _ref))
        waiting[commit] = branch
        names = [waiting[sha] for sha, _ in commits if sha in waiting] + [branch]
        named = {int(match[1]) for name in names if (match := _PULL_IN_BRANCH.fullmatch(name))}
        told = (_PULL_IN_MESSAGE.fullmatch(message.partition("\n")[0].strip()) for _, message in commits)
        return frozenset(named | {int(match[1] or match[2]) for match in told if match})

    def is_required(self, check: str) -> bool:
        return any(one.name == check for one in required_checks(self._client, self._base.name))


def _commits(data: Any) -> list[tuple[str, str]]:
    return [(str(one["sha"]), str(one["commit"].get("message") or "")) for one in data["commits"]]


def _ref(data: Any) -> tuple[str, str]:
    return str(data["object"]["sha"]), str(data["ref"])
