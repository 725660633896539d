"""Preparations: each version's golden file, by a pull request that is followed until it is merged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.chat.replies import TrackerRecord
from bot.domain.flow.effects import AdvancePreparation, Effect, EnsureTracker, Prepare, TakeTurns
from bot.domain.github_models import Head, Pull
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import Prepared
from bot.domain.plans.pull_request_spec import Order
from bot.domain.upgrade.preparation import (
    UNPREPARED,
    Preparation,
    PreparationStage,
    accept,
    ask_preparation,
    observe_preparation,
    planned,
)
from bot.domain.versions import version_of
from bot.handlers.refreshes import preparation_shown
from bot.ports import Deployment, Ledger, Missing, Refused
from bot.services.fleet_reader import Fleets
from bot.services.planner import Planner
from bot.services.pull_requests import PullMaker
from bot.services.upgrade_pull_requests import PUSHED_TO

log = structlog.get_logger(__name__)


class PreparationKeeper:
    """Prepares versions. `clock` gives the time in UTC."""

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

    def prepare(self, effect: Prepare) -> list[Effect]:
        """Record that it was asked for, then go on; one that people closed is opened again only for people."""
        version = version_of(effect.version)
        existing = self._ledger.preparation(version)
        if existing is None or effect.asked:
            asked = ask_preparation(existing, version, effect.by, self._clock())
            if effect.accept:
                asked = accept(asked, effect.by, self._clock())
            self._kept(asked)
            log.info("preparation_asked_for", version=effect.version, by=effect.by, accept=effect.accept)
        return self.advance(AdvancePreparation(effect.version))

    def advance(self, effect: AdvancePreparation) -> list[Effect]:
        """Take it as far as it can go now."""
        version = version_of(effect.version)
        before = self._ledger.preparation(version)
        if before is None:
            return []
        tracker = self._ledger.tracker(version)
        if tracker is None:
            return [EnsureTracker(effect.version, 0, before.asked_by)]
        try:
            after = self._moved(before, tracker)
        except Refused as error:
            after = replace(before, stage=PreparationStage.FAILED, reason=str(error).rstrip("."))
        self._kept(after)
        if after.stage is not before.stage:
            log.info("preparation_moved", version=effect.version, stage=after.stage.value, reason=after.reason)
        return [*preparation_shown(self._ledger, after), TakeTurns()]

    def delayed(self, version: str, reason: str) -> list[Effect]:
        """Note why it does not move; the next move takes the note away."""
        preparation = self._ledger.preparation(version_of(version))
        if preparation is None or preparation.stage not in UNPREPARED:
            return []
        noted = replace(preparation, reason=f"delayed: {reason.rstrip('.')}; it will be tried again")
        self._kept(noted)
        return preparation_shown(self._ledger, noted)

    def _moved(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        if preparation.stage is PreparationStage.ASKED:
            return self._opened(preparation, tracker)
        if preparation.stage is PreparationStage.OPEN and preparation.number is not None:
            return self._observed(preparation, preparation.number, tracker)
        return preparation

    def _opened(self, preparation: Preparation, tracker: TrackerRecord) -> Preparation:
        head = self._deployment.head()
        seen = self._fleets.at(head.tree)
        prepared = self._planner.preparation(seen, preparation.version)
        plan = prepared.plan
        if isinstance(plan, Refusal):
            return replace(preparation, stage=PreparationStage.FAILED, reason=plan.sentence.rstrip("."))
        preparation = planned(preparation, plan)
        found = next((pull for pull in self._pulls.find(preparation.branch) if pull.open), None)
        if found is not None:
            self._pulls.label(found, plan)
            return _with_pull(replace(preparation, meaning=_content(plan)), found)
        if not plan.changes:
            return replace(preparation, stage=PreparationStage.READY)
        pull, commit = self._pulls.make(_order(plan, prepared, head, preparation, tracker))
        return replace(_with_pull(preparation, pull), built=commit, base=head.commit, meaning=_content(plan))

    def _observed(self, preparation: Preparation, number: int, tracker: TrackerRecord) -> Preparation:
        try:
            pull = self._deployment.pull(number)
        except Missing:
            return replace(preparation, stage=PreparationStage.CLOSED, reason="its pull request is gone")
        reviews = self._deployment.reviews(number) if pull.open or pull.merged else []
        seen = observe_preparation(preparation, pull, reviews)
        return self._keep_up(seen, pull, tracker) if seen.stage is PreparationStage.OPEN else seen

    def _keep_up(self, preparation: Preparation, pull: Pull, tracker: TrackerRecord) -> Preparation:
        """On the base branch's tip again where that moved; what can't be rebuilt is left as it is, and says why."""
        head = self._deployment.head()
        if head.commit == preparation.base and pull.head == preparation.built:
            return preparation
        try:
            return self._kept_up(preparation, pull, head, tracker)
        except Refused as error:
            log.warning("not_rebuilt", version=str(preparation.version), error=str(error))
            note = f"its branch could not be rebuilt on the base branch: {str(error).rstrip('.')}"
            return replace(preparation, base=head.commit, built=pull.head, note=note)

    def _kept_up(self, preparation: Preparation, pull: Pull, head: Head, tracker: TrackerRecord) -> Preparation:
        """A preparation is made anew of what is there now."""
        known = replace(preparation, base=head.commit, built=pull.head)
        drift = self._pulls.drift(preparation.branch)
        if not drift.ours:
            return replace(known, note=PUSHED_TO)
        if not drift.behind:
            return known
        seen = self._fleets.at(head.tree)
        prepared = self._planner.preparation(seen, preparation.version)
        plan = prepared.plan
        if isinstance(plan, Refusal) or not plan.changes:
            why = plan.sentence.rstrip(".") if isinstance(plan, Refusal) else "all of it is there already"
            return replace(known, note=f"the base branch moved, and now: {why}")
        same = "the change is the same" if _content(plan) == preparation.meaning else "the overrides changed with it"
        note = f"rebuilt on {head.commit[:7]}, for the base branch had moved; {same}"
        built = self._pulls.rebuild(_order(plan, prepared, head, known, tracker, note), pull.number)
        return replace(planned(known, plan), built=built, head=built, meaning=_content(plan), note=note)

    def _kept(self, preparation: Preparation) -> None:
        if preparation != self._ledger.preparation(preparation.version):
            self._ledger.save_preparation(preparation)


def _with_pull(preparation: Preparation, pull: Pull) -> Preparation:
    return replace(
        preparation, stage=PreparationStage.OPEN, number=pull.number, url=pull.url, head=pull.head, reason=""
    )


def _order(
    plan: ChangeSet,
    prepared: Prepared,
    head: Head,
    preparation: Preparation,
    tracker: TrackerRecord,
    note: str = "",
) -> Order:
    return Order(plan, head, tracker.url, preparation.asked_by, note, prepared.earlier, prepared.golden)


def _content(plan: ChangeSet) -> str:
    """Stays the same as long as the files do."""
    told = "\n".join(f"{change.path}\n{change.content}" for change in plan.changes)
    return hashlib.sha256(told.encode()).hexdigest()
