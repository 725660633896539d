"""The merge queue of the deployment repository."""

from __future__ import annotations

from typing import Protocol


class MergeGroups(Protocol):
    """What a commit of the merge queue merges, and which checks are required."""

    def pulls_in_group(self, commit: str, branch: str) -> frozenset[int]:
        """The numbers of all pull requests that come into the base branch with the commit. Raises NotFoundError if
        the group is gone."""

    def is_required(self, check: str) -> bool:
        """Whether the base branch requires a check of that name."""
