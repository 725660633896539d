"""Upgrades: each is taken as far as it can go, by what GitHub says of it now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.effects import Effect
from bot.domain.health.model import Phase
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.upgrade.deployment import can_mark_deployed, can_retry, mark_deployed_manually, retry, superseded_by
from bot.domain.upgrade.effects import (
    Advance,
    MarkDeployed,
    Poll,
    Publish,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
)
from bot.domain.upgrade.judgement import needs_pre_checks, recheck, with_pre_checks
from bot.domain.upgrade.record import Rollback, Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_FLIGHT, IN_REVIEW, Stage
from bot.domain.upgrade.transitions import (
    hold_for_person,
    inherit_runs,
    mark_failed,
    mark_pull_gone,
    needs_person,
    observe,
    request_rollback,
    request_upgrade,
)
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles
from bot.handlers.refreshes import refresh_effects
from bot.ports.errors import MENDABLE, NotFoundError, PermanentError, TransientError
from bot.ports.pull_requests import PullRequestReader
from bot.ports.store import Outbox, ReplyIndex, TrackerReader, UpgradeStore
from bot.services.deployments import DeploymentService
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import ExpectedState, HealthCheckRunner
from bot.services.poll_throttle import PollThrottle
from bot.services.upgrade_pull_requests import PullRequestService

log = structlog.get_logger(__name__)

SETTLING_TIME = timedelta(minutes=10)
"""How long a new pull request that GitHub does not show counts as not shown yet."""


class _Store(UpgradeStore, TrackerReader, ReplyIndex, Outbox, Protocol):
    """What the handler remembers."""


class UpgradeHandler:
    """Starts upgrades and moves them on. `clock` gives the time in UTC.

    `four_eyes` is whether only somebody else's approval counts than that of who requested the upgrade.
    """

    def __init__(
        self,
        pulls: PullRequestReader,
        store: _Store,
        fleets: FleetReader,
        pull_requests: PullRequestService,
        check_runner: HealthCheckRunner,
        deployments: DeploymentService,
        clock: Callable[[], datetime],
        *,
        four_eyes: bool = True,
    ) -> None:
        self._pulls = pulls
        self._store = store
        self._fleets = fleets
        self._pull_requests = pull_requests
        self._check_runner = check_runner
        self._deployments = deployments
        self._clock = clock
        self._throttle = PollThrottle(clock)
        self._four_eyes = four_eyes

    @handles
    def start(self, effect: StartUpgrade) -> list[Effect]:
        """Record the request, then advance the upgrade. A second request is the same upgrade."""
        version = parse_version(effect.version)
        existing = self._store.upgrade(effect.slug, version)
        instance = self._fleets.recent().get(effect.slug)
        went_back = instance is not None and instance.version < version
        done = existing if existing is not None and existing.stage is Stage.DONE and went_back else None
        existing = None if done else existing
        requested = request_upgrade(existing, effect.slug, version, effect.by, self._clock(), effect.force)
        if requested != existing:
            log.info("upgrade_asked_for", slug=effect.slug, version=effect.version, by=effect.by, force=effect.force)
            self._store.save_upgrade(inherit_runs(requested, done) if done else requested)
        return self.advance(Advance(effect.slug, effect.version))

    @handles
    def roll_back(self, effect: StartRollback) -> list[Effect]:
        """Record the request, then advance the rollback. Rollbacks skip the queue because they restore a safe
        state."""
        version = parse_version(effect.version)
        existing = self._store.upgrade(effect.slug, version)
        back = Rollback(effect.by, effect.why, comment_id=effect.comment)
        requested = request_rollback(existing, effect.slug, version, back, self._clock())
        if requested != existing:
            log.info("rollback_asked_for", slug=effect.slug, version=effect.version, by=effect.by, why=effect.why)
            self._store.save_upgrade(requested)
        return self.advance(Advance(effect.slug, effect.version))

    @handles
    def advance(self, effect: Advance | Poll) -> list[Effect]:
        """Take the upgrade as far as it can go now. `Schedule` starts the waiting ones."""
        upgrade = self._store.upgrade(effect.slug, parse_version(effect.version))
        if upgrade is None:
            return []
        if upgrade.stage is Stage.WAITING:
            return [*refresh_effects(self._store, upgrade), Schedule()]
        if upgrade.stage is Stage.PLANNED and self._store.tracker(upgrade.version) is None:
            return self._ensure_tracker(upgrade)
        before = upgrade
        try:
            upgrade = self._move(upgrade)
        except MENDABLE as error:
            upgrade = self._save(hold_for_person(self._last_saved(upgrade), error.reason))
        except PermanentError as error:
            upgrade = self._save(mark_failed(self._last_saved(upgrade), error.reason, self._clock()))
        quiet = isinstance(effect, Poll) and upgrade == before
        return self._follow_ups(before, upgrade, quiet=quiet)

    def _follow_ups(self, before: Upgrade, after: Upgrade, *, quiet: bool) -> list[Effect]:
        """The effects of a step: what shows it is refreshed, what waits for it may start, and the next poll is due.

        `quiet`: nothing moved, and whether it is shown may wait for the sweep, which sees to what a crash cut short.
        """
        if before.stage is not after.stage:
            log.info("upgrade_moved", slug=after.slug, version=str(after.version), stage=after.stage.value)
        effects: list[Effect] = [] if quiet else refresh_effects(self._store, after)
        if self._store.pending_notifications(after.slug, after.version):
            effects.append(Publish(after.slug, str(after.version)))
        pause = self._deployments.poll_delay(after)
        if pause is not None and self._throttle.due(after.key, pause):
            effects.append(Poll(after.slug, str(after.version), pause))
        return [*effects, *_schedule_next(before, after)]

    def _ensure_tracker(self, upgrade: Upgrade) -> list[Effect]:
        """See that there is a tracker first; for a rollback only if there is anything to roll back."""
        refused = self._pull_requests.check_refusal(upgrade) if upgrade.rollback is not None else None
        if refused is not None:
            return refresh_effects(self._store, self._save(refused))
        return [EnsureTracker(str(upgrade.version), 0, upgrade.requested_by)]

    @handles
    def recheck(self, effect: Recheck) -> list[Effect]:
        """Check a deployed upgrade again, because a person requested it."""
        return self._apply_manual_change(effect, lambda u: recheck(u, self._clock(), effect.by, effect.accepted))

    @handles
    def mark_deployed(self, effect: MarkDeployed) -> list[Effect]:
        """Record that a person deployed it, and verify it."""

        def mark(upgrade: Upgrade) -> Upgrade:
            meant = upgrade.attempt.number == effect.attempt and can_mark_deployed(upgrade)
            return (
                mark_deployed_manually(upgrade, effect.by, self._clock())
                if meant and self._is_latest(upgrade)
                else upgrade
            )

        return self._apply_manual_change(effect, mark)

    @handles
    def retry(self, effect: Retry) -> list[Effect]:
        """Deploy a failed upgrade once more, or try again at once what a person has mended."""

        def begin_again(upgrade: Upgrade) -> Upgrade:
            meant = upgrade.attempt.number == effect.attempt and can_retry(upgrade)
            return retry(upgrade, effect.by, self._clock()) if meant and self._is_latest(upgrade) else upgrade

        return self._apply_manual_change(effect, begin_again)

    def _is_latest(self, upgrade: Upgrade) -> bool:
        return superseded_by(upgrade, self._store.upgrades()) is None

    def _apply_manual_change(
        self, effect: Recheck | MarkDeployed | Retry, change: Callable[[Upgrade], Upgrade]
    ) -> list[Effect]:
        """Change an upgrade because a person requested it, and advance it."""
        upgrade = self._store.upgrade(effect.slug, parse_version(effect.version))
        if upgrade is None:
            return []
        changed = self._save(change(upgrade))
        if changed.stage is not upgrade.stage:
            log.info(
                "upgrade_moved", slug=effect.slug, version=effect.version, stage=changed.stage.value, by=effect.by
            )
        goes_on = changed.stage in IN_DEPLOYMENT or needs_person(changed)
        follow = self.advance(Advance(effect.slug, effect.version)) if goes_on else []
        return [*refresh_effects(self._store, changed), *follow, *_schedule_next(upgrade, changed)]

    def _move(self, upgrade: Upgrade) -> Upgrade:
        if upgrade.stage is Stage.PLANNED:
            upgrade = self._save(self._pull_requests.open(upgrade))
        elif upgrade.merged_at is None and upgrade.pull_request.number is not None:
            upgrade = self._observe(upgrade, upgrade.pull_request.number)
        upgrade = self._compare(upgrade)
        if upgrade.stage in IN_REVIEW:
            upgrade = self._save(self._run_pre_checks(upgrade))
        if upgrade.stage in IN_DEPLOYMENT:
            upgrade = self._deployments.advance(upgrade, self._save)
        return upgrade

    def _compare(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade that knows what its pull request changes, as long as nothing is deployed of it."""
        number, before = upgrade.pull_request.number, upgrade.stage in IN_REVIEW | {Stage.MERGED, Stage.HELD}
        if (
            number is None
            or not before
            or upgrade.deployment is not None
            or not upgrade.pull_request.needs_comparison
        ):
            return upgrade
        return self._save(self._pull_requests.compare(upgrade, self._pulls.pull(number)))

    def _run_pre_checks(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade in review with pre-upgrade checks. They run again when the pull request or its own checks
        change."""
        if not needs_pre_checks(upgrade):
            return upgrade
        expected = ExpectedState(
            upgrade.from_version, head=upgrade.pull_request.head, pull_url=upgrade.pull_request.url
        )
        results = self._check_runner.run(upgrade.slug, Phase.BEFORE, expected)
        return with_pre_checks(upgrade, results)

    def _observe(self, upgrade: Upgrade, number: int) -> Upgrade:
        try:
            pull = self._pulls.pull(number)
        except NotFoundError as error:
            opened = upgrade.entered_at(Stage.OPEN)
            if opened is not None and self._clock() - opened < SETTLING_TIME:
                raise TransientError(error.reason) from error
            return self._save(mark_pull_gone(upgrade, self._clock()))
        reviews = self._pulls.reviews(number)
        checks, four_eyes = self._pulls.checks(pull.head), self._four_eyes
        seen = self._save(observe(upgrade, pull, reviews, checks, self._clock(), four_eyes=four_eyes))
        if seen.stage in IN_REVIEW and seen.pull_request.counts(pull):
            seen = self._save(self._pull_requests.update_branch(seen, pull))
        return seen

    def _last_saved(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade with what the steps before a refusal learned."""
        return self._store.upgrade(upgrade.slug, upgrade.version) or upgrade

    def _save(self, upgrade: Upgrade) -> Upgrade:
        if upgrade != self._store.upgrade(upgrade.slug, upgrade.version):
            self._store.save_upgrade(upgrade)
        return upgrade


def _schedule_next(before: Upgrade, after: Upgrade) -> list[Effect]:
    """Waiting upgrades may start when this one is not in flight any more, or reached another stage."""
    left = before.stage in IN_FLIGHT and after.stage not in IN_FLIGHT
    return [Schedule()] if left or before.stage is not after.stage else []
