"""Merged upgrades on their way to proven healthy, each as far as it can go by what GitHub and Google say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.checks.vm import machine_name
from bot.domain.fleet.model import Instance
from bot.domain.github_models import WorkflowRun
from bot.domain.health.model import CheckResult, CloudConfig, Phase
from bot.domain.reasons import Reason
from bot.domain.rollout.schedule import rollout_halted, skipped_since_merge
from bot.domain.upgrade.backups import BackupRequest
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy
from bot.domain.upgrade.deployment import apply_backups, apply_run, backup_request_id, hold, is_retry
from bot.domain.upgrade.dispatch import (
    CLOCK_SKEW,
    AmbiguousRunError,
    confirm_dispatch,
    find_own_run,
    is_dispatching,
    mark_run_ambiguous,
    mark_run_found,
    mark_run_gone,
    mark_run_not_found,
    orphan_runs,
    prepare_dispatch,
    reject_dispatch,
    run_may_appear,
    should_dispatch,
    unfinished_run_ids,
    with_extra_runs,
)
from bot.domain.upgrade.judgement import apply_pre_checks, judge
from bot.domain.upgrade.reasons.deployment import (
    AwaitingManualDeployment,
    AwaitingRun,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    RunWait,
)
from bot.domain.upgrade.reasons.progress import InstanceUnreadable, Waiting
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import all_run_ids, mark_failed, missing_run_since
from bot.domain.versions import Version
from bot.ports.backups import Backups
from bot.ports.errors import NotFoundError, PermanentError, TransientError
from bot.ports.store import DispatchClaims, TrackerReader, UpgradeReader
from bot.ports.workflows import Workflows
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import ExpectedState, HealthCheckRunner

log = structlog.get_logger(__name__)

ORPHAN_LOOKBACK = timedelta(days=1)
"""How far back runs are looked for that nobody found: GitHub ends a job after six hours, and a run has a few."""
HELD_POLL_FACTOR = 4
"""How many times less often one is looked at that waits for something to become green."""

SaveUpgrade = Callable[[Upgrade], Upgrade]


class _Store(UpgradeReader, DispatchClaims, TrackerReader, Protocol):
    """What the service remembers."""


class DeploymentService:
    """Backs up, deploys and verifies. `clock` gives the time in UTC."""

    def __init__(
        self,
        store: _Store,
        fleets: FleetReader,
        workflows: Workflows,
        backups: Backups,
        examiner: HealthCheckRunner,
        places: CloudConfig,
        policy: DeployPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._fleets = fleets
        self._workflows = workflows
        self._backups = backups
        self._check_runner = examiner
        self._places = places
        self.policy = policy
        self._clock = clock

    def advance(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        """The upgrade after all that can be done for it now; each step is kept before the next one is taken.

        Raises Passing when trying again may help; a refusal ends the upgrade with its sentence.
        """
        while True:
            stage = upgrade.stage
            try:
                upgrade = keep(self._step(upgrade, keep))
            except PermanentError as error:
                known = self._store.upgrade(upgrade.slug, upgrade.version) or upgrade  # a step keeps what it learns
                return keep(mark_failed(known, error.reason, self._clock()))
            if upgrade.stage is stage:
                return upgrade

    def poll_delay(self, upgrade: Upgrade) -> float | None:
        """The seconds until the next look at an upgrade, or None when only people or webhooks move it."""
        match upgrade.stage:
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
                copies = self._backups.ensure(self._backup_request(upgrade))
                return apply_backups(upgrade, copies, self.policy, self._clock())
            case Stage.DEPLOYING:
                return self._deploy(upgrade, keep)
            case Stage.VERIFYING:
                return judge(upgrade, self._run_post_checks(upgrade), self.policy, self._clock())
            case _:
                return upgrade

    # Before

    def _try_start(self, upgrade: Upgrade) -> Upgrade:
        """On to the backup and the deployment, unless something is in the way."""
        upgrade = self._with_orphan_runs(upgrade)
        obstacle = self._still_running(upgrade)
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

    def _still_running(self, upgrade: Upgrade) -> Reason | None:
        """That an earlier deployment of the instance has not ended, or None. There are never two at once."""
        others = self._others_of_instance(upgrade)
        for number in (*upgrade.earlier_run_ids, *(run for other in others for run in unfinished_run_ids(other))):
            try:
                run = self._workflows.run(number)
            except NotFoundError:
                continue
            if not run.completed:
                return EarlierRunInProgress(run.url)
        if any(run_may_appear(other, self.policy, self._clock()) for other in others):
            return EarlierRunMayAppear()
        return None

    def _others_of_instance(self, upgrade: Upgrade) -> list[Upgrade]:
        """The instance's upgrades to other versions."""
        return [one for one in self._store.upgrades() if one.slug == upgrade.slug and one.key != upgrade.key]

    def _with_orphan_runs(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade that is yet to be deployed, which knows what earlier deployments of its instance left behind
        that nobody found. Not while another one looks for its run: it may be that."""
        if upgrade.deployment is not None or self.policy.mode is not DeployMode.DISPATCH:
            return upgrade
        if any(is_dispatching(other) for other in self._store.upgrades()):
            return upgrade
        records = [upgrade, *self._others_of_instance(upgrade)]
        recently = self._clock() - ORPHAN_LOOKBACK
        lost = [since for one in records if (since := missing_run_since(one)) is not None and since > recently]
        if not lost:
            return upgrade
        since = min(lost)
        runs = self._workflows.runs(self.policy.workflow, "workflow_dispatch", since - CLOCK_SKEW)
        me, known, slugs = self._workflows.bot_login, self._known_run_ids(upgrade), self._other_slugs(upgrade)
        return with_extra_runs(upgrade, orphan_runs(upgrade, runs, me, known, since, slugs))

    def _backup_request(self, upgrade: Upgrade) -> BackupRequest:
        record = self._store.tracker(upgrade.version)
        instance = self._instance(upgrade.slug)
        return self._make_backup_request(
            instance, upgrade.version, str(record.issue) if record else "", backup_request_id(upgrade)
        )

    def backup_request_now(self, slug: str, mark: str, issue: int) -> BackupRequest:
        """What is to be backed up of an instance now, as somebody asked on that issue: for the upgrade to the issue's
        version where that is a tracker, else of the version that the instance runs.

        Raises Refused for an instance that can't be read.
        """
        instance = self._instance(slug)
        tracker = next((one for one in self._store.trackers() if one.issue == issue), None)
        return self._make_backup_request(instance, tracker.version if tracker else instance.version, str(issue), mark)

    def _make_backup_request(self, instance: Instance, version: Version, tracker: str, mark: str) -> BackupRequest:
        project = self._places.project(instance)
        return BackupRequest(
            project, self._places.zone, machine_name(instance.active), instance.slug, str(version), tracker, mark
        )

    def _instance(self, slug: str) -> Instance:
        instance = self._fleets.recent().get(slug)
        if instance is None:
            raise PermanentError(InstanceUnreadable())
        return instance

    # The deployment

    def _deploy(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        deployment = upgrade.deployment
        if deployment is not None and deployment.run_id is not None:
            return self._follow_run(upgrade, deployment.run_id)
        match self.policy.mode:
            case DeployMode.DISPATCH:
                return self._find_or_dispatch(upgrade, keep)
            case DeployMode.ON_PUSH:
                return self._find_push_run(upgrade)
            case DeployMode.MANUAL:
                return replace(upgrade, reason=AwaitingManualDeployment(upgrade.target))

    def _follow_run(self, upgrade: Upgrade, number: int) -> Upgrade:
        try:
            run = self._workflows.run(number)
        except NotFoundError:
            return mark_run_gone(upgrade, self.policy, self._clock())
        broken = self._workflows.failed_jobs(number) if run.completed and not run.succeeded else ()
        return apply_run(upgrade, run, broken, self.policy, self._clock())

    def _find_or_dispatch(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        """Find the run that was asked for, or ask for one: never while one may yet appear."""
        upgrade = self._with_orphan_runs(upgrade)
        try:
            run = self._find_own_run(upgrade)
        except AmbiguousRunError as found_more:
            return mark_run_ambiguous(upgrade, found_more.runs, self._clock())
        if run is not None:
            return self._follow_run(keep(mark_run_found(upgrade, run)), run.id)
        if not should_dispatch(upgrade, self.policy, self._clock()):
            return mark_run_not_found(upgrade, self.policy, self._clock())
        return self._dispatch(upgrade, keep)

    def _dispatch(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        if obstacle := self._still_running(upgrade):
            return hold(upgrade, Waiting(obstacle), self._clock())
        wanted = prepare_dispatch(upgrade, self._clock())
        if self._may_be_confused(upgrade) or not self._store.claim_dispatch(wanted):
            return replace(upgrade, reason=AwaitingRun(RunWait.OTHER_UPGRADE))
        log.info(
            "deployment_asked_for", slug=upgrade.slug, version=str(upgrade.target), attempt=upgrade.attempt.number
        )
        inputs = {"customer": upgrade.slug, "version": str(upgrade.target)}
        try:
            number = self._workflows.dispatch(self.policy.workflow, inputs)
        except TransientError as error:
            log.warning("deployment_unclear", slug=upgrade.slug, error=str(error))
            return replace(wanted, reason=AwaitingRun(RunWait.UNCONFIRMED))
        except PermanentError as error:
            return reject_dispatch(wanted, error.reason, self._clock())
        asked = keep(confirm_dispatch(wanted, number))
        return asked if number is None else self._follow_run(asked, number)

    def _may_be_confused(self, upgrade: Upgrade) -> bool:
        """Whether a run may yet appear, of another upgrade that waits for it no longer, which could be taken for this
        one's: titles need not tell, nor clocks agree."""
        now = self._clock() - CLOCK_SKEW
        others = (one for one in self._store.upgrades() if one.key != upgrade.key)
        return any(run_may_appear(other, self.policy, now) for other in others)

    def _find_own_run(self, upgrade: Upgrade) -> WorkflowRun | None:
        if upgrade.deployment is None:
            return None
        since = upgrade.attempt.run_missing_since or upgrade.deployment.requested_at
        runs = self._workflows.runs(self.policy.workflow, "workflow_dispatch", since - CLOCK_SKEW)
        return find_own_run(
            upgrade, runs, self._workflows.bot_login, self._assigned_run_ids(upgrade), self._other_slugs(upgrade)
        )

    def _other_slugs(self, upgrade: Upgrade) -> list[str]:
        return [instance.slug for instance in self._fleets.recent() if instance.slug != upgrade.slug]

    def _assigned_run_ids(self, upgrade: Upgrade) -> frozenset[int]:
        """The runs that belong to some upgrade already, or to an earlier attempt at this one."""
        others = [other for other in self._store.upgrades() if other.key != upgrade.key]
        runs = (run for other in others for run in all_run_ids(other))
        return frozenset({*runs, *upgrade.earlier_run_ids})

    def _known_run_ids(self, upgrade: Upgrade) -> frozenset[int]:
        """The runs that are no orphans of this instance: those that deployed other instances, and those that its own
        records know.

        An extra run of another instance may be an orphan of this one all the same, because a title need not say whose
        it is.
        """
        mine, others = [upgrade, *self._others_of_instance(upgrade)], self._store.upgrades()
        known = {run_id for record in mine for run_id in all_run_ids(record)}
        deployments = (attempt.deployment for other in others for attempt in other.attempts)
        return frozenset(known | {one.run_id for one in deployments if one is not None and one.run_id is not None})

    def _find_push_run(self, upgrade: Upgrade) -> Upgrade:
        """Find the run that the merge started."""
        merged_at = upgrade.merged_at or self._clock()
        runs = self._workflows.runs(
            self.policy.workflow, "push", merged_at - CLOCK_SKEW, upgrade.pull_request.merge_commit
        )
        if is_retry(upgrade):  # then the run that there was does not count, unless people run it again
            tried_at = upgrade.entered_at(Stage.MERGED) or merged_at
            runs = [run for run in runs if not run.completed or run.updated_at >= tried_at]
        if runs and upgrade.pull_request.merge_commit:
            return self._follow_run(upgrade, runs[-1].id)
        waiting = upgrade if upgrade.deployment else prepare_dispatch(upgrade, self._clock())
        return mark_run_not_found(confirm_dispatch(waiting, None), self.policy, self._clock())

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
