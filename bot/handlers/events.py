"""What each event of GitHub starts."""

from __future__ import annotations

from typing import Protocol

from bot.domain.chat.effects import HandleComment
from bot.domain.effects import Effect
from bot.domain.flow.events import (
    CommentCreated,
    CommitChecksChanged,
    IssueLabeled,
    MergeGroupRequested,
    OtherPullChanged,
    PreparationChanged,
    TextEdited,
    UpgradeChanged,
    WorkflowRunChanged,
)
from bot.domain.tracker.effects import EnsureTracker, NoteTrackerEdit
from bot.domain.upgrade.check_effects import ReportMergeGroup, ReportUnrelated
from bot.domain.upgrade.effects import Advance, AdvancePreparation
from bot.domain.upgrade.record import Stage, Upgrade
from bot.handlers.dispatch import handles
from bot.ports.store import TrackerReader, UpgradeReader


class _Store(UpgradeReader, TrackerReader, Protocol):
    """What the handler looks up."""


class EventHandler:
    """Turns events into effects."""

    def __init__(self, store: _Store) -> None:
        self._store = store

    @handles
    def issue_labeled(self, event: IssueLabeled) -> list[Effect]:
        return [EnsureTracker(event.version, event.number, event.by)]

    @handles
    def text_edited(self, event: TextEdited) -> list[Effect]:
        edited = (tracker for tracker in self._store.trackers() if tracker.issue == event.issue)
        return [
            NoteTrackerEdit(str(tracker.version), event.comment)
            for tracker in edited
            if event.comment in {0, *tracker.parts}
        ]

    @handles
    def comment_created(self, event: CommentCreated) -> list[Effect]:
        found_by = f"webhook {event.delivery}".rstrip()
        return [HandleComment(event.comment, event.issue, event.version, event.body, event.author, found_by)]

    @handles
    def upgrade_changed(self, event: UpgradeChanged) -> list[Effect]:
        return [Advance(event.slug, event.version)]

    @handles
    def preparation_changed(self, event: PreparationChanged) -> list[Effect]:
        return [AdvancePreparation(event.version)]

    @handles
    def commit_checks_changed(self, event: CommitChecksChanged) -> list[Effect]:
        return [_advance(upgrade) for upgrade in self._store.upgrades_by_head(event.commit)]

    @handles
    def merge_group_requested(self, event: MergeGroupRequested) -> list[Effect]:
        return [ReportMergeGroup(event.commit, event.branch)]

    @handles
    def other_pull_changed(self, event: OtherPullChanged) -> list[Effect]:
        return [ReportUnrelated(event.commit)]

    @handles
    def workflow_run_changed(self, event: WorkflowRunChanged) -> list[Effect]:
        unfinished = self._store.unfinished_upgrades()
        return [_advance(upgrade) for upgrade in unfinished if _may_be_run_of(upgrade, event)]


def _advance(upgrade: Upgrade) -> Effect:
    return Advance(upgrade.slug, str(upgrade.version))


def _may_be_run_of(upgrade: Upgrade, event: WorkflowRunChanged) -> bool:
    """Whether the run is that of the upgrade, or the upgrade's run is still unknown and this may be it."""
    deployment = upgrade.deployment
    if upgrade.stage is not Stage.DEPLOYING:
        return False
    if deployment is None or deployment.run_id is None:
        return deployment is not None or upgrade.pull_request.merge_commit == event.commit
    return deployment.run_id == event.run
