"""What is missing of an upgrade's evidence for the SOC 2 controls that the process answers to: domain.md, "Rules"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from bot.domain.audit.audit_record import audit_records, proven_at
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet
from bot.domain.health.model import CheckState, worst_state
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import BackupKind, BackupState
from bot.domain.upgrade.deployment import describe_failing_checks
from bot.domain.upgrade.dispatch import CLOCK_SKEW
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import MIBOT

ALERTS, UPTIME = "alerts", "uptime"
"""The names of the two checks that controls ask for by themselves."""
_BACKUP_HINT = "name one from before it that people or the workflow took, and say /backup to have one now"


class Control(StrEnum):
    """The controls by their numbers, as domain.md names them."""

    CHANGES = "CI-98"
    RELEASES = "CI-100"
    TRACKING = "CI-108"
    HEALTH = "CI-109"
    MONITORING = "CI-86"
    UPTIME = "CI-87"
    PERFORMANCE = "CI-25"
    RECOVERY = "CI-110"


@dataclass(frozen=True)
class Gap:
    """What is missing for a control: one sentence that says so, and what to do. It may hold people's words."""

    control: Control
    sentence: str


@dataclass(frozen=True)
class AuditContext:
    """What an upgrade's record alone does not tell: the fleet, the version's tracker if there is one, and every
    upgrade to the version."""

    fleet: Fleet
    tracker: TrackerRecord | None
    upgrades: Sequence[Upgrade]

    def is_internal(self, slug: str) -> bool:
        """Whether an instance is internal; one that is gone counts as a customer's, for which more is asked."""
        known = (*self.fleet, *self.fleet.unreadable)
        return slug == FIRST_INSTANCE or any(one.internal for one in known if one.slug == slug)

    def first_done_by(self, at: datetime) -> bool:
        """Whether the first instance was proven healthy on the version by then, and nobody had begun to undo it."""
        return any(since <= at and (until is None or at <= until) for since, until in self._first_done)

    @cached_property
    def _first_done(self) -> list[tuple[datetime, datetime | None]]:
        """From when until when the first instance was proven, each time."""
        first = next((audit_records(one) for one in self.upgrades if one.slug == FIRST_INSTANCE), ())
        ends = [*(next_one.asked_at if next_one.back else None for next_one in first[1:]), None]
        times = [(proven_at(one), end) for one, end in zip(first, ends, strict=False) if one.back is None]
        return [(since, until) for since, until in times if since is not None]


def find_gaps(upgrade: Upgrade, around: AuditContext) -> tuple[Gap, ...]:
    """What is missing of a record for each control; nothing when all are satisfied.

    An upgrade that was skipped or closed changed nothing, so that there is only its tracker to show. Of one that was
    undone, the change itself has to be shown; the health is that of what came after it.
    """
    told_all = audit_records(upgrade)
    changed = [one for one in told_all if one.merged_at or (one is told_all[-1] and not _changed_nothing(one))]
    gaps = list(_tracking(told_all[0], around))
    for one in changed:
        last = one is changed[-1]
        words = "" if last else f"About the earlier {one.kind}: "
        gaps += [Gap(gap.control, f"{words}{gap.sentence}") for gap in _record_gaps(one, around, last=last)]
    return tuple(gaps)


def _record_gaps(upgrade: Upgrade, around: AuditContext, *, last: bool) -> Iterator[Gap]:
    yield from _changes(upgrade)
    if upgrade.back is None:  # a rollback waits for no check and for nobody's turn: it makes things safe
        yield from _release(upgrade, around)
    if last or upgrade.deployment is not None:
        yield from _recovery(upgrade)
    if last:
        yield from _health(upgrade)
        yield from _check_passed(upgrade, ALERTS, Control.MONITORING, "no critical alert was open")
        yield from _check_passed(upgrade, UPTIME, Control.UPTIME, "the front page could be reached")
        yield from _check_passed(upgrade, ALERTS, Control.PERFORMANCE, "search was fast enough (99th percentile)")


def _changed_nothing(upgrade: Upgrade) -> bool:
    return upgrade.stage in {Stage.SKIPPED, Stage.CLOSED} and upgrade.merged_at is None


def is_bot(login: str) -> bool:
    """Whether no person stands behind a login."""
    return login.lower().endswith("[bot]") or login.lower() == MIBOT


def _changes(upgrade: Upgrade) -> Iterator[Gap]:
    """CI-98: a pull request, at least one person's approval, a person's merge (domain.md, "Rules")."""
    control = Control.CHANGES
    if upgrade.number is None:
        yield Gap(control, f"There is no pull request, and it is {upgrade.stage}: see to it that one is opened.")
        return
    merged = upgrade.merged_at is not None
    if all(map(is_bot, upgrade.approved_by)):
        nobody = "Only bots approved" if upgrade.approved_by else "Nobody approved"
        when = "before its merge: have a person review it now" if merged else "yet: have a person review it"
        yield Gap(control, f"{nobody} the pull request {when}.")
    if not merged:
        yield Gap(control, f"The pull request is not merged, it is {upgrade.stage}: merge it, or close it.")
    elif not upgrade.merged_by:
        yield Gap(control, "It is not known who merged the pull request: look there, and note who it was.")
    elif is_bot(upgrade.merged_by):
        words = f"No person merged the pull request, but {upgrade.merged_by}: note who decided that."
        yield Gap(control, words)


def _release(upgrade: Upgrade, around: AuditContext) -> Iterator[Gap]:
    """CI-100: healthy before the upgrade, and internal instances before customers, or an operator's reason."""
    if upgrade.forced:
        return
    if not upgrade.before:
        how = "show its health then from the monitoring" if upgrade.merged_at else "they run before the deployment"
        yield Gap(Control.RELEASES, f"No health check ran before the upgrade, and nobody forced it: {how}.")
    elif worst_state(upgrade.before) is not CheckState.PASS:
        words = f"Before the upgrade, {describe_failing_checks(upgrade.before)}, and nobody forced it"
        yield Gap(Control.RELEASES, f"{words}: have an operator note why it could go all the same.")
    if around.is_internal(upgrade.slug) or upgrade.merged_at is None:
        return
    if not around.first_done_by(upgrade.merged_at):
        words = f"No record shows that {FIRST_INSTANCE} was done before this was merged, and nobody forced it"
        yield Gap(Control.RELEASES, f"{words}: show how {FIRST_INSTANCE} was, or have an operator note the reason.")


def _tracking(first: Upgrade, around: AuditContext) -> Iterator[Gap]:
    """CI-108: a tracker, which lists every instance that has a record; and a record of whatever was undone."""
    if around.tracker is None:
        words = "There is no tracker that lists it: hand the release issue to mibot by its label."
        yield Gap(Control.TRACKING, words)
    if first.back is not None:
        words = "mibot has no record of the upgrade that was undone: show its pull request, approval and checks."
        yield Gap(Control.TRACKING, words)


def _health(upgrade: Upgrade) -> Iterator[Gap]:
    """CI-109: every check passes after the deployment, and has for long enough to end the upgrade."""
    end = Stage.DONE if upgrade.back is None else Stage.ROLLED_BACK
    how_it_is = (
        f"after the deployment, {describe_failing_checks(upgrade.after)}"
        if worst_state(upgrade.after) is not CheckState.PASS
        else ""
    )
    if upgrade.stage is not end:
        checks = f", and {how_it_is}" if upgrade.after and how_it_is else ""
        otherwise = "go back with /rollback" if upgrade.merged_at else "close its pull request"
        yield Gap(Control.HEALTH, f"It is {upgrade.stage}, not {end}{checks}: see it through, or {otherwise}.")
    elif how_it_is:
        words = f"It is {end}, but {how_it_is}: repair what is wrong, and show with /check that all is well."
        yield Gap(Control.HEALTH, words)


def _check_passed(upgrade: Upgrade, name: str, control: Control, meaning: str) -> Iterator[Gap]:
    """CI-86 and CI-87, CI-25: that check was among those that passed after the deployment."""
    found = next((result for result in upgrade.after if result.name == name), None)
    if found is not None and found.state is CheckState.PASS:
        return
    how = "did not run" if found is None else f"was {found.state}"
    words = f"Nothing shows that {meaning} after the deployment, for the check {name} {how}"
    yield Gap(control, f"{words}: see to it, then say /check.")


def _recovery(upgrade: Upgrade) -> Iterator[Gap]:
    """CI-110: the database and the disk were copied, and ready, before the deployment was asked for."""
    for kind in BackupKind:
        copies = [copy for copy in upgrade.copies if copy.kind is kind]
        unready = [copy for copy in copies if copy.state is not BackupState.READY]
        if upgrade.deployment is None:
            if unready or not copies:
                words = f"There is no {kind} that is ready, and it is {upgrade.stage}"
                yield Gap(Control.RECOVERY, f"{words}: see that there is one before its deployment.")
        elif not copies:
            words = f"No {kind} was taken before the deployment"
            yield Gap(Control.RECOVERY, f"{words}: {_BACKUP_HINT}.")
        elif unready:
            words = f"The {kind} {unready[0].name or 'without a name'} is {unready[0].state}, not ready"
            yield Gap(Control.RECOVERY, f"{words}: {_BACKUP_HINT}.")
        elif any(copy.made_at > upgrade.deployment.asked_at + CLOCK_SKEW for copy in copies):
            words = f"The {kind} was begun after the deployment had been asked for"
            yield Gap(Control.RECOVERY, f"{words}: {_BACKUP_HINT}.")
