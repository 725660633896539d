"""Why each file of a change set changes, and what a reviewer should know, one plain sentence each."""

from __future__ import annotations

from bot.domain.plans.change_set import ChangeSet
from bot.rendering.wording import describe


def describe_reasons(change: ChangeSet, within: str = "") -> list[str]:
    """The reasons; paths are shown without the folder `within`."""
    return [describe(reason.relative_to(within)) for reason in change.reasons]


def describe_warnings(change: ChangeSet) -> list[str]:
    """The warnings."""
    return [describe(warning) for warning in change.warnings]
