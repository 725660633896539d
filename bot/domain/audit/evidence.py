"""Everything that an auditor asks about one version: per instance what was done, by whom, with which result, and what
is missing (domain.md, "Rules": "must be provable later").

People outside the deployment repository read the evidence, so that it names customers by their account issues only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.audit.audit_record import AuditRecord, audit_record, public_link
from bot.domain.audit.controls import AuditContext, find_gaps
from bot.domain.audit.gaps import Gap
from bot.domain.fleet.config_file import CONFIG_FILE
from bot.domain.fleet.model import Fleet, Instance, InstanceType, UnreadableInstance
from bot.domain.fleet.names import plain_name, public_name, unreadable_name
from bot.domain.fleet.problems import InstanceFileProblem, UnusableInstanceFile
from bot.domain.fleet.redaction import Redact, redact_value, redactor
from bot.domain.reasons import Reason
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.changes import changes_of
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.formats.markdown import Markdown

REMOVED_INSTANCE = "an instance that is no longer in the fleet"
_REMOVED = UnusableInstanceFile(CONFIG_FILE, InstanceFileProblem.MISSING)


@dataclass(frozen=True)
class InstanceName:
    """An instance's name outside the deployment repository, as plain text and as Markdown. `ordinal` says which of
    its account's instances it is; `type` is None if unknown."""

    plain: str
    public: Markdown
    ordinal: int = 1
    type: InstanceType | None = None


@dataclass(frozen=True)
class InstanceEvidence:
    """One instance that has a record: its changes, oldest first, and what is missing for which control."""

    name: InstanceName
    audit_records: tuple[AuditRecord, ...]
    gaps: tuple[Gap, ...]

    @property
    def last(self) -> AuditRecord:
        return self.audit_records[-1]

    @property
    def upgraded(self) -> bool:
        """Whether its last change brought it to the version, proven healthy."""
        return self.last.stage is Stage.DONE


class UnrecordedState(StrEnum):
    """The state of an instance without a record. The evidence documents have these values."""

    NOT_STARTED = "not started"
    SKIPPED = "skipped"
    ALREADY_THERE = "already there"
    UNREADABLE = "can't be read"


@dataclass(frozen=True)
class BroughtByHand(Reason):
    """The instance runs the version, but mibot did not upgrade it."""

    version: Version


@dataclass(frozen=True)
class RunsLater(Reason):
    """The instance runs a later version, this one."""

    version: Version


@dataclass(frozen=True)
class NotRequested(Reason):
    """The instance runs an earlier version, this one, and nobody has requested its upgrade."""

    version: Version


@dataclass(frozen=True)
class UnrecordedInstance:
    """One instance of the fleet without a record, its state, and why."""

    name: InstanceName
    state: UnrecordedState
    reason: Reason

    @property
    def upgraded(self) -> bool:
        """Whether it runs the version or a later one all the same."""
        return self.state is UnrecordedState.ALREADY_THERE


@dataclass(frozen=True)
class Evidence:
    """The evidence of one version. `tracker` is its tracker's URL (empty if there is none), `counts` how many records
    end in which stage; `entries` and `unrecorded` are in order of work. No text in it has a customer's name."""

    version: Version
    tracker: str
    generated_at: datetime
    counts: tuple[tuple[str, int], ...]
    entries: tuple[InstanceEvidence, ...]
    unrecorded: tuple[UnrecordedInstance, ...]

    @property
    def total(self) -> int:
        """The number of instances, with a record or without."""
        return len(self.entries) + len(self.unrecorded)

    @property
    def not_upgraded(self) -> tuple[tuple[str, int], ...]:
        """How many instances are not upgraded, by the stage or state that they are in."""
        states = [str(entry.last.stage) for entry in self.entries if not entry.upgraded]
        states += [str(one.state) for one in self.unrecorded if not one.upgraded]
        return tuple(Counter(states).items())

    @property
    def incomplete(self) -> tuple[InstanceEvidence, ...]:
        """The entries of which something is missing."""
        return tuple(entry for entry in self.entries if entry.gaps)


def collect_evidence(
    version: Version,
    fleet: Fleet,
    upgrades: Sequence[Upgrade],
    tracker: TrackerRecord | None,
    now: datetime,
    *,
    four_eyes: bool = True,
) -> Evidence:
    """The evidence of `version` at `now` (UTC), from every record of an upgrade to it and the fleet as it is now.

    `four_eyes` is whether only somebody else's approval counts than that of who requested the change.
    """
    positions = {instance.slug: position for position, instance in enumerate(fleet)}
    mine = sorted(upgrades, key=lambda one: (positions.get(one.slug, len(positions)), one.slug))
    redact = _redactor(fleet, mine)
    context = AuditContext(fleet, tracker, mine, four_eyes)
    stages = Counter(upgrade.stage for upgrade in mine)
    return Evidence(
        version,
        public_link(tracker.url) if tracker else "",
        now,
        tuple((stage.value, stages[stage]) for stage in Stage if stages[stage]),
        tuple(_entry(upgrade, context, redact) for upgrade in mine),
        tuple(_unrecorded(version, fleet, {upgrade.slug for upgrade in mine}, redact)),
    )


def _redactor(fleet: Fleet, upgrades: Iterable[Upgrade]) -> Redact:
    """The fleet's redactor, which also knows the slugs of instances that are gone."""
    known = {one.slug for one in (*fleet, *fleet.unreadable)}
    gone = (UnreadableInstance(upgrade.slug, _REMOVED) for upgrade in upgrades if upgrade.slug not in known)
    return redactor(replace(fleet, unreadable=(*fleet.unreadable, *gone)))


def _entry(upgrade: Upgrade, context: AuditContext, redact: Redact) -> InstanceEvidence:
    gaps = redact_value(find_gaps(upgrade, context), redact)
    changes = (audit_record(one, redact) for one in changes_of(upgrade))
    return InstanceEvidence(_name(upgrade.slug, context.fleet), tuple(changes), gaps)


def _unrecorded(version: Version, fleet: Fleet, recorded: set[str], redact: Redact) -> Iterable[UnrecordedInstance]:
    for instance in fleet:
        if instance.slug not in recorded:
            state, reason = _why_unrecorded(instance, version)
            yield UnrecordedInstance(_name(instance.slug, fleet), state, redact_value(reason, redact))
    for problem in fleet.unreadable:
        if problem.slug not in recorded:
            reason = redact_value(problem.reason, redact)
            state = UnrecordedState.SKIPPED if problem.suspended else UnrecordedState.UNREADABLE
            yield UnrecordedInstance(_name(problem.slug, fleet), state, reason)


def _why_unrecorded(instance: Instance, version: Version) -> tuple[UnrecordedState, Reason]:
    if instance.skip_reason:
        return UnrecordedState.SKIPPED, instance.skip_reason
    if instance.version == version:
        return UnrecordedState.ALREADY_THERE, BroughtByHand(version)
    if instance.version > version:
        return UnrecordedState.ALREADY_THERE, RunsLater(instance.version)
    return UnrecordedState.NOT_STARTED, NotRequested(instance.version)


def _name(slug: str, fleet: Fleet) -> InstanceName:
    instance = fleet.get(slug)
    if instance is not None:
        return InstanceName(plain_name(instance), public_name(instance), instance.ordinal, instance.type)
    problem = next((one for one in fleet.unreadable if one.slug == slug), None)
    if problem is None:
        return InstanceName(REMOVED_INSTANCE, Markdown(REMOVED_INSTANCE))
    number = f"#{problem.ordinal}" if problem.ordinal > 1 else ""
    plain = f"{problem.account}{number}" if problem.account else str(unreadable_name(problem))
    kind = InstanceType.INTERNAL if problem.internal else None
    return InstanceName(problem.slug if problem.internal else plain, unreadable_name(problem), problem.ordinal, kind)
