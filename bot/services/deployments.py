"""Merged upgrades on their way to proven healthy, each as far as it can go by what GitHub and Google say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.checks.vm import machine
from bot.domain.fleet.model import Instance
from bot.domain.github_models import Run
from bot.domain.health.model import Phase, Places, Result
from bot.domain.rollout.schedule import left_out_since, line_stopped
from bot.domain.upgrade.backups import BackupOrder
from bot.domain.upgrade.deploy_policy import DeployPolicy, Mode
from bot.domain.upgrade.deployment import backed_up, backup_mark, by_a_person, examined, held, judged, ran
from bot.domain.upgrade.dispatch import (
    CLOCKS_DIFFER,
    Unclear,
    accepted,
    again,
    dispatching,
    found,
    gone_run,
    intended,
    left_behind,
    may_yet_appear,
    not_found,
    own_run,
    rejected,
    strays,
    unclear,
)
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import failed, loose_runs, lost_since
from bot.domain.versions import Version
from bot.ports import Backups, Ledger, Missing, Passing, Refused, Workflows
from bot.services.fleet_reader import Fleets
from bot.services.health_checks import Examiner, Expected

log = structlog.get_logger(__name__)

LONGEST_RUN = timedelta(days=1)
"""How far back runs are looked for that nobody found: GitHub ends a job after six hours, and a run has a few."""
HELD_IS_SLOWER = 4
"""How many times less often one is looked at that waits for something to become green."""

Keep = Callable[[Upgrade], Upgrade]


class Deployer:
    """Backs up, deploys and verifies. `clock` gives the time in UTC."""

    def __init__(
        self,
        ledger: Ledger,
        fleets: Fleets,
        workflows: Workflows,
        backups: Backups,
        examiner: Examiner,
        places: Places,
        policy: DeployPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._fleets = fleets
        self._workflows = workflows
        self._backups = backups
        self._examiner = examiner
        self._places = places
        self.policy = policy
        self._clock = clock

    def go_on(self, upgrade: Upgrade, keep: Keep) -> Upgrade:
        """The upgrade after all that can be done for it now; each step is kept before the next one is taken.

        Raises Passing when trying again may help; a refusal ends the upgrade with its sentence.
        """
        while True:
            stage = upgrade.stage
            try:
                upgrade = keep(self._step(upgrade, keep))
            except Refused as error:
                known = self._ledger.upgrade(upgrade.slug, upgrade.version) or upgrade  # a step keeps what it learns
                return keep(failed(known, str(error).rstrip("."), self._clock()))
            if upgrade.stage is stage:
                return upgrade

    def pause(self, upgrade: Upgrade) -> float | None:
        """The seconds until the next look at an upgrade, or None when only people or webhooks move it."""
        match upgrade.stage:
            case Stage.VERIFYING:
                return self.policy.interval
            case Stage.MERGED | Stage.BACKING_UP | Stage.DEPLOYING:
                return self.policy.poll
            case Stage.HELD if not upgrade.deployed:
                return self.policy.poll * HELD_IS_SLOWER
            case _:
                return None

    def _step(self, upgrade: Upgrade, keep: Keep) -> Upgrade:
        match upgrade.stage:
            case Stage.MERGED:
                return self._ready(upgrade)
            case Stage.HELD if not upgrade.deployed:
                return self._ready(upgrade)
            case Stage.BACKING_UP:
                copies = self._backups.ensure(self._order(upgrade))
                return backed_up(upgrade, copies, self.policy, self._clock())
            case Stage.DEPLOYING:
                return self._deployed(upgrade, keep)
            case Stage.VERIFYING:
                return judged(upgrade, self._after(upgrade), self.policy, self._clock())
            case _:
                return upgrade

    # Before

    def _ready(self, upgrade: Upgrade) -> Upgrade:
        """On to the backup and the deployment, unless something is in the way."""
        upgrade = self._with_strays(upgrade)
        obstacle = self._still_running(upgrade)
        if not obstacle and not upgrade.forced and not by_a_person(upgrade):
            fleet = self._fleets.recent()
            obstacle = left_out_since(upgrade, fleet)
            obstacle = obstacle or line_stopped(upgrade, self._ledger.upgrades(upgrade.version), fleet)
        if obstacle:
            return held(upgrade, f"waits {obstacle}", self._clock())
        expected = Expected(upgrade.from_version, head=upgrade.head, pull_url=upgrade.url)
        results = self._examiner.examine(upgrade.slug, Phase.BEFORE, expected)
        return examined(upgrade, results, self.policy, self._clock())

    def _still_running(self, upgrade: Upgrade) -> str:
        """That an earlier deployment of the instance goes on, or nothing: there are never two at once."""
        others = self._others_of_instance(upgrade)
        for number in (*upgrade.loose, *(run for other in others for run in left_behind(other))):
            try:
                run = self._workflows.run(number)
            except Missing:
                continue
            if not run.completed:
                return f"for the end of an earlier deployment, {run.url}: cancel it, or let it end"
        if any(may_yet_appear(other, self.policy, self._clock()) for other in others):
            return "for the run of an earlier deployment, which may yet appear on GitHub"
        return ""

    def _others_of_instance(self, upgrade: Upgrade) -> list[Upgrade]:
        """The instance's upgrades to other versions."""
        return [one for one in self._ledger.upgrades() if one.slug == upgrade.slug and one.key != upgrade.key]

    def _with_strays(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade that is yet to be deployed, which knows what earlier deployments of its instance left behind
        that nobody found. Not while another one looks for its run: it may be that."""
        if upgrade.deployment is not None or self.policy.mode is not Mode.DISPATCH:
            return upgrade
        if any(dispatching(other) for other in self._ledger.upgrades()):
            return upgrade
        records = [upgrade, *self._others_of_instance(upgrade)]
        recently = self._clock() - LONGEST_RUN
        lost = [since for one in records if (since := lost_since(one)) is not None and since > recently]
        if not lost:
            return upgrade
        since = min(lost)
        runs = self._workflows.runs(self.policy.workflow, "workflow_dispatch", since - CLOCKS_DIFFER)
        me, taken, slugs = self._workflows.me, self._taken(upgrade), self._other_slugs(upgrade)
        return replace(upgrade, loose=(*upgrade.loose, *strays(upgrade, runs, me, taken, since, slugs)))

    def _order(self, upgrade: Upgrade) -> BackupOrder:
        record = self._ledger.tracker(upgrade.version)
        instance = self._instance(upgrade.slug)
        return self._order_of(instance, upgrade.version, str(record.issue) if record else "", backup_mark(upgrade))

    def order_now(self, slug: str, mark: str, issue: int) -> BackupOrder:
        """What is to be backed up of an instance now, as somebody asked on that issue: for the upgrade to the issue's
        version where that is a tracker, else of the version that the instance runs.

        Raises Refused for an instance that can't be read.
        """
        instance = self._instance(slug)
        tracker = next((one for one in self._ledger.trackers() if one.issue == issue), None)
        return self._order_of(instance, tracker.version if tracker else instance.version, str(issue), mark)

    def _order_of(self, instance: Instance, version: Version, tracker: str, mark: str) -> BackupOrder:
        project = self._places.project(instance)
        return BackupOrder(
            project, self._places.zone, machine(instance.active), instance.slug, str(version), tracker, mark
        )

    def _instance(self, slug: str) -> Instance:
        instance = self._fleets.recent().get(slug)
        if instance is None:
            raise Refused("the instance can't be read from the deployment repository any more; see the tracker's end")
        return instance

    # The deployment

    def _deployed(self, upgrade: Upgrade, keep: Keep) -> Upgrade:
        deployment = upgrade.deployment
        if deployment is not None and deployment.run is not None:
            return self._followed(upgrade, deployment.run)
        match self.policy.mode:
            case Mode.DISPATCH:
                return self._dispatched(upgrade, keep)
            case Mode.ON_PUSH:
                return self._pushed(upgrade)
            case Mode.MANUAL:
                return replace(upgrade, reason=f"deploy {upgrade.target} by hand, then an operator says /deployed")

    def _followed(self, upgrade: Upgrade, number: int) -> Upgrade:
        try:
            run = self._workflows.run(number)
        except Missing:
            return gone_run(upgrade, self.policy, self._clock())
        broken = self._workflows.failed_jobs(number) if run.completed and not run.succeeded else ()
        return ran(upgrade, run, broken, self.policy, self._clock())

    def _dispatched(self, upgrade: Upgrade, keep: Keep) -> Upgrade:
        """Find the run that was asked for, or ask for one: never while one may yet appear."""
        upgrade = self._with_strays(upgrade)
        try:
            run = self._own_run(upgrade)
        except Unclear as found_more:
            return unclear(upgrade, found_more.runs, self._clock())
        if run is not None:
            return self._followed(keep(found(upgrade, run)), run.id)
        if not again(upgrade, self.policy, self._clock()):
            return not_found(upgrade, self.policy, self._clock())
        return self._asked_for(upgrade, keep)

    def _asked_for(self, upgrade: Upgrade, keep: Keep) -> Upgrade:
        if obstacle := self._still_running(upgrade):
            return held(upgrade, f"waits {obstacle}", self._clock())
        wanted = intended(upgrade, self._clock())
        if self._may_be_mistaken(upgrade) or not self._ledger.claim_dispatch(wanted):
            return replace(upgrade, reason="waits for the run of another deployment to appear")
        log.info("deployment_asked_for", slug=upgrade.slug, version=str(upgrade.target), attempt=upgrade.attempt)
        inputs = {"customer": upgrade.slug, "version": str(upgrade.target)}
        try:
            number = self._workflows.dispatch(self.policy.workflow, inputs)
        except Passing as error:
            log.warning("deployment_unclear", slug=upgrade.slug, error=str(error))
            return replace(wanted, reason="GitHub did not say whether it begins; waiting for its run to appear")
        except Refused as error:
            return rejected(wanted, str(error).rstrip("."), self._clock())
        asked = keep(accepted(wanted, number))
        return asked if number is None else self._followed(asked, number)

    def _may_be_mistaken(self, upgrade: Upgrade) -> bool:
        """Whether a run may yet appear, of another upgrade that waits for it no longer, which could be taken for this
        one's: titles need not tell, nor clocks agree."""
        now = self._clock() - CLOCKS_DIFFER
        others = (one for one in self._ledger.upgrades() if one.key != upgrade.key)
        return any(may_yet_appear(other, self.policy, now) for other in others)

    def _own_run(self, upgrade: Upgrade) -> Run | None:
        if upgrade.deployment is None:
            return None
        since = upgrade.lost_since or upgrade.deployment.asked_at
        runs = self._workflows.runs(self.policy.workflow, "workflow_dispatch", since - CLOCKS_DIFFER)
        return own_run(upgrade, runs, self._workflows.me, self._taken(upgrade), self._other_slugs(upgrade))

    def _other_slugs(self, upgrade: Upgrade) -> list[str]:
        return [instance.slug for instance in self._fleets.recent() if instance.slug != upgrade.slug]

    def _taken(self, upgrade: Upgrade) -> frozenset[int]:
        """The runs that belong to some upgrade already, or to an earlier attempt at this one."""
        others = [other for other in self._ledger.upgrades() if other.key != upgrade.key]
        runs = (run for other in others for run in loose_runs(other))
        return frozenset({*runs, *upgrade.loose})

    def _pushed(self, upgrade: Upgrade) -> Upgrade:
        """Find the run that the merge started."""
        merged_at = upgrade.merged_at or self._clock()
        runs = self._workflows.runs(self.policy.workflow, "push", merged_at - CLOCKS_DIFFER, upgrade.merge_commit)
        if by_a_person(upgrade):  # then the run that there was does not count, unless people run it again
            tried_at = upgrade.since(Stage.MERGED) or merged_at
            runs = [run for run in runs if not run.completed or run.updated_at >= tried_at]
        if runs and upgrade.merge_commit:
            return self._followed(upgrade, runs[-1].id)
        waiting = upgrade if upgrade.deployment else intended(upgrade, self._clock())
        return not_found(accepted(waiting, None), self.policy, self._clock())

    # After

    def _after(self, upgrade: Upgrade) -> tuple[Result, ...]:
        deployment = upgrade.deployment
        expected = Expected(
            upgrade.target,
            run=deployment.run if deployment else None,
            head=upgrade.head,
            deployed_at=deployment.ended_at if deployment else None,
            pull_url=upgrade.url,
            run_url=deployment.url if deployment else "",
        )
        return self._examiner.examine(upgrade.slug, Phase.AFTER, expected)
