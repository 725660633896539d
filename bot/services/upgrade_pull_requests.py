"""The pull request of one upgrade or rollback: opened, found again, and kept on the base branch's tip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.fleet.model import Instance
from bot.domain.github_models import Head, PullRequest
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.fingerprint import change_fingerprint, same_change
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.transitions import attach_pull, mark_refused
from bot.domain.versions import Version
from bot.ports.branches import BaseBranch
from bot.ports.errors import PermanentError
from bot.ports.files import FileHistory
from bot.ports.store import TrackerReader
from bot.rendering.reasons import describe_warnings
from bot.rendering.wording import describe
from bot.services.fleet_reader import FleetReader, FleetView
from bot.services.planner import Planner
from bot.services.pull_requests import PullRequestWriter

log = structlog.get_logger(__name__)

PUSHED_BY_OTHERS = "people pushed to its branch, so mibot leaves it alone"


class PullRequestService:
    """Opens the pull requests of upgrades and rollbacks, and rebuilds them when the base branch moved.

    `clock` gives the time in UTC.
    """

    def __init__(
        self,
        base: BaseBranch,
        history: FileHistory,
        ledger: TrackerReader,
        fleets: FleetReader,
        planner: Planner,
        pulls: PullRequestWriter,
        clock: Callable[[], datetime],
    ) -> None:
        self._base = base
        self._history = history
        self._ledger = ledger
        self._fleets = fleets
        self._planner = planner
        self._pulls = pulls
        self._clock = clock

    def open(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade with its pull request; failed, or waiting again, with the reason where there can't be one.

        Raises Refused when GitHub refuses, Passing when trying again may help.
        """
        head = self._base.head()
        seen = self._fleets.view_at(head.tree)
        instance = self._instance(upgrade, seen)
        pulls = self._pulls.find(upgrade.branch)
        found = next((pull for pull in pulls if pull.open), None)
        arrived = (instance.version == upgrade.version) is (upgrade.kind is ChangeKind.UPGRADE)
        found = found or next((pull for pull in pulls if pull.merged and arrived), None)
        from_version = upgrade.from_version or self._from_version(instance, already_deployed=arrived)
        if found is not None:
            return self._adopt(attach_pull(upgrade, found, from_version, self._clock()), found, instance, seen)
        planned = self._plan(upgrade, instance, seen)
        if isinstance(planned, Refusal):
            return self._mark_refused(upgrade, planned)
        pull, commit = self._pulls.create(self._spec(planned, head, seen, upgrade))
        return replace(
            attach_pull(upgrade, pull, from_version, self._clock()),
            built=commit,
            base=head.commit,
            meaning=change_fingerprint(planned),
            warnings=tuple(describe_warnings(planned)),
            back=replace(upgrade.back, to=planned.new) if upgrade.back else None,
        )

    def _from_version(self, instance: Instance, *, already_deployed: bool) -> Version | None:
        """What the instance runs before it is deployed: Git tells where its pull request was merged before mibot had
        noted that it opened it."""
        return self._planner.previous_version(instance, self._history) if already_deployed else instance.version

    def check_refusal(self, upgrade: Upgrade) -> Upgrade | None:
        """The upgrade with the reason why there is no change set for it; None when there is one. Raises as `open`."""
        seen = self._fleets.current_view()
        planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
        return self._mark_refused(upgrade, planned) if isinstance(planned, Refusal) else None

    def update_branch(self, upgrade: Upgrade, pull: PullRequest) -> Upgrade:
        """The upgrade whose branch is on the base branch's tip again, where that moved and the change is the same.

        What can't be rebuilt is left as it is, and `note` says why. Raises Passing when trying again may help.
        """
        head = self._base.head()
        if head.commit == upgrade.base and pull.head == upgrade.built:
            return upgrade
        try:
            return self._rebuild_branch(upgrade, pull, head)
        except PermanentError as error:
            log.warning("not_rebuilt", slug=upgrade.slug, version=str(upgrade.version), error=str(error))
            note = f"its branch could not be rebuilt on the base branch: {describe(error.reason).rstrip('.')}"
            return replace(upgrade, base=head.commit, built=pull.head, note=note)

    def _rebuild_branch(self, upgrade: Upgrade, pull: PullRequest, head: Head) -> Upgrade:
        known = replace(upgrade, base=head.commit, built=pull.head)
        drift = self._pulls.drift(upgrade.branch)
        if not drift.ours:
            return replace(known, note=PUSHED_BY_OTHERS)
        if not drift.behind:
            return known  # what was done before a crash, and not noted
        seen = self._fleets.view_at(head.tree)
        planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
        if isinstance(planned, Refusal):
            return replace(known, note=f"the base branch moved, and now: {describe(planned.reason).rstrip('.')}")
        if upgrade.meaning and not same_change(upgrade.meaning, planned):
            note = "the base branch moved, and the change would be another one now: close its pull request, ask again"
            return replace(known, note=note)
        note = f"rebuilt on {head.commit[:7]}, for the base branch had moved; the change is the same"
        built = self._pulls.rebuild(self._spec(planned, head, seen, upgrade, note), pull.number)
        log.info("rebuilt", slug=upgrade.slug, version=str(upgrade.version), base=head.commit)
        return replace(
            known,
            built=built,
            head=built,
            meaning=change_fingerprint(planned),
            note=note,
            warnings=tuple(describe_warnings(planned)),
        )

    def _adopt(self, upgrade: Upgrade, pull: PullRequest, instance: Instance, seen: FleetView) -> Upgrade:
        """With a pull request that was there already: a beginning of ours, or people's; `keep_up` tells later."""
        if pull.open:
            self._pulls.label(pull, ChangeSet(upgrade.kind, upgrade.version, (), upgrade.slug))
        if upgrade.back is None:
            return upgrade
        planned = self._plan(upgrade, instance, seen) if pull.open else None
        to = planned.new if isinstance(planned, ChangeSet) else instance.version
        return replace(upgrade, back=replace(upgrade.back, to=to))

    def _plan(self, upgrade: Upgrade, instance: Instance, seen: FleetView) -> ChangeSet | Refusal:
        if upgrade.kind is ChangeKind.ROLLBACK:
            return self._planner.rollback(seen, instance, self._history)
        return self._planner.upgrade(seen, instance, upgrade.version)

    def _mark_refused(self, upgrade: Upgrade, refusal: Refusal) -> Upgrade:
        waits = bool(refusal.needs_preparation or refusal.needs_acceptance)
        return mark_refused(upgrade, describe(refusal.reason).rstrip("."), self._clock(), keep_waiting=waits)

    def _instance(self, upgrade: Upgrade, seen: FleetView) -> Instance:
        instance = seen.fleet.get(upgrade.slug)
        if instance is None:
            raise PermanentError(
                "the instance can't be read from the deployment repository any more; see the tracker's end"
            )
        return instance

    def _spec(
        self, planned: ChangeSet, head: Head, seen: FleetView, upgrade: Upgrade, note: str = ""
    ) -> PullRequestSpec:
        tracker = self._ledger.tracker(upgrade.version)
        if tracker is None:
            raise PermanentError("its version has no tracker; label the release issue first")
        old, new = planned.old, planned.new
        golden = self._planner.compare_golden(seen, old, new) if old and new else None
        why = upgrade.back.why if upgrade.back else upgrade.forced
        return PullRequestSpec(planned, head, tracker.url, upgrade.asked_by, note, old, golden, why)
