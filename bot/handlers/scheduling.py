"""Records requested upgrades, and starts those of the waiting ones that may start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.effects import Effect
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.health.model import CheckState, Phase, worst_state
from bot.domain.reasons import Reason
from bot.domain.rollout.effects import Schedule, StartUpgrades
from bot.domain.rollout.reasons import GoldenFileMissing, GoldenFileState, PreparationEnded, PreparationNotAccepted
from bot.domain.rollout.schedule import RolloutState, decide_slots, needs_health_check
from bot.domain.tracker.effects import WatchTracker
from bot.domain.tracker.record import TrackerState
from bot.domain.upgrade.cancellation import Canceled
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.effects import Advance, Prepare, StartUpgrade
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.reasons.progress import Delayed, NeedsPerson
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.upgrade.transitions import mark_planned, mark_skipped, request_upgrade
from bot.domain.versions import Version, parse_version
from bot.handlers.dispatch import handles, notes_delay
from bot.handlers.refreshes import refresh_effects
from bot.ports.store import PreparationReader, ReplyIndex, SlotClaims, TrackerReader, UpgradeStore
from bot.services.fleet_reader import FleetReader, FleetView
from bot.services.health_checks import HealthCheckRunner
from bot.services.planner import Planner
from bot.services.tracker_states import TrackerStates, stop_reason

log = structlog.get_logger(__name__)


class _Store(UpgradeStore, SlotClaims, PreparationReader, ReplyIndex, TrackerReader, Protocol):
    """What the scheduler remembers."""


class Scheduler:
    """Decides on all waiting upgrades at once; the engine runs one such decision at a time (by its key).

    `trackers` tells which are open: a closed one starts nothing. `clock` gives the time in UTC.
    """

    def __init__(
        self,
        store: _Store,
        fleets: FleetReader,
        planner: Planner,
        check_runner: HealthCheckRunner,
        trackers: TrackerStates,
        clock: Callable[[], datetime],
        *,
        max_in_flight: int,
    ) -> None:
        self._store = store
        self._fleets = fleets
        self._planner = planner
        self._check_runner = check_runner
        self._trackers = trackers
        self._max_in_flight = max_in_flight
        self._clock = clock

    @handles
    def start(self, effect: StartUpgrades) -> list[Effect]:
        """Record the requests, then start the upgrades that may start. A second request is the same upgrade.

        What has a record that is past waiting belongs to that upgrade's own jobs, which take the asking up.
        """
        version = parse_version(effect.version)
        others: list[Effect] = []
        for slug in effect.slugs:
            existing = self._store.upgrade(slug, version)
            if existing is None or existing.stage is Stage.WAITING:
                requested = request_upgrade(existing, slug, version, effect.by, self._clock(), effect.force)
                if requested != existing:
                    log.info("upgrade_asked_for", slug=slug, version=effect.version, by=effect.by, force=effect.force)
                    self._store.save_upgrade(requested)
            else:
                others.append(StartUpgrade(slug, effect.version, effect.by, effect.issue, effect.force))
        return [*others, *self.schedule(Schedule())]

    @handles
    def schedule(self, _effect: Schedule) -> list[Effect]:
        """Start the upgrades that may start, and save why the others wait."""
        upgrades = self._store.upgrades()
        if all(upgrade.stage is not Stage.WAITING for upgrade in upgrades):
            return []
        seen = self._fleets.current_view()
        effects, upgrades = self._skip_left_out(upgrades, seen)
        versions = sorted({upgrade.version for upgrade in upgrades if upgrade.stage is Stage.WAITING})
        unready: dict[Version, Reason] = {}
        for version in versions:
            reason, preparing = self._stopped_by_tracker(version)
            if reason is None:
                reason, preparing = self._why_not_ready(version, seen, upgrades)
            effects += preparing
            if reason is not None:
                unready[version] = reason
        rollout = RolloutState(seen.fleet, upgrades, self._max_in_flight, unready, {})
        rollout = replace(rollout, first_instance_healthy=self._first_instance_healthy(rollout, versions))
        for decision in decide_slots(rollout):
            effects += (
                self._start_upgrade(decision.upgrade)
                if decision.starts
                else self._keep_waiting(decision.upgrade, decision.reason)
            )
        return [*dict.fromkeys(effects)]

    @notes_delay
    def mark_delayed(self, _effect: Schedule | StartUpgrades, reason: Reason) -> list[Effect]:
        """Save why no waiting upgrade starts. The next scheduling says anew what each waits for."""
        effects: list[Effect] = []
        for upgrade in self._store.upgrades():
            if upgrade.stage is Stage.WAITING:
                effects += self._keep_waiting(upgrade, Delayed(reason))
        return [*dict.fromkeys(effects)]

    def _skip_left_out(self, upgrades: Sequence[Upgrade], seen: FleetView) -> tuple[list[Effect], Sequence[Upgrade]]:
        """End the upgrades that wait for an instance that release upgrades leave out by now. Returns the others,
        too."""
        effects: list[Effect] = []
        rest = []
        for upgrade in upgrades:
            instance = seen.fleet.get(upgrade.slug)
            if upgrade.stage is Stage.WAITING and instance is not None and instance.skip_reason:
                self._store.save_upgrade(mark_skipped(upgrade, instance.skip_reason, self._clock()))
                effects += refresh_effects(self._store, upgrade)
            else:
                rest.append(upgrade)
        return effects, rest

    def _start_upgrade(self, upgrade: Upgrade) -> list[Effect]:
        if not self._store.claim_slot(mark_planned(upgrade, self._clock()), self._max_in_flight):
            return []
        return [Advance(upgrade.slug, str(upgrade.version))]  # which shows it

    def _keep_waiting(self, upgrade: Upgrade, reason: Reason | None) -> list[Effect]:
        if upgrade.reason == reason:
            return []
        self._store.save_upgrade(replace(upgrade, reason=reason))
        return refresh_effects(self._store, upgrade)

    def _stopped_by_tracker(self, version: Version) -> tuple[Reason | None, list[Effect]]:
        """Why the tracker starts nothing: people closed it, or it is gone; and what notes that, or its end."""
        record = self._store.tracker(version)
        if record is None:
            return None, []
        state, _ = self._trackers.look(record)
        noted = state is record.state and (record.told or state is TrackerState.OPEN)
        return stop_reason(record, state), [] if noted else [WatchTracker(str(version))]

    def _why_not_ready(
        self, version: Version, seen: FleetView, upgrades: Sequence[Upgrade]
    ) -> tuple[Reason | None, list[Effect]]:
        """Why no upgrade to this version can begin, and what is to be done about it."""
        if version in seen.fleet.golden:
            return self._planner.not_ready_reason(seen, version) or self._why_not_accepted(version), []
        preparation = self._store.preparation(version)
        if preparation is None:
            by = next(u.requested_by for u in upgrades if u.version == version and u.stage is Stage.WAITING)
            return GoldenFileMissing(version, GoldenFileState.BEING_PREPARED), [
                Prepare(str(version), by, asked=False)
            ]
        match preparation.stage:
            case PreparationStage.REQUESTED:
                again = Prepare(str(version), preparation.requested_by, asked=False)
                held = preparation.reason if isinstance(preparation.reason, NeedsPerson) else None
                return held or GoldenFileMissing(version, GoldenFileState.BEING_PREPARED), [again]
            case PreparationStage.OPEN:
                return GoldenFileMissing(version, GoldenFileState.NOT_MERGED), []
            case PreparationStage.READY:
                return GoldenFileMissing(version, GoldenFileState.REMOVED), []
            case PreparationStage.CLOSED if isinstance(preparation.reason, Canceled):
                by = next(u.requested_by for u in upgrades if u.version == version and u.stage is Stage.WAITING)
                return GoldenFileMissing(version, GoldenFileState.BEING_PREPARED), [Prepare(str(version), by)]
            case _:
                return PreparationEnded(version, preparation.reason), []

    def _why_not_accepted(self, version: Version) -> Reason | None:
        """That what was merged as the version's preparation is not what was planned, or None."""
        preparation = self._store.preparation(version)
        content = preparation.pull_request.content if preparation is not None else PullRequestContent()
        if content.difference is None or content.acceptance is not None:
            return None
        return PreparationNotAccepted(version, content.difference)

    def _first_instance_healthy(self, rollout: RolloutState, versions: list[Version]) -> dict[Version, bool]:
        """Whether the first instance is healthy, where the order depends on it and no record tells."""
        look = [
            version
            for version in versions
            if _customers_wait(rollout, version) and needs_health_check(rollout, version)
        ]
        if not look:
            return {}
        green = worst_state(self._check_runner.run(FIRST_INSTANCE, Phase.NOW)) is CheckState.PASS
        return dict.fromkeys(look, green)


def _customers_wait(rollout: RolloutState, version: Version) -> bool:
    waiting = (u for u in rollout.upgrades if u.stage is Stage.WAITING and u.version == version and not u.force)
    instances = (rollout.fleet.get(upgrade.slug) for upgrade in waiting)
    return version not in rollout.unready and any(instance and not instance.internal for instance in instances)
