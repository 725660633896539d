"""The workflow runs that deploy upgrades: each is started once, found again with certainty, and followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.github_models import WorkflowRun
from bot.domain.reasons import Reason
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy
from bot.domain.upgrade.deployment import apply_run, hold, is_retry
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
from bot.domain.upgrade.reasons.deployment import (
    AwaitingManualDeployment,
    AwaitingRun,
    EarlierRunInProgress,
    EarlierRunMayAppear,
    RunWait,
)
from bot.domain.upgrade.reasons.progress import Delayed, Waiting
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import all_run_ids, hold_for_person, missing_run_since
from bot.ports.errors import MENDABLE, NotFoundError, PermanentError, TransientError
from bot.ports.store import DispatchClaims, UpgradeReader
from bot.ports.workflows import Workflows
from bot.services.fleet_reader import FleetReader

log = structlog.get_logger(__name__)

ORPHAN_LOOKBACK = timedelta(days=1)
"""How far back runs are sought that nobody found: GitHub ends a job after six hours, and a run has a few."""

SaveUpgrade = Callable[[Upgrade], Upgrade]


class RunStore(UpgradeReader, DispatchClaims, Protocol):
    """What is remembered of runs."""


class RunDispatcher:
    """Starts the workflow runs that deploy, and follows them. `clock` gives the time in UTC."""

    def __init__(
        self,
        store: RunStore,
        fleets: FleetReader,
        workflows: Workflows,
        policy: DeployPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._fleets = fleets
        self._workflows = workflows
        self._policy = policy
        self._clock = clock

    def deploy(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        """The deploying upgrade after all that can be done for its deployment now. `keep` saves what must not be
        lost.

        Raises PermanentError when GitHub refuses, TransientError when trying again may help.
        """
        deployment = upgrade.deployment
        if deployment is not None and deployment.run_id is not None:
            return self._follow_run(upgrade, deployment.run_id)
        match self._policy.mode:
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
            return mark_run_gone(upgrade, self._policy, self._clock())
        failed_jobs = self._workflows.failed_jobs(number) if run.completed and not run.succeeded else ()
        return apply_run(upgrade, run, failed_jobs, self._policy, self._clock())

    def _find_or_dispatch(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        """Find the run that was requested, or request one: never while one may still appear."""
        upgrade = self.with_orphan_runs(upgrade)
        try:
            run = self._find_own_run(upgrade)
        except AmbiguousRunError as error:
            return mark_run_ambiguous(upgrade, error.runs, self._clock())
        if run is not None:
            return self._follow_run(keep(mark_run_found(upgrade, run)), run.id)
        if not should_dispatch(upgrade, self._policy, self._clock()):
            return mark_run_not_found(upgrade, self._policy, self._clock())
        return self._dispatch(upgrade, keep)

    def _dispatch(self, upgrade: Upgrade, keep: SaveUpgrade) -> Upgrade:
        if obstacle := self.earlier_deployment(upgrade):
            return hold(upgrade, Waiting(obstacle), self._clock())
        wanted = prepare_dispatch(upgrade, self._clock())
        if self._may_be_confused(upgrade) or not self._store.claim_dispatch(wanted):
            return replace(upgrade, reason=AwaitingRun(RunWait.OTHER_UPGRADE))
        log.info(
            "deployment_asked_for", slug=upgrade.slug, version=str(upgrade.target), attempt=upgrade.attempt.number
        )
        inputs = {"customer": upgrade.slug, "version": str(upgrade.target)}
        try:
            number = self._workflows.dispatch(self._policy.workflow, inputs)
        except TransientError as error:
            if error.unsent:
                return replace(upgrade, reason=Delayed(error.reason))
            log.warning("deployment_unclear", slug=upgrade.slug, error=str(error))
            return replace(wanted, reason=AwaitingRun(RunWait.UNCONFIRMED))
        except MENDABLE as error:
            return hold_for_person(upgrade, error.reason)
        except PermanentError as error:
            return reject_dispatch(wanted, error.reason, self._clock())
        confirmed = keep(confirm_dispatch(wanted, number))
        return confirmed if number is None else self._follow_run(confirmed, number)

    def _may_be_confused(self, upgrade: Upgrade) -> bool:
        """Whether the run of another upgrade that does not wait for it any more may still appear, so that it could be
        taken for this one's: titles need not say whose a run is, and clocks need not agree."""
        now = self._clock() - CLOCK_SKEW
        others = (one for one in self._store.upgrades() if one.key != upgrade.key)
        return any(run_may_appear(other, self._policy, now) for other in others)

    def _find_own_run(self, upgrade: Upgrade) -> WorkflowRun | None:
        if upgrade.deployment is None:
            return None
        since = upgrade.attempt.run_missing_since or upgrade.deployment.requested_at
        runs = self._workflows.runs(self._policy.workflow, "workflow_dispatch", since - CLOCK_SKEW)
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
            self._policy.workflow, "push", merged_at - CLOCK_SKEW, upgrade.pull_request.merge_commit
        )
        if is_retry(upgrade):  # the run of the earlier attempt does not count, unless people run it again
            tried_at = upgrade.entered_at(Stage.MERGED) or merged_at
            runs = [run for run in runs if not run.completed or run.updated_at >= tried_at]
        if runs and upgrade.pull_request.merge_commit:
            return self._follow_run(upgrade, runs[-1].id)
        waiting = upgrade if upgrade.deployment else prepare_dispatch(upgrade, self._clock())
        return mark_run_not_found(confirm_dispatch(waiting, None), self._policy, self._clock())

    def earlier_deployment(self, upgrade: Upgrade) -> Reason | None:
        """That an earlier deployment of the instance has not ended, or None. An instance never has two at once."""
        others = self._others_of_instance(upgrade)
        for number in (*upgrade.earlier_run_ids, *(run for other in others for run in unfinished_run_ids(other))):
            try:
                run = self._workflows.run(number)
            except NotFoundError:
                continue
            if not run.completed:
                return EarlierRunInProgress(run.url)
        if any(run_may_appear(other, self._policy, self._clock()) for other in others):
            return EarlierRunMayAppear()
        return None

    def _others_of_instance(self, upgrade: Upgrade) -> list[Upgrade]:
        """The instance's upgrades to other versions."""
        return [one for one in self._store.upgrades() if one.slug == upgrade.slug and one.key != upgrade.key]

    def with_orphan_runs(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade before its deployment, which knows the runs of its instance's earlier deployments that nobody
        found. While another upgrade seeks its run, it stays as it is, because such a run may be that one."""
        if upgrade.deployment is not None or self._policy.mode is not DeployMode.DISPATCH:
            return upgrade
        if any(is_dispatching(other) for other in self._store.upgrades()):
            return upgrade
        records = [upgrade, *self._others_of_instance(upgrade)]
        recently = self._clock() - ORPHAN_LOOKBACK
        lost = [since for one in records if (since := missing_run_since(one)) is not None and since > recently]
        if not lost:
            return upgrade
        since = min(lost)
        runs = self._workflows.runs(self._policy.workflow, "workflow_dispatch", since - CLOCK_SKEW)
        me, known, slugs = self._workflows.bot_login, self._known_run_ids(upgrade), self._other_slugs(upgrade)
        return with_extra_runs(upgrade, orphan_runs(upgrade, runs, me, known, since, slugs))
