"""Branches of the deployment repository, on GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.comparison import parse_changed_paths, parse_drift, parse_origin
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.adapters.github.parsing import parse_first_head
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.git_tree import FileChange
from bot.domain.github_models import BranchOrigin, Drift, Head
from bot.ports.errors import PermanentError

READ_BRANCH = Purpose(GitHubAction.READ_BRANCH, "contents=read")
COMPARE = Purpose(GitHubAction.COMPARE_BRANCHES, "contents=read")
WRITE_TREE = Purpose(GitHubAction.WRITE_TREE, "contents=write")
WRITE_COMMIT = Purpose(GitHubAction.WRITE_COMMIT, "contents=write")
CREATE_BRANCH = Purpose(GitHubAction.CREATE_BRANCH, "contents=write")
MOVE_BRANCH = Purpose(GitHubAction.MOVE_BRANCH, "contents=write")

T = TypeVar("T")


class GitHubBranches:
    """Implements `BaseBranch` and `Branches`."""

    def __init__(self, session: Session, client: GitHubClient, base: DefaultBranch) -> None:
        self._session = session
        self._client = client
        self._base = base

    def head(self) -> Head:
        # Not `branches/…`: some servers leave the tree out of that answer, and it follows renamed branches.
        return self._base.use(
            lambda name: self._client.get("/commits", READ_BRANCH, parse_first_head, sha=name, per_page=1)
        )

    def changed_paths(self, branch: str) -> frozenset[str] | None:
        return self._compare(branch, parse_changed_paths)

    def drift(self, branch: str) -> Drift:
        return self._compare(branch, parse_drift)

    def origin(self, base: str, head: str) -> BranchOrigin:
        me = self._session.bot_login
        found = self._client.get(f"/compare/{base}...{head}", COMPARE, lambda data: parse_origin(data, me))
        if found is None:
            raise PermanentError(GitHubFailed(COMPARE.action, GitHubProblem.UNEXPECTED_ANSWER))
        return found

    def _compare(self, branch: str, parse: Callable[[Any, str], T]) -> T:
        me = self._session.bot_login

        def compare(base: str) -> T:
            path = f"/compare/{quote(base)}...{quote(branch)}"
            return self._client.get(path, COMPARE, lambda data: parse(data, me))

        return self._base.use(compare)

    def commit(self, base: Head, changes: Iterable[FileChange], message: str) -> str:
        new_tree = {"base_tree": base.tree, "tree": [_entry(change) for change in changes]}
        tree = self._client.post("/git/trees", WRITE_TREE, new_tree, _sha)
        if tree == base.tree:
            raise PermanentError(GitHubFailed(WRITE_COMMIT.action, GitHubProblem.NOTHING_TO_CHANGE))
        new_commit = {"message": message, "tree": tree, "parents": [base.commit]}
        return self._client.post("/git/commits", WRITE_COMMIT, new_commit, _sha)

    def create_branch(self, branch: str, commit: str) -> None:
        self._client.post("/git/refs", CREATE_BRANCH, {"ref": f"refs/heads/{branch}", "sha": commit})

    def move_branch(self, branch: str, commit: str) -> None:
        self._client.patch(f"/git/refs/heads/{quote(branch)}", MOVE_BRANCH, {"sha": commit, "force": True})


def _entry(change: FileChange) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": change.path, "mode": change.mode, "type": "blob"}
    return entry | ({"sha": None} if change.content is None else {"content": change.content})


def _sha(data: Any) -> str:
    return str(data["sha"])
