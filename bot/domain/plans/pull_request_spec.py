"""What a pull request is made from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.github_models import Head
from bot.domain.plans.change_set import ChangeSet
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.compose import Difference


@dataclass(frozen=True)
class PullRequestSpec:
    """What a pull request is made from.

    The change set is planned on `base_head`. `tracker` is the tracker's URL, `note` what happened to the branch since
    the pull request was opened (None at first). `golden_diff` is how the golden file differs from that of
    `compared_with`. `reason` is why people want a rollback, start an upgrade before its slot, or
    prepare a version to which no instance may go next (often empty).
    """

    change: ChangeSet
    base_head: Head
    tracker: str
    requested_by: str
    note: Reason | None = None
    compared_with: Version | None = None
    golden_diff: Difference | None = None
    reason: str = ""
