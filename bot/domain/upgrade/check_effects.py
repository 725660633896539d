"""The check run `mibot / pre-upgrade` on commits that are not the head of an upgrade's pull request."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect
from bot.formats.documents import stored


@stored("check_run.merge_group", commit="commit", branch="branch", attempt="attempt", delay_seconds="delay_seconds")
@dataclass(frozen=True)
class ReportMergeGroup(Effect):
    """Report on a commit of the merge queue, which merges one or several pull requests. `branch` is its own branch.

    While the checks of one of them are not known, it is tried again after `delay_seconds`, for the `attempt`-th time.
    """

    commit: str
    branch: str
    attempt: int = 1
    delay_seconds: float = 0.0

    @property
    def key(self) -> str:
        return f"merge group {self.commit}"

    @property
    def tried_until_done(self) -> bool:
        return True  # no sweep finds it again


@stored("check_run.unrelated", commit="commit")
@dataclass(frozen=True)
class ReportUnrelated(Effect):
    """Report on the head of a pull request that is no upgrade, if its base branch requires the check."""

    commit: str

    @property
    def key(self) -> str:
        return f"check run {self.commit}"

    @property
    def tried_until_done(self) -> bool:
        return True  # no sweep finds it again
