"""What a change would do, before it is made."""

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
    """What prepares a version, or why nothing can; and how its golden file differs from that of the version before
    (both None where there is nothing to compare)."""

    plan: ChangeSet | Refusal
    previous_version: Version | None = None
    golden_diff: Difference | None = None


@dataclass(frozen=True)
class UpgradePreview:
    """What an upgrade would do: its plan, the preparation that would have to land first (None when it has), how the
    golden files of both versions differ, and what the files that would change say now (links: their targets)."""

    plan: ChangeSet | Refusal
    preparation: PreparationPreview | None = None
    golden_diff: Difference | None = None
    current_contents: Mapping[str, str] = field(default_factory=dict)

    @property
    def refusal(self) -> Reason | None:
        """Why there would be no upgrade; the preparation's own reason if that is in the way."""
        if not isinstance(self.plan, Refusal):
            return None
        first = self.preparation.plan if self.preparation else None
        return first.reason if isinstance(first, Refusal) else self.plan.reason

    @property
    def prerequisite_changes(self) -> tuple[FileChange, ...]:
        """The changes that would have to land first, in a pull request of their own."""
        plan = self.preparation.plan if self.preparation else None
        return plan.changes if isinstance(plan, ChangeSet) else ()
