"""Opens the pull request of an upgrade or rollback, finds it again, and keeps it on the base branch's tip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.fleet.model import Instance
from bot.domain.github_models import Head, PullRequest
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.fingerprint import change_fingerprint, same_change
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.pull_request import BranchState
from bot.domain.upgrade.reasons.progress import InstanceLeft, InstanceUnreadable, NoTracker
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.transitions import attach_pull, mark_refused
from bot.domain.versions import Version
from bot.ports.branches import BaseBranch
from bot.ports.errors import PermanentError
from bot.ports.files import FileHistory
from bot.ports.store import TrackerReader
from bot.services.branch_updates import BranchUpdater, Proposal
from bot.services.fleet_reader import FleetReader, FleetView
from bot.services.planner import Planner
from bot.services.pull_contents import ContentReader
from bot.services.pull_requests import PullRequestWriter
from bot.services.tracker_states import TrackerStates


class PullRequestService:
    """Opens the pull requests of upgrades and rollbacks, and rebuilds them when the base branch moved.

    `trackers` tells which are open: a closed one starts no upgrade. `clock` gives the time in UTC.
    """

    def __init__(
        self,
        base: BaseBranch,
        history: FileHistory,
        store: TrackerReader,
        fleets: FleetReader,
        planner: Planner,
        pulls: PullRequestWriter,
        contents: ContentReader,
        trackers: TrackerStates,
        clock: Callable[[], datetime],
    ) -> None:
        self._base = base
        self._history = history
        self._store = store
        self._fleets = fleets
        self._planner = planner
        self._pulls = pulls
        self._contents = contents
        self._trackers = trackers
        self._updater = BranchUpdater(base, pulls)
        self._clock = clock

    def open(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade with its pull request. It fails, or waits again, with the reason where there can't be one.

        Raises PermanentError when GitHub refuses, TransientError when trying again may help.
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
        tracker = self._tracker(upgrade)
        obstacle = self._trackers.obstacle(tracker) if upgrade.kind is ChangeKind.UPGRADE else None
        if obstacle is not None:
            return mark_refused(upgrade, obstacle, self._clock(), keep_waiting=True)
        pull, commit = self._pulls.create(self._spec(planned, head, seen, upgrade))
        opened = attach_pull(upgrade, pull, from_version, self._clock())
        branch = BranchState(commit, head.commit, change_fingerprint(planned))
        content = PullRequestContent(commit)
        state = replace(opened.pull_request, branch=branch, content=content, warnings=planned.warnings)
        rollback = replace(upgrade.rollback, to_version=planned.new) if upgrade.rollback else None
        return replace(opened, pull_request=state, rollback=rollback)

    def _from_version(self, instance: Instance, *, already_deployed: bool) -> Version | None:
        """What the instance runs before the deployment. Git tells where the pull request was merged before mibot
        saved that it had opened it."""
        return self._planner.previous_version(instance, self._history) if already_deployed else instance.version

    def check_refusal(self, upgrade: Upgrade) -> Upgrade | None:
        """The upgrade with the reason why there is no change set for it, or None when there is one. Raises as
        `open`."""
        seen = self._fleets.current_view()
        planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
        return self._mark_refused(upgrade, planned) if isinstance(planned, Refusal) else None

    def update_branch(self, upgrade: Upgrade, pull: PullRequest) -> Upgrade:
        """The upgrade whose branch is on the base branch's tip again, where that moved and the change is the same.

        A branch that can't be rebuilt stays as it is, and the note says why. Raises TransientError when trying again
        may help.
        """

        def propose(head: Head) -> Proposal | Refusal:
            seen = self._fleets.view_at(head.tree)
            planned = self._plan(upgrade, self._instance(upgrade, seen), seen)
            if isinstance(planned, Refusal):
                return planned
            known = upgrade.pull_request.branch.change_fingerprint
            same = not known or same_change(known, planned)
            return Proposal(self._spec(planned, head, seen, upgrade), change_fingerprint(planned), same)

        state, _ = self._updater.update(upgrade.pull_request, pull, propose, may_change=False)
        return replace(upgrade, pull_request=state)

    def compare(self, upgrade: Upgrade, pull: PullRequest) -> Upgrade:
        """The upgrade that knows what its pull request changes. Raises TransientError when trying again may help."""
        return self._contents.compare(upgrade, pull)

    def _adopt(self, upgrade: Upgrade, pull: PullRequest, instance: Instance, seen: FleetView) -> Upgrade:
        """With a pull request that existed already, mibot's or people's. What is not what was planned is not labeled
        as if it were."""
        upgrade = self.compare(upgrade, pull)
        if pull.open and upgrade.pull_request.obstacle is None:
            self._pulls.label(pull, ChangeSet(upgrade.kind, upgrade.version, (), upgrade.slug))
        if upgrade.rollback is None:
            return upgrade
        planned = self._plan(upgrade, instance, seen) if pull.open else None
        to = planned.new if isinstance(planned, ChangeSet) else instance.version
        return replace(upgrade, rollback=replace(upgrade.rollback, to_version=to))

    def _plan(self, upgrade: Upgrade, instance: Instance, seen: FleetView) -> ChangeSet | Refusal:
        if upgrade.kind is ChangeKind.ROLLBACK:
            return self._planner.rollback(seen, instance, self._history)
        return self._planner.upgrade(seen, instance, upgrade.version)

    def _mark_refused(self, upgrade: Upgrade, refusal: Refusal) -> Upgrade:
        waits = bool(refusal.needs_preparation or refusal.needs_acceptance)
        return mark_refused(upgrade, refusal.reason, self._clock(), keep_waiting=waits)

    def _instance(self, upgrade: Upgrade, seen: FleetView) -> Instance:
        instance = seen.fleet.get(upgrade.slug)
        if instance is None:
            raise PermanentError(InstanceUnreadable() if seen.fleet.has_folder(upgrade.slug) else InstanceLeft())
        return instance

    def _tracker(self, upgrade: Upgrade) -> TrackerRecord:
        tracker = self._store.tracker(upgrade.version)
        if tracker is None:
            raise PermanentError(NoTracker())
        return tracker

    def _spec(self, planned: ChangeSet, head: Head, seen: FleetView, upgrade: Upgrade) -> PullRequestSpec:
        tracker = self._tracker(upgrade)
        old, new = planned.old, planned.new
        golden = self._planner.compare_golden(seen, old, new) if old and new else None
        return PullRequestSpec(
            planned, head, tracker.url, upgrade.requested_by, None, old, golden, _requester_reason(upgrade)
        )


def _requester_reason(upgrade: Upgrade) -> str:
    if upgrade.rollback is not None:
        return upgrade.rollback.why
    return upgrade.force.why if upgrade.force else ""
