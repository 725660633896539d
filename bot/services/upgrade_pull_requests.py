"""The pull request of one upgrade or rollback: opened, found again, and kept on the base branch's tip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.fleet.model import Instance
from bot.domain.github_models import Head, Pull
from bot.domain.plans.change_set import ChangeSet, Kind, Refusal
from bot.domain.plans.pull_request_spec import Order
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.transitions import opened, refused
from bot.domain.versions import Version
from bot.ports import Deployment, Ledger, Refused
from bot.services.fleet_reader import Fleets, Sighting
from bot.services.planner import Planner
from bot.services.pull_requests import PullMaker

log = structlog.get_logger(__name__)

PUSHED_TO = "people pushed to its branch, so mibot leaves it alone"


class PullOpener:
    """Opens the pull requests of upgrades and rollbacks, and rebuilds them when the base branch moved.

    `clock` gives the time in UTC.
    """

    def __init__(
        self,
        deployment: Deployment,
        ledger: Ledger,
        fleets: Fleets,
        planner: Planner,
        pulls: PullMaker,
        clock: Callable[[], datetime],
    ) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._planner = planner
        self._pulls = pulls
        self._clock = clock

    def open(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade with its pull request; failed, or waiting again, with the reason where there can't be one.

        Raises Refused when GitHub refuses, Passing when trying again may help.
        """
        head = self._deployment.head()
        seen = self._fleets.at(head.tree)
        instance = self._instance(upgrade, seen)
        pulls = self._pulls.find(upgrade.branch)
        found = next((pull for pull in pulls if pull.open), None)
        arrived = (instance.version == upgrade.version) is (upgrade.kind is Kind.UPGRADE)
        found = found or next((pull for pull in pulls if pull.merged and arrived), None)
        from_version = upgrade.from_version or self._from_version(instance, arrived=arrived)
        if found is not None:
            return self._taken_up(opened(upgrade, found, from_version, self._clock()), found, instance, seen)
        planned = self._plan(upgrade, instance, seen)
        if isinstance(planned, Refusal):
            return self._refused(upgrade, planned)
        pull, commit = self._pulls.make(self._order(planned, head, seen, upgrade))
        return replace(
            opened(upgrade, pull, from_version, self._clock()),
            built=commit,
            base=head.commit,
            meaning=planned.meaning,
            warnings=planned.warnings,
            back=replace(upgrade.back, to=planned.new) if upgrade.back else None,
        )

    def _from_version(self, instance: Instance, *, arrived: bool) -> Version | None:
        """What the instance runs before it is deployed: Git tells where its pull request was merged before mibot had
        noted that it opened it."""
        return self._planner.came_from(instance, self._deployment) if arrived else instance.version

    def refused(self, upgrade: Upgrade) -> Upgrade | None:
        """The upgrade with the reason why there is no change set for it; None when there is one. Raises as `open`."""
        seen = self._fleets.sighting()
        planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
        return self._refused(upgrade, planned) if isinstance(planned, Refusal) else None

    def keep_up(self, upgrade: Upgrade, pull: Pull) -> Upgrade:
        """The upgrade whose branch is on the base branch's tip again, where that moved and the change is the same.

        What can't be rebuilt is left as it is, and `note` says why. Raises Passing when trying again may help.
        """
        head = self._deployment.head()
        if head.commit == upgrade.base and pull.head == upgrade.built:
            return upgrade
        try:
            return self._kept_up(upgrade, pull, head)
        except Refused as error:
            log.warning("not_rebuilt", slug=upgrade.slug, version=str(upgrade.version), error=str(error))
            note = f"its branch could not be rebuilt on the base branch: {str(error).rstrip('.')}"
            return replace(upgrade, base=head.commit, built=pull.head, note=note)

    def _kept_up(self, upgrade: Upgrade, pull: Pull, head: Head) -> Upgrade:
        known = replace(upgrade, base=head.commit, built=pull.head)
        drift = self._pulls.drift(upgrade.branch)
        if not drift.ours:
            return replace(known, note=PUSHED_TO)
        if not drift.behind:
            return known  # what was done before a crash, and not noted
        seen = self._fleets.at(head.tree)
        planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
        if isinstance(planned, Refusal):
            return replace(known, note=f"the base branch moved, and now: {planned.sentence.rstrip('.')}")
        if upgrade.meaning and planned.meaning != upgrade.meaning:
            note = "the base branch moved, and the change would be another one now: close its pull request, ask again"
            return replace(known, note=note)
        note = f"rebuilt on {head.commit[:7]}, for the base branch had moved; the change is the same"
        built = self._pulls.rebuild(self._order(planned, head, seen, upgrade, note), pull.number)
        log.info("rebuilt", slug=upgrade.slug, version=str(upgrade.version), base=head.commit)
        return replace(known, built=built, head=built, meaning=planned.meaning, note=note, warnings=planned.warnings)

    def _taken_up(self, upgrade: Upgrade, pull: Pull, instance: Instance, seen: Sighting) -> Upgrade:
        """With a pull request that was there already: a beginning of ours, or people's; `keep_up` tells later."""
        if pull.open:
            self._pulls.label(pull, ChangeSet(upgrade.kind, upgrade.version, (), upgrade.slug))
        if upgrade.back is None:
            return upgrade
        planned = self._plan(upgrade, instance, seen) if pull.open else None
        to = planned.new if isinstance(planned, ChangeSet) else instance.version
        return replace(upgrade, back=replace(upgrade.back, to=to))

    def _plan(self, upgrade: Upgrade, instance: Instance, seen: Sighting) -> ChangeSet | Refusal:
        if upgrade.kind is Kind.ROLLBACK:
            return self._planner.rollback(seen, instance, self._deployment)
        return self._planner.upgrade(seen, instance, upgrade.version)

    def _refused(self, upgrade: Upgrade, refusal: Refusal) -> Upgrade:
        waits = bool(refusal.unprepared or refusal.held)
        return refused(upgrade, refusal.sentence.rstrip("."), self._clock(), waits=waits)

    def _instance(self, upgrade: Upgrade, seen: Sighting) -> Instance:
        instance = seen.fleet.get(upgrade.slug)
        if instance is None:
            raise Refused("the instance can't be read from the deployment repository any more; see the tracker's end")
        return instance

    def _order(self, planned: ChangeSet, head: Head, seen: Sighting, upgrade: Upgrade, note: str = "") -> Order:
        tracker = self._ledger.tracker(upgrade.version)
        if tracker is None:
            raise Refused("its version has no tracker; label the release issue first")
        old, new = planned.old, planned.new
        golden = self._planner.compared(seen, old, new) if old and new else None
        why = upgrade.back.why if upgrade.back else upgrade.forced
        return Order(planned, head, tracker.url, upgrade.asked_by, note, old, golden, why)
