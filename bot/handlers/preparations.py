"""Preparations: each version's golden file, by a pull request that is followed until it is merged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.effects import Effect
from bot.domain.github_models import Head, PullRequest
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import PreparationPreview
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.reasons import Reason
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import AdvancePreparation, Prepare
from bot.domain.upgrade.preparation import (
    UNPREPARED,
    Preparation,
    PreparationStage,
    accept,
    apply_plan,
    observe_preparation,
    request_preparation,
)
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles, notes_delay
from bot.handlers.refreshes import preparation_refresh_effects
from bot.ports.branches import BaseBranch
from bot.ports.errors import NotFoundError, PermanentError
from bot.ports.pull_requests import PullRequestReader
from bot.ports.store import PreparationStore, ReplyIndex, TrackerReader
from bot.rendering.reasons import describe_warnings
from bot.rendering.wording import clause, describe
from bot.services.fleet_reader import FleetReader
from bot.services.planner import Planner
from bot.services.pull_requests import PullRequestWriter
from bot.services.upgrade_pull_requests import PUSHED_BY_OTHERS

log = structlog.get_logger(__name__)


class _Store(PreparationStore, TrackerReader, ReplyIndex, Protocol):
    """What the handler remembers."""


class PreparationHandler:
    """Prepares versions. `clock` gives the time in UTC."""

    def __init__(
        self,
        base: BaseBranch,
        pull_requests: PullRequestReader,
        ledger: _Store,
        fleets: FleetReader,
        planner: Planner,
        pulls: PullRequestWriter,
        clock: Callable[[], datetime],
    ) -> None:
        self._base = base
        self._pull_requests = pull_requests
        self._ledger = ledger
        self._fleets = fleets
        self._planner = planner
        self._pulls = pulls
        self._clock = clock

    @handles
    def prepare(self, effect: Prepare) -> list[Effect]:
        """Record that it was asked for, then go on; one that people closed is opened again only for people."""
        version = parse_version(effect.version)
        existing = self._ledger.preparation(version)
        if existing is None or effect.asked:
            asked = request_preparation(existing, version, effect.by, self._clock())
            if effect.accept:
                asked = accept(asked, effect.by, self._clock())
            self._save(asked)
            log.info("preparation_asked_for", version=effect.version, by=effect.by, accept=effect.accept)
        return self.advance(AdvancePreparation(effect.version))

    @handles
    def advance(self, effect: AdvancePreparation) -> list[Effect]:
        """Take it as far as it can go now."""
        version = parse_version(effect.version)
        before = self._ledger.preparation(version)
        if before is None:
            return []
        tracker = self._ledger.tracker(version)
        if tracker is None:
            return [EnsureTracker(effect.version, 0, before.asked_by)]
        try:
            after = self._move(before, tracker)
        except PermanentError as error:
            after = replace(before, stage=PreparationStage.FAILED, reason=describe(error.reason).rstrip("."))
        self._save(after)
        if after.stage is not before.stage:
            log.info("preparation_moved", version=effect.version, stage=after.stage.value, reason=after.reason)
        return [*preparation_refresh_effects(self._ledger, after), Schedule()]

    @notes_delay
    def mark_delayed(self, effect: Prepare | AdvancePreparation, reason: Reason) -> list[Effect]:
        """Note why it does not move; the next move takes the note away."""
        preparation = self._ledger.preparation(parse_version(effect.version))
        if preparation is None or preparation.stage not in UNPREPARED:
            return []
        noted = replace(preparation, reason=f"delayed: {clause(reason)}; it will be tried again")
        self._save(noted)
        return preparation_refresh_effects(self._ledger, noted)

    def _move(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        if preparation.stage is PreparationStage.REQUESTED:
            return self._open(preparation, tracker)
        if preparation.stage is PreparationStage.OPEN and preparation.number is not None:
            return self._observe(preparation, preparation.number, tracker)
        return preparation

    def _open(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        head = self._base.head()
        seen = self._fleets.view_at(head.tree)
        prepared = self._planner.preparation(seen, preparation.version)
        plan = prepared.plan
        if isinstance(plan, Refusal):
            return replace(preparation, stage=PreparationStage.FAILED, reason=describe(plan.reason).rstrip("."))
        preparation = apply_plan(preparation, plan, describe_warnings(plan))
        found = next((pull for pull in self._pulls.find(preparation.branch) if pull.open), None)
        if found is not None:
            self._pulls.label(found, plan)
            return _with_pull(replace(preparation, meaning=_content_fingerprint(plan)), found)
        if not plan.changes:
            return replace(preparation, stage=PreparationStage.READY)
        pull, commit = self._pulls.create(_spec(plan, prepared, head, preparation, tracker))
        return replace(
            _with_pull(preparation, pull), built=commit, base=head.commit, meaning=_content_fingerprint(plan)
        )

    def _observe(self, preparation: Preparation, number: int, tracker: TrackerRecord) -> Preparation:
        try:
            pull = self._pull_requests.pull(number)
        except NotFoundError:
            return replace(preparation, stage=PreparationStage.CLOSED, reason="its pull request is gone")
        reviews = self._pull_requests.reviews(number) if pull.open or pull.merged else []
        seen = observe_preparation(preparation, pull, reviews)
        return self._update_branch(seen, pull, tracker) if seen.stage is PreparationStage.OPEN else seen

    def _update_branch(self, preparation: Preparation, pull: PullRequest, tracker: TrackerRecord) -> Preparation:
        """On the base branch's tip again where that moved; what can't be rebuilt is left as it is, and says why."""
        head = self._base.head()
        if head.commit == preparation.base and pull.head == preparation.built:
            return preparation
        try:
            return self._rebuild_branch(preparation, pull, head, tracker)
        except PermanentError as error:
            log.warning("not_rebuilt", version=str(preparation.version), error=str(error))
            note = f"its branch could not be rebuilt on the base branch: {describe(error.reason).rstrip('.')}"
            return replace(preparation, base=head.commit, built=pull.head, note=note)

    def _rebuild_branch(
        self, preparation: Preparation, pull: PullRequest, head: Head, tracker: TrackerRecord
    ) -> Preparation:
        """A preparation is made anew of what is there now."""
        known = replace(preparation, base=head.commit, built=pull.head)
        drift = self._pulls.drift(preparation.branch)
        if not drift.ours:
            return replace(known, note=PUSHED_BY_OTHERS)
        if not drift.behind:
            return known
        seen = self._fleets.view_at(head.tree)
        prepared = self._planner.preparation(seen, preparation.version)
        plan = prepared.plan
        if isinstance(plan, Refusal) or not plan.changes:
            why = describe(plan.reason).rstrip(".") if isinstance(plan, Refusal) else "all of it is there already"
            return replace(known, note=f"the base branch moved, and now: {why}")
        same = (
            "the change is the same"
            if _content_fingerprint(plan) == preparation.meaning
            else "the overrides changed with it"
        )
        note = f"rebuilt on {head.commit[:7]}, for the base branch had moved; {same}"
        built = self._pulls.rebuild(_spec(plan, prepared, head, known, tracker, note), pull.number)
        return replace(
            apply_plan(known, plan, describe_warnings(plan)),
            built=built,
            head=built,
            meaning=_content_fingerprint(plan),
            note=note,
        )

    def _save(self, preparation: Preparation) -> None:
        if preparation != self._ledger.preparation(preparation.version):
            self._ledger.save_preparation(preparation)


def _with_pull(preparation: Preparation, pull: PullRequest) -> Preparation:
    return replace(
        preparation, stage=PreparationStage.OPEN, number=pull.number, url=pull.url, head=pull.head, reason=""
    )


def _spec(
    plan: ChangeSet,
    prepared: PreparationPreview,
    head: Head,
    preparation: Preparation,
    tracker: TrackerRecord,
    note: str = "",
) -> PullRequestSpec:
    return PullRequestSpec(
        plan, head, tracker.url, preparation.asked_by, note, prepared.previous_version, prepared.golden_diff
    )


def _content_fingerprint(plan: ChangeSet) -> str:
    """Stays the same as long as the files do."""
    told = "\n".join(f"{change.path}\n{change.content}" for change in plan.changes)
    return hashlib.sha256(told.encode()).hexdigest()
