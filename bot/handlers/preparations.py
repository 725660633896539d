"""Preparations: each version's golden file, by a pull request that mibot follows until it is merged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.effects import Effect
from bot.domain.github_models import Head, PullRequest
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import PreparationPreview
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.reasons import Reason, format_for_log
from bot.domain.rollout.effects import Schedule
from bot.domain.rollout.reasons import TrackerClosed, TrackerGone
from bot.domain.tracker.effects import EnsureTracker, WatchTracker
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.check_effects import ReportUnrelated
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.effects import AdvancePreparation, Prepare
from bot.domain.upgrade.preparation import (
    UNPREPARED,
    Preparation,
    PreparationStage,
    accept,
    apply_plan,
    force_preparation,
    observe_preparation,
    request_preparation,
)
from bot.domain.upgrade.pull_request import BranchState
from bot.domain.upgrade.reasons.progress import Delayed, NeedsPerson
from bot.domain.upgrade.reasons.pull_requests import PullRequestEnd, PullRequestEnded
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles, notes_delay
from bot.handlers.refreshes import preparation_refresh_effects
from bot.ports.branches import BaseBranch
from bot.ports.errors import MENDABLE, NotFoundError, PermanentError, TransientError
from bot.ports.pull_requests import PullRequestReader
from bot.ports.store import PreparationStore, ReplyIndex, TrackerReader
from bot.services.branch_updates import BranchUpdater, Proposal
from bot.services.fleet_reader import FleetReader
from bot.services.planner import Planner
from bot.services.pull_contents import ContentReader
from bot.services.pull_requests import PullRequestWriter
from bot.services.tracker_states import TrackerStates

log = structlog.get_logger(__name__)


SETTLING_TIME = timedelta(minutes=10)
"""How long a new pull request that GitHub does not show counts as not shown yet."""


class _Store(PreparationStore, TrackerReader, ReplyIndex, Protocol):
    """What the handler remembers."""


class PreparationHandler:
    """Prepares versions. `trackers` tells which are open, `clock` gives the time in UTC."""

    def __init__(
        self,
        base: BaseBranch,
        pull_requests: PullRequestReader,
        store: _Store,
        fleets: FleetReader,
        planner: Planner,
        pulls: PullRequestWriter,
        contents: ContentReader,
        trackers: TrackerStates,
        clock: Callable[[], datetime],
    ) -> None:
        self._base = base
        self._pull_requests = pull_requests
        self._store = store
        self._fleets = fleets
        self._planner = planner
        self._pulls = pulls
        self._contents = contents
        self._trackers = trackers
        self._updater = BranchUpdater(base, pulls)
        self._clock = clock

    @handles
    def prepare(self, effect: Prepare) -> list[Effect]:
        """Record the request, then advance the preparation. One that people closed begins again only for people."""
        version = parse_version(effect.version)
        existing = self._store.preparation(version)
        if existing is None or effect.asked:
            requested = request_preparation(existing, version, effect.by, self._clock())
            if effect.accept:
                requested = accept(requested, effect.by, self._clock())
            if effect.force:
                requested = force_preparation(requested, effect.by, effect.force, self._clock())
            self._save(requested)
            log.info("preparation_asked_for", version=effect.version, by=effect.by, accept=effect.accept)
        elif self._store.tracker(version) is None:
            return []  # the sweep sees to its tracker, which lets it go on
        return self.advance(AdvancePreparation(effect.version))

    @handles
    def advance(self, effect: AdvancePreparation) -> list[Effect]:
        """Take it as far as it can go now."""
        version = parse_version(effect.version)
        before = self._store.preparation(version)
        if before is None:
            return []
        tracker = self._store.tracker(version)
        if tracker is None:
            return [EnsureTracker(effect.version, 0, before.requested_by)]
        try:
            after = self._move(before, tracker)
        except MENDABLE as error:
            after = replace(before, reason=NeedsPerson(error.reason))
        except PermanentError as error:
            after = replace(before, stage=PreparationStage.FAILED, reason=error.reason)
        self._save(after)
        if after.stage is not before.stage:
            log.info(
                "preparation_moved",
                version=effect.version,
                stage=after.stage.value,
                reason=format_for_log(after.reason) if after.reason else "",
            )
        stopped = isinstance(after.reason, TrackerClosed | TrackerGone) and not tracker.told
        watch = [WatchTracker(effect.version)] if stopped else []
        head = after.pull_request.head
        report = [ReportUnrelated(head)] if head and head != before.pull_request.head else []
        # Of a requested one nothing may start yet, and the scheduling would request it again at once.
        waiting = [] if after.stage is PreparationStage.REQUESTED else [Schedule()]
        return [*preparation_refresh_effects(self._store, after), *watch, *report, *waiting]

    @notes_delay
    def mark_delayed(self, effect: Prepare | AdvancePreparation, reason: Reason) -> list[Effect]:
        """Save why it does not move. The next move removes that."""
        preparation = self._store.preparation(parse_version(effect.version))
        if preparation is None or preparation.stage not in UNPREPARED:
            return []
        delayed = replace(preparation, reason=Delayed(reason))
        self._save(delayed)
        return preparation_refresh_effects(self._store, delayed)

    def _move(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        if preparation.stage is PreparationStage.REQUESTED:
            return self._open(preparation, tracker)
        if preparation.stage is PreparationStage.OPEN and preparation.pull_request.number is not None:
            return self._observe(preparation, preparation.pull_request.number, tracker)
        return preparation

    def _open(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        head = self._base.head()
        seen = self._fleets.view_at(head.tree)
        prepared = self._planner.preparation(seen, preparation.version)
        plan = prepared.plan
        if isinstance(plan, Refusal):
            return replace(preparation, stage=PreparationStage.FAILED, reason=plan.reason)
        preparation = apply_plan(preparation, plan)
        found = next((pull for pull in self._pulls.find(preparation.branch) if pull.open), None)
        if found is not None:
            branch = BranchState(change_fingerprint=_content_fingerprint(plan))
            attached = self._contents.compare_preparation(_attach_pull(preparation, found, branch), found)
            if attached.pull_request.obstacle is None:
                self._pulls.label(found, plan)
            return attached
        if not plan.changes:
            return replace(preparation, stage=PreparationStage.READY)
        obstacle = self._trackers.obstacle(tracker)
        if obstacle is not None:
            return replace(preparation, reason=obstacle)
        pull, commit = self._pulls.create(_spec(plan, prepared, head, preparation, tracker))
        made = _attach_pull(preparation, pull, BranchState(commit, head.commit, _content_fingerprint(plan)))
        return replace(made, pull_request=replace(made.pull_request, content=PullRequestContent(commit)))

    def _observe(self, preparation: Preparation, number: int, tracker: TrackerRecord) -> Preparation:
        try:
            pull = self._pull_requests.pull(number)
        except NotFoundError as error:
            if self._clock() - preparation.requested_at < SETTLING_TIME:
                raise TransientError(error.reason) from error
            return replace(preparation, stage=PreparationStage.CLOSED, reason=PullRequestEnded(PullRequestEnd.GONE))
        reviews = self._pull_requests.reviews(number) if pull.open or pull.merged else []
        seen = observe_preparation(preparation, pull, reviews, self._clock())
        is_ours = seen.stage is PreparationStage.OPEN and seen.pull_request.counts(pull)
        seen = self._update_branch(seen, pull, tracker) if is_ours else seen
        counts = seen.stage in {PreparationStage.OPEN, PreparationStage.READY} and seen.pull_request.counts(pull)
        if counts and seen.pull_request.needs_comparison and seen.pull_request.head == pull.head:
            return self._contents.compare_preparation(seen, pull)
        return seen

    def _update_branch(self, preparation: Preparation, pull: PullRequest, tracker: TrackerRecord) -> Preparation:
        """The preparation whose branch is on the base branch's tip again, made anew from what is there now."""

        def propose(head: Head) -> Proposal | Refusal | None:
            prepared = self._planner.preparation(self._fleets.view_at(head.tree), preparation.version)
            plan = prepared.plan
            if isinstance(plan, Refusal):
                return plan
            if not plan.changes:
                return None
            fingerprint = _content_fingerprint(plan)
            same = fingerprint == preparation.pull_request.branch.change_fingerprint
            return Proposal(_spec(plan, prepared, head, preparation, tracker), fingerprint, same)

        state, change = self._updater.update(preparation.pull_request, pull, propose, may_change=True)
        rebuilt = preparation if change is None else apply_plan(preparation, change)
        return replace(rebuilt, pull_request=state)

    def _save(self, preparation: Preparation) -> None:
        if preparation != self._store.preparation(preparation.version):
            self._store.save_preparation(preparation)


def _attach_pull(preparation: Preparation, pull: PullRequest, branch: BranchState) -> Preparation:
    state = replace(
        preparation.pull_request, number=pull.number, url=pull.url, head=pull.head, branch=branch, base=pull.base
    )
    return replace(preparation, stage=PreparationStage.OPEN, pull_request=state, reason=None)


def _spec(
    plan: ChangeSet, prepared: PreparationPreview, head: Head, preparation: Preparation, tracker: TrackerRecord
) -> PullRequestSpec:
    return PullRequestSpec(
        plan,
        head,
        tracker.url,
        preparation.requested_by,
        None,
        prepared.previous_version,
        prepared.golden_diff,
        preparation.force.why if preparation.force else "",
    )


def _content_fingerprint(plan: ChangeSet) -> str:
    """Stays the same as long as the files do."""
    contents = "\n".join(f"{change.path}\n{change.content}" for change in plan.changes)
    return hashlib.sha256(contents.encode()).hexdigest()
