"""Which waiting upgrades may start, and why the others wait (domain.md, "Rules": internal instances first, five at
once)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet, Instance, InstanceType
from bot.domain.health.model import CheckState, worst_state
from bot.domain.reasons import Reason
from bot.domain.rollout.reasons import (
    FirstInstanceInDeployment,
    FirstInstanceNotReady,
    FirstInstanceProblem,
    Forceable,
    InstanceInFlight,
    InternalInstancesRed,
    LeftOut,
    RolloutHalted,
    SlotsTaken,
)
from bot.domain.upgrade.record import IN_DEPLOYMENT, IN_FLIGHT, Stage, Upgrade
from bot.domain.versions import Version


@dataclass(frozen=True)
class SlotDecision:
    """Whether a waiting upgrade starts; if not, the reason."""

    upgrade: Upgrade
    starts: bool
    reason: Reason | None = None


@dataclass(frozen=True)
class RolloutState:
    """The fleet, every upgrade's record, and what else decides who may start.

    `unready` says why no upgrade to a version can start. `first_instance_healthy` says of a version whether the first
    instance's checks pass although no record tells; a version is absent if nobody looked.
    """

    fleet: Fleet
    upgrades: Sequence[Upgrade]
    max_in_flight: int
    unready: Mapping[Version, Reason]
    first_instance_healthy: Mapping[Version, bool]

    @cached_property
    def _by_key(self) -> dict[tuple[str, Version], Upgrade]:
        return {(upgrade.slug, upgrade.version): upgrade for upgrade in self.upgrades}

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        return self._by_key.get((slug, version))


def decide_slots(rollout: RolloutState) -> Iterator[SlotDecision]:
    """The decision on every waiting upgrade, in the order of work: versions first, then the tracker's order.

    An upgrade that waits for the order or for its version lets those behind it pass. One that waits for a free slot
    does not.
    """
    order = {instance.slug: place for place, instance in enumerate(rollout.fleet)}
    waiting = [upgrade for upgrade in rollout.upgrades if upgrade.stage is Stage.WAITING]
    waiting.sort(key=lambda u: (u.version, order.get(u.slug, len(order)), u.slug))
    in_flight = sum(1 for upgrade in rollout.upgrades if upgrade.stage in IN_FLIGHT)
    busy = {upgrade.slug for upgrade in rollout.upgrades if upgrade.stage in IN_FLIGHT}
    for upgrade in waiting:
        obstacle = _obstacle(upgrade, rollout, busy)
        if obstacle is not None:
            yield SlotDecision(upgrade, False, obstacle)
        elif in_flight >= rollout.max_in_flight:
            yield SlotDecision(upgrade, False, SlotsTaken(rollout.max_in_flight))
        else:
            in_flight += 1
            busy.add(upgrade.slug)
            yield SlotDecision(upgrade, True)


def _obstacle(upgrade: Upgrade, rollout: RolloutState, busy: set[str]) -> Reason | None:
    """Why an upgrade can't start now even if a slot is free; None when it can. `busy` are the instances in flight."""
    if upgrade.version in rollout.unready:
        return rollout.unready[upgrade.version]
    if upgrade.slug in busy:
        return InstanceInFlight()
    instance = rollout.fleet.get(upgrade.slug)
    if instance is None or upgrade.force:
        return None
    obstacle = rollout_halted(upgrade, rollout.upgrades, rollout.fleet) or order_gate(
        instance, upgrade.version, rollout
    )
    return Forceable(obstacle) if obstacle else None


def rollout_halted(upgrade: Upgrade, others: Iterable[Upgrade], fleet: Fleet) -> RolloutHalted | None:
    """Why the rollout is halted for an upgrade, or None. Another upgrade to its version failed after its merge, and
    nobody has seen to it yet. A rollback is never halted because it restores a safe state."""
    failed = sorted(
        other.slug
        for other in others
        if other.version == upgrade.version and other.slug != upgrade.slug and halts_rollout(other)
    )
    if not failed or upgrade.rollback is not None:
        return None
    named = [slug if fleet.get(slug) else None for slug in failed]
    return RolloutHalted(upgrade.version, tuple(dict.fromkeys(named)))


def skipped_since_merge(upgrade: Upgrade, fleet: Fleet) -> LeftOut | None:
    """Why a merged upgrade waits whose instance was taken out of release upgrades since, or None (domain.md,
    "Rules"). A rollback never waits for that because it restores a safe state."""
    instance = fleet.get(upgrade.slug)
    if instance is None or upgrade.rollback is not None or not instance.skip_reason:
        return None
    return LeftOut(instance.skip_reason)


def halts_rollout(upgrade: Upgrade) -> bool:
    """Whether no other upgrade to its version may start before a person has seen to it."""
    return upgrade.stage is Stage.FAILED and upgrade.merged_at is not None


def order_gate(instance: Instance, version: Version, rollout: RolloutState) -> Reason | None:
    """Why the order keeps an instance waiting, or None when it may start.

    No customer's instance is upgraded until the first instance has been upgraded to the version and is healthy, and
    no production instance while an internal one is red.
    """
    if instance.internal:
        return None
    first = _first_instance_gate(version, rollout)
    if first is not None or instance.type is not InstanceType.PRODUCTION:
        return first
    internal = [one.slug for one in rollout.fleet if one.internal]
    red = [slug for slug in internal if (found := rollout.upgrade(slug, version)) and is_red(found)]
    return InternalInstancesRed(tuple(red)) if red else None


def _first_instance_gate(version: Version, rollout: RolloutState) -> Reason | None:
    """Why the first instance keeps customers' instances waiting, or None."""
    first = rollout.fleet.get(FIRST_INSTANCE)
    record = rollout.upgrade(FIRST_INSTANCE, version)
    if record is not None and record.stage is Stage.DONE:
        return None
    if first is None or first.version < version:
        return FirstInstanceNotReady(FIRST_INSTANCE, version, FirstInstanceProblem.NOT_UPGRADED)
    if record is not None and is_red(record):
        return FirstInstanceNotReady(FIRST_INSTANCE, version, FirstInstanceProblem.RED)
    if record is not None and record.stage in IN_DEPLOYMENT:
        return FirstInstanceInDeployment(FIRST_INSTANCE, record.stage)
    if not rollout.first_instance_healthy.get(version, False):
        return FirstInstanceNotReady(FIRST_INSTANCE, version, FirstInstanceProblem.CHECKS_NOT_PASSING)
    return None


def is_red(upgrade: Upgrade) -> bool:
    """Whether an upgrade left its instance red: its checks are, it failed after its merge, or it was undone."""
    if upgrade.stage is Stage.CLOSED:
        return False
    if upgrade.rollback is not None or halts_rollout(upgrade):
        return True
    return worst_state(upgrade.verification.after or upgrade.verification.before) is CheckState.FAIL


def needs_health_check(rollout: RolloutState, version: Version) -> bool:
    """Whether only a look at the first instance tells that it is healthy: it runs the version, and no record says."""
    first = rollout.fleet.get(FIRST_INSTANCE)
    record = rollout.upgrade(FIRST_INSTANCE, version)
    known = record is not None and (record.stage in IN_DEPLOYMENT | {Stage.DONE} or is_red(record))
    return first is not None and first.version >= version and not known
