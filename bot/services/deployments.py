"""Merged upgrades on their way to proven healthy, each as far as it can go by what GitHub and Google say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from bot.checks.vm import machine_name
from bot.domain.fleet.model import Instance
from bot.domain.health.model import CheckResult, CloudConfig, Phase
from bot.domain.rollout.schedule import rollout_halted, skipped_since_merge
from bot.domain.upgrade.backups import BackupRequest
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.deployment import apply_backups, backup_request_id, hold, is_retry
from bot.domain.upgrade.judgement import apply_pre_checks, judge
from bot.domain.upgrade.reasons.progress import InstanceLeft, InstanceUnreadable, Waiting
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, Stage
from bot.domain.upgrade.transitions import hold_for_person, mark_failed, needs_person
from bot.domain.versions import Version
from bot.ports.backups import Backups
from bot.ports.errors import MENDABLE, PermanentError
from bot.ports.store import TrackerReader
from bot.ports.workflows import Workflows
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import ExpectedState, HealthCheckRunner
from bot.services.workflow_runs import RunDispatcher, RunStore, SaveUpgrade

log = structlog.get_logger(__name__)

HELD_POLL_FACTOR = 4
"""How many times less often an upgrade is polled that is held."""


class _Store(RunStore, TrackerReader, Protocol):
    """What the service remembers."""


class DeploymentService:
    """Backs up, deploys and verifies. `clock` gives the time in UTC."""

    def __init__(
        self,
        store: _Store,
        fleets: FleetReader,
        workflows: Workflows,
        backups: Backups,
        check_runner: HealthCheckRunner,
        cloud: CloudConfig,
        policy: DeployPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._fleets = fleets
        self._backups = backups
        self._check_runner = check_runner
        self._cloud = cloud
        self._runs = RunDispatcher(store, fleets, workflows, policy, clock)
        self.policy = policy
        self._clock = clock

    def advance(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        """The upgrade after all that can be done for it now. `keep` saves each step before the next one.

        Raises TransientError when trying again may help. A refusal that a person can mend holds the upgrade, any
        other one ends it.
        """
        while True:
            stage = upgrade.stage
            try:
                upgrade = keep(self._step(upgrade, keep))
            except PermanentError as error:
                known = self._store.upgrade(upgrade.slug, upgrade.version) or upgrade  # a step keeps what it learns
                if isinstance(error, MENDABLE):
                    return keep(hold_for_person(known, error.reason))
                return keep(mark_failed(known, error.reason, self._clock()))
            if upgrade.stage is stage:
                return upgrade

    def poll_delay(self, upgrade: Upgrade) -> float | None:
        """The seconds until the next look at an upgrade, or None when only people or webhooks move it."""
        match upgrade.stage:
            case stage if stage in IN_DEPLOYMENT and needs_person(upgrade):
                return self.policy.poll * HELD_POLL_FACTOR
            case Stage.VERIFYING:
                return self.policy.verify.interval
            case Stage.MERGED | Stage.BACKING_UP | Stage.DEPLOYING:
                return self.policy.poll
            case Stage.HELD if not upgrade.deployed:
                return self.policy.poll * HELD_POLL_FACTOR
            case _:
                return None

    def _step(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        match upgrade.stage:
            case Stage.MERGED:
                return self._try_start(upgrade)
            case Stage.HELD if not upgrade.deployed:
                return self._try_start(upgrade)
            case Stage.BACKING_UP:
                backups = self._backups.ensure(self._backup_request(upgrade))
                return apply_backups(upgrade, backups, self.policy, self._clock())
            case Stage.DEPLOYING:
                return self._runs.deploy(upgrade, keep)
            case Stage.VERIFYING:
                return judge(upgrade, self._run_post_checks(upgrade), self.policy, self._clock())
            case _:
                return upgrade

    # Before

    def _try_start(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade on its way to the backup and the deployment, or held by what is in the way."""
        upgrade = self._runs.with_orphan_runs(upgrade)
        obstacle = self._runs.earlier_deployment(upgrade)
        obstacle = obstacle or (None if is_retry(upgrade) else upgrade.pull_request.obstacle)
        if not obstacle and not upgrade.force and not is_retry(upgrade):
            fleet = self._fleets.recent()
            obstacle = skipped_since_merge(upgrade, fleet)
            obstacle = obstacle or rollout_halted(upgrade, self._store.upgrades(upgrade.version), fleet)
        if obstacle:
            return hold(upgrade, Waiting(obstacle), self._clock())
        expected = ExpectedState(
            upgrade.from_version, head=upgrade.pull_request.head, pull_url=upgrade.pull_request.url
        )
        results = self._check_runner.run(upgrade.slug, Phase.BEFORE, expected)
        return apply_pre_checks(upgrade, results, self.policy, self._clock())

    def _backup_request(self, upgrade: Upgrade) -> BackupRequest:
        record = self._store.tracker(upgrade.version)
        instance = self._instance(upgrade.slug)
        return self._make_backup_request(
            instance, upgrade.version, str(record.issue) if record else "", backup_request_id(upgrade)
        )

    def backup_request_now(self, slug: str, request_id: str, issue: int) -> BackupRequest:
        """What to back up of an instance now, because somebody requested it on that issue: for the upgrade to the
        issue's version where that is a tracker, else of the version that the instance runs.

        Raises PermanentError for an instance that can't be read.
        """
        instance = self._instance(slug)
        tracker = next((one for one in self._store.trackers() if one.issue == issue), None)
        return self._make_backup_request(
            instance, tracker.version if tracker else instance.version, str(issue), request_id
        )

    def _make_backup_request(
        self, instance: Instance, version: Version, tracker: str, request_id: str
    ) -> BackupRequest:
        project = self._cloud.project(instance)
        return BackupRequest(
            project, self._cloud.zone, machine_name(instance.active), instance.slug, str(version), tracker, request_id
        )

    def _instance(self, slug: str) -> Instance:
        fleet = self._fleets.recent()
        instance = fleet.get(slug)
        if instance is None:
            raise PermanentError(InstanceUnreadable() if fleet.has_folder(slug) else InstanceLeft())
        return instance

    # After

    def _run_post_checks(self, upgrade: Upgrade) -> tuple[CheckResult, ...]:
        deployment = upgrade.deployment
        expected = ExpectedState(
            upgrade.target,
            run=deployment.run_id if deployment else None,
            head=upgrade.pull_request.head,
            deployed_at=deployment.ended_at if deployment else None,
            pull_url=upgrade.pull_request.url,
            run_url=deployment.run_url if deployment else "",
        )
        return self._check_runner.run(upgrade.slug, Phase.AFTER, expected)
