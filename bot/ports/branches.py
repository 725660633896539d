"""Branches of the deployment repository."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot.domain.git_tree import FileChange
from bot.domain.github_models import BranchOrigin, Drift, Head


class BaseBranch(Protocol):
    """The branch that pull requests are merged into."""

    def head(self) -> Head:
        """The tip of the base branch. One request."""


class Branches(Protocol):
    """Compares and writes the branches of mibot's pull requests."""

    def changed_paths(self, branch: str) -> frozenset[str] | None:
        """The paths in which the branch differs from the base branch, or None if some of its commits are not ours."""

    def drift(self, branch: str) -> Drift:
        """How the branch relates to the base branch."""

    def origin(self, base: str, head: str) -> BranchOrigin:
        """Where the commit `head` leaves the history of the commit `base`, and whose commits lie between. Raises
        PermanentError if there are more than GitHub lists."""

    def commit(self, base: Head, changes: Iterable[FileChange], message: str) -> str:
        """Write a tree and a commit on top of `base`; returns the commit's SHA-1. Two writing requests."""

    def create_branch(self, branch: str, commit: str) -> None:
        """Raises ConflictError if the branch exists."""

    def move_branch(self, branch: str, commit: str) -> None: ...
