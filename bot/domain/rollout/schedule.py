"""The order of work as a gate, and whose turn it is (domain.md, "Rules": internal instances first, five at once)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet, Instance, InstanceType, MarkedSkipped, SkipReason
from bot.domain.health.model import CheckState, worst_state
from bot.domain.upgrade.record import IN_DEPLOYMENT, IN_FLIGHT, Stage, Upgrade
from bot.domain.versions import Version

FORCE_HINT = 'an operator can let it go first, with --force "reason"'


@dataclass(frozen=True)
class SlotDecision:
    """What becomes of a waiting upgrade: it goes, or waits on, for a reason that people read behind "waiting: "."""

    upgrade: Upgrade
    starts: bool
    reason: str = ""


@dataclass(frozen=True)
class RolloutState:
    """How all upgrades stand: the fleet, every record, whether each waited-for version can be upgraded to.

    `unready` says of a version why no upgrade to it can begin; `first_is_green` says of a version whether the
    checks of the first instance are green although no record tells (None: nobody looked).
    """

    fleet: Fleet
    upgrades: Sequence[Upgrade]
    limit: int
    unready: Mapping[Version, str]
    first_is_green: Mapping[Version, bool]

    @cached_property
    def _by_key(self) -> dict[tuple[str, Version], Upgrade]:
        return {(upgrade.slug, upgrade.version): upgrade for upgrade in self.upgrades}

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        return self._by_key.get((slug, version))


def decide_slots(standing: RolloutState) -> Iterator[SlotDecision]:
    """What becomes of every waiting upgrade, in the order of work: versions first, then the tracker's order.

    Whoever is held up by the order or by the version lets those behind it pass; whoever has to wait for a free
    place does not.
    """
    order = {instance.slug: place for place, instance in enumerate(standing.fleet)}
    waiting = [upgrade for upgrade in standing.upgrades if upgrade.stage is Stage.WAITING]
    waiting.sort(key=lambda u: (u.version, order.get(u.slug, len(order)), u.slug))
    flying = sum(1 for upgrade in standing.upgrades if upgrade.stage in IN_FLIGHT)
    going: set[str] = {upgrade.slug for upgrade in standing.upgrades if upgrade.stage in IN_FLIGHT}
    for upgrade in waiting:
        obstacle = _obstacle(upgrade, standing, going)
        if obstacle:
            yield SlotDecision(upgrade, False, obstacle)
        elif flying >= standing.limit:
            others = "1 upgrade is" if standing.limit == 1 else f"{standing.limit} upgrades are"
            yield SlotDecision(upgrade, False, f"for its turn, {others} in flight")
        else:
            flying += 1
            going.add(upgrade.slug)
            yield SlotDecision(upgrade, True)


def _obstacle(upgrade: Upgrade, standing: RolloutState, going: set[str]) -> str:
    """Why an upgrade can't go now, other than for want of a place; nothing when it can."""
    if upgrade.version in standing.unready:
        return standing.unready[upgrade.version]
    if upgrade.slug in going:
        return "for the other upgrade of this instance, which is in flight"
    instance = standing.fleet.get(upgrade.slug)
    if instance is None or upgrade.force:
        return ""
    stopped = rollout_halted(upgrade, standing.upgrades, standing.fleet)
    if stopped:
        return f"{stopped}; {FORCE_HINT}"
    closed = order_gate(instance, upgrade.version, standing)
    return f"{closed}; {FORCE_HINT}" if closed else ""


def rollout_halted(upgrade: Upgrade, others: Iterable[Upgrade], fleet: Fleet) -> str:
    """Why the line is stopped for an upgrade, or nothing: another one to its version failed after its merge, and
    nobody has seen to it yet. A rollback is never stopped, for it makes things safe.

    What is no longer in the fleet has no name: nobody could tell any more that it is a customer's.
    """
    failed = sorted(
        other.slug
        for other in others
        if other.version == upgrade.version and other.slug != upgrade.slug and halts_rollout(other)
    )
    if not failed or upgrade.rollback is not None:
        return ""
    named = [slug if fleet.get(slug) else "an instance that is no longer in the fleet" for slug in failed]
    return f"for {', '.join(dict.fromkeys(named))}, whose upgrade to {upgrade.version} failed: the line is stopped"


def skipped_since_merge(upgrade: Upgrade, fleet: Fleet) -> str:
    """Why a merged upgrade waits whose instance has been taken out of release upgrades since, or nothing (domain.md,
    "Rules"). A rollback never does, for it makes things safe."""
    instance = fleet.get(upgrade.slug)
    if instance is None or upgrade.rollback is not None or not instance.skip_reason:
        return ""
    return f"until it takes part in release upgrades again: {_skip_words(instance.skip_reason)}"


def _skip_words(reason: SkipReason) -> str:
    """The reason in words, until a gate returns a reason."""
    return (
        (reason.words or "marked to be skipped")
        if isinstance(reason, MarkedSkipped)
        else f"release channel is {reason.channel}"
    )


def halts_rollout(upgrade: Upgrade) -> bool:
    """Whether nothing further to its version may start before a person has seen to it."""
    return upgrade.stage is Stage.FAILED and upgrade.merged_at is not None


def order_gate(instance: Instance, version: Version, standing: RolloutState) -> str:
    """Why the order holds an instance up, or nothing when it may go.

    No customer goes before the first instance has been upgraded to the version and its checks are green, no
    production instance while an internal one is red.
    """
    if instance.internal:
        return ""
    first = standing.fleet.get(FIRST_INSTANCE)
    record = standing.upgrade(FIRST_INSTANCE, version)
    if record is None or record.stage is not Stage.DONE:
        if first is None or first.version < version:
            return f"for {FIRST_INSTANCE}, which has not been upgraded to {version} yet"
        if record is not None and is_red(record):
            return f"for {FIRST_INSTANCE}, which is red"
        if record is not None and record.stage in IN_DEPLOYMENT:
            return f"for {FIRST_INSTANCE}, which is {record.stage}"
        if not standing.first_is_green.get(version, False):
            return f"for {FIRST_INSTANCE}, whose health checks are not all green"
    if instance.type is not InstanceType.PRODUCTION:
        return ""
    internal = [i.slug for i in standing.fleet if i.internal]
    red = [slug for slug in internal if (found := standing.upgrade(slug, version)) and is_red(found)]
    return f"for {', '.join(red)}: an internal instance is red" if red else ""


def is_red(upgrade: Upgrade) -> bool:
    """Whether an upgrade left its instance red: its checks are, it failed after its merge, or it was undone."""
    if upgrade.rollback is not None and upgrade.stage is not Stage.CLOSED:
        return True
    if upgrade.stage is Stage.FAILED and upgrade.merged_at:
        return True
    return (
        worst_state(upgrade.verification.after or upgrade.verification.before) is CheckState.FAIL
        and upgrade.stage is not Stage.CLOSED
    )


def needs_health_check(standing: RolloutState, version: Version) -> bool:
    """Whether only a look at the first instance tells that it is green: it runs the version, and no record says."""
    first = standing.fleet.get(FIRST_INSTANCE)
    record = standing.upgrade(FIRST_INSTANCE, version)
    told = record is not None and (record.stage in IN_DEPLOYMENT | {Stage.DONE} or is_red(record))
    return first is not None and first.version >= version and not told
