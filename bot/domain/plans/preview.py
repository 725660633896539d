"""Previews: what a change would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.git_tree import FileChange
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.compose import Difference


@dataclass(frozen=True)
class PreparationPreview:
    """The plan of a preparation, and how its golden file differs from that of an earlier version (None if there is no
    earlier one)."""

    plan: ChangeSet | Refusal
    previous_version: Version | None = None
    golden_diff: Difference | None = None


@dataclass(frozen=True)
class UpgradePreview:
    """The plan of an upgrade, and what it depends on.

    `preparation` has to be merged first (None if it is). `golden_diff` is the difference of the golden files of both
    versions. `current_contents` are the files that would change, as they are now (links: their targets).
    """

    plan: ChangeSet | Refusal
    preparation: PreparationPreview | None = None
    golden_diff: Difference | None = None
    current_contents: Mapping[str, str] = field(default_factory=dict)

    @property
    def refusal(self) -> Reason | None:
        """Why the upgrade is refused, or None. It is the preparation's reason if that one is refused."""
        if not isinstance(self.plan, Refusal):
            return None
        first = self.preparation.plan if self.preparation else None
        return first.reason if isinstance(first, Refusal) else self.plan.reason

    @property
    def prerequisite_changes(self) -> tuple[FileChange, ...]:
        """The changes that have to be merged first, in a pull request of their own."""
        plan = self.preparation.plan if self.preparation else None
        return plan.changes if isinstance(plan, ChangeSet) else ()
