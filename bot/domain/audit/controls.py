"""What is missing of an upgrade's evidence for the SOC 2 controls that the process answers to: domain.md, "Rules"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.domain.audit import gaps
from bot.domain.audit.audit_record import proven_at
from bot.domain.audit.gaps import Control, Gap
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet
from bot.domain.health.failing import FailingChecks, failing_checks
from bot.domain.health.model import CheckResult, CheckState, worst_state
from bot.domain.reasons import Reason
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.changes import changes_of
from bot.domain.upgrade.dispatch import CLOCK_SKEW
from bot.domain.upgrade.four_eyes import is_bot, missing_approval
from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage

ALERTS, UPTIME = "alerts", "uptime"
"""The names of the two checks that controls ask for individually."""


@dataclass(frozen=True)
class AuditContext:
    """What an upgrade's record alone does not hold: the fleet, the version's tracker (None if there is none), and
    every upgrade to the version.

    `four_eyes` is whether only somebody else's approval counts than that of who requested the change.
    """

    fleet: Fleet
    tracker: TrackerRecord | None
    upgrades: Sequence[Upgrade]
    four_eyes: bool = True

    def is_internal(self, slug: str) -> bool:
        """Whether an instance is internal. One that is gone counts as a customer's, because customers need more
        proof."""
        known = (*self.fleet, *self.fleet.unreadable)
        return slug == FIRST_INSTANCE or any(one.internal for one in known if one.slug == slug)

    def first_done_by(self, at: datetime) -> bool:
        """Whether the first instance was proven healthy on the version by then, and no rollback of it had begun."""
        return any(since <= at and (until is None or at <= until) for since, until in self._first_done)

    @cached_property
    def _first_done(self) -> list[tuple[datetime, datetime | None]]:
        """The periods in which the first instance was proven; the end is None for one that lasts."""
        first = next((changes_of(one) for one in self.upgrades if one.slug == FIRST_INSTANCE), ())
        ends = [*(next_one.requested_at if next_one.rollback else None for next_one in first[1:]), None]
        times = [(proven_at(one), end) for one, end in zip(first, ends, strict=False) if one.rollback is None]
        return [(since, until) for since, until in times if since is not None]


def find_gaps(upgrade: Upgrade, context: AuditContext) -> tuple[Gap, ...]:
    """What is missing of a record for each control; empty if all are satisfied.

    An upgrade that was skipped or closed changed nothing, so that only its tracker has to be shown. Of an upgrade
    that was undone, the change itself has to be shown; the health is that of what came after it.
    """
    changes = changes_of(upgrade)
    effective = [one for one in changes if one.merged_at or (one is changes[-1] and not _changed_nothing(one))]
    found = list(_tracking(changes[0], context))
    for one in effective:
        if one is effective[-1]:
            found += _record_gaps(one, context, last=True)
        else:
            earlier = _record_gaps(one, context, last=False)
            found += [Gap(gap.control, gaps.EarlierGap(one.kind, gap.reason)) for gap in earlier]
    return tuple(found)


def _record_gaps(upgrade: Upgrade, context: AuditContext, *, last: bool) -> Iterator[Gap]:
    yield from _changes(upgrade, four_eyes=context.four_eyes)
    if upgrade.rollback is None:  # rollbacks skip the checks and the queue because they restore a safe state
        yield from _release(upgrade, context)
    if last or upgrade.deployment is not None:
        yield from _recovery(upgrade)
    if last:
        yield from _health(upgrade)
        yield from _check_passed(upgrade, ALERTS, Control.MONITORING)
        yield from _check_passed(upgrade, UPTIME, Control.UPTIME)
        yield from _check_passed(upgrade, ALERTS, Control.PERFORMANCE)


def _changed_nothing(upgrade: Upgrade) -> bool:
    return upgrade.stage in {Stage.SKIPPED, Stage.CLOSED} and upgrade.merged_at is None


def _changes(upgrade: Upgrade, *, four_eyes: bool) -> Iterator[Gap]:
    """CI-98: a pull request, at least one other person's approval, a person's merge (domain.md, "Rules")."""
    control = Control.CHANGES
    if upgrade.pull_request.number is None:
        yield Gap(control, gaps.NoPullRequest(upgrade.stage))
        return
    merged = upgrade.merged_at is not None
    missing = missing_approval(upgrade, four_eyes=four_eyes)
    if missing == ApprovalMissing(merged=merged):
        yield Gap(control, gaps.NotApproved(bool(upgrade.pull_request.approved_by), merged))
    elif missing is not None:
        yield Gap(control, gaps.NoApprovalCounts(missing))
    if not merged:
        yield Gap(control, gaps.NotMerged(upgrade.stage))
    elif not upgrade.pull_request.merged_by:
        yield Gap(control, gaps.MergerUnknown())
    elif is_bot(upgrade.pull_request.merged_by):
        yield Gap(control, gaps.MergedByBot(upgrade.pull_request.merged_by))


def _release(upgrade: Upgrade, context: AuditContext) -> Iterator[Gap]:
    """CI-100: healthy before the upgrade, and internal instances before customers, or an operator's reason."""
    if upgrade.force:
        return
    if not upgrade.verification.before:
        yield Gap(Control.RELEASES, gaps.NoPreUpgradeChecks(upgrade.merged_at is not None))
    elif worst_state(upgrade.verification.before) is not CheckState.PASS:
        yield Gap(Control.RELEASES, gaps.UnhealthyBefore(failing_checks(upgrade.verification.before)))
    if context.is_internal(upgrade.slug) or upgrade.merged_at is None:
        return
    if not context.first_done_by(upgrade.merged_at):
        yield Gap(Control.RELEASES, gaps.FirstInstanceNotDone())


def _tracking(first: Upgrade, context: AuditContext) -> Iterator[Gap]:
    """CI-108: a tracker, which lists every instance that has a record; and a record of whatever was undone."""
    if context.tracker is None:
        yield Gap(Control.TRACKING, gaps.NoTracker())
    if first.rollback is not None:
        yield Gap(Control.TRACKING, gaps.UndoneUpgradeUnknown())


def _health(upgrade: Upgrade) -> Iterator[Gap]:
    """CI-109: every check passes after the deployment, and has for long enough to end the upgrade."""
    end = Stage.DONE if upgrade.rollback is None else Stage.ROLLED_BACK
    failing = _failing(upgrade.verification.after)
    if upgrade.stage is not end:
        checks = failing if upgrade.verification.after else None
        yield Gap(Control.HEALTH, gaps.NotFinished(upgrade.stage, end, upgrade.merged_at is not None, checks))
    elif failing is not None:
        yield Gap(Control.HEALTH, gaps.UnhealthyAfter(end, failing))


def _failing(results: Sequence[CheckResult]) -> FailingChecks | None:
    return None if worst_state(results) is CheckState.PASS else failing_checks(results)


def _check_passed(upgrade: Upgrade, name: str, control: Control) -> Iterator[Gap]:
    """CI-86 and CI-87, CI-25: that check was among those that passed after the deployment."""
    found = next((result for result in upgrade.verification.after if result.name == name), None)
    if found is None or found.state is not CheckState.PASS:
        yield Gap(control, gaps.CheckNotPassed(control, name, found.state if found else None))


def _recovery(upgrade: Upgrade) -> Iterator[Gap]:
    """CI-110: backups of the database and the disk were ready before the deployment was requested."""
    for kind in BackupKind:
        reason = _recovery_gap(upgrade, kind)
        if reason is not None:
            yield Gap(Control.RECOVERY, reason)


def _recovery_gap(upgrade: Upgrade, kind: BackupKind) -> Reason | None:
    backups = [backup for backup in upgrade.backups if backup.kind is kind]
    unready = [backup for backup in backups if backup.state is not BackupState.READY]
    if upgrade.deployment is None:
        return gaps.BackupNotReady(kind, upgrade.stage) if unready or not backups else None
    if not backups:
        return gaps.BackupNotTaken(kind)
    if unready:
        return gaps.BackupIncomplete(kind, unready[0].name, unready[0].state)
    latest_start = upgrade.deployment.requested_at + CLOCK_SKEW
    return gaps.BackupTooLate(kind) if any(backup.created_at > latest_start for backup in backups) else None
