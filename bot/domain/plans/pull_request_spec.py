"""What a pull request is made from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.github_models import Head
from bot.domain.plans.change_set import ChangeSet
from bot.domain.versions import Version
from bot.formats.compose import Difference


@dataclass(frozen=True)
class PullRequestSpec:
    """What a pull request is made from: the change set, the base branch it is planned on, the tracker's URL, who
    asked, what happened to the branch since (nothing at first), how the golden file of the version differs from
    that of another, which it names, and why people want it or let it go before its turn (nothing mostly)."""

    change: ChangeSet
    base_head: Head
    tracker: str
    requested_by: str
    note: str = ""
    compared_with: Version | None = None
    golden_diff: Difference | None = None
    reason: str = ""
