"""Compares what is in the pull request of an upgrade or a preparation with what was planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.domain.fleet.inventory import read_fleet, required_blobs
from bot.domain.github_models import PullRequest
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.reasons import Reason
from bot.domain.upgrade.content import PullRequestContent, compare_content
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.pull_request import PullRequestState
from bot.domain.upgrade.reasons.progress import InstanceUnreadable
from bot.domain.upgrade.reasons.pull_requests import NotComparable
from bot.domain.upgrade.record import Upgrade
from bot.ports.branches import Branches
from bot.ports.errors import NeedsPersonError, PermanentError
from bot.ports.files import FileHistory, FleetSource
from bot.services.fleet_reader import FleetView
from bot.services.planner import Planner

Plan = Callable[[FleetView], ChangeSet | Refusal]
"""Plans the change anew, for the commit that the branch begins at."""

log = structlog.get_logger(__name__)


class ContentReader:
    """Reads what pull requests change. What can't be compared counts as different."""

    def __init__(self, branches: Branches, source: FleetSource, history: FileHistory, planner: Planner) -> None:
        self._branches = branches
        self._source = source
        self._history = history
        self._planner = planner

    def compare(self, upgrade: Upgrade, pull: PullRequest) -> Upgrade:
        """The upgrade that knows the content of its pull request's head, and who pushed it. Raises TransientError."""
        state = self._compare(upgrade.pull_request, pull, lambda view: self._plan(upgrade, view))
        return replace(upgrade, pull_request=state)

    def compare_preparation(self, preparation: Preparation, pull: PullRequest) -> Preparation:
        """The preparation that knows the content of its pull request's head. Raises TransientError."""

        def plan(view: FleetView) -> ChangeSet | Refusal:
            return self._planner.preparation(view, preparation.version).plan

        state = self._compare(preparation.pull_request, pull, plan)
        return replace(preparation, pull_request=state)

    def _compare(self, state: PullRequestState, pull: PullRequest, plan: Plan) -> PullRequestState:
        contributors = state.contributors
        try:
            origin = self._branches.origin(pull.base_commit, pull.head)
            contributors = tuple(sorted({*contributors, *origin.contributors}))
            difference = self._difference(plan, origin.merge_base, pull.head)
        except NeedsPersonError:
            raise  # it is compared when that is mended
        except PermanentError as error:
            difference = NotComparable(error.reason)
        if difference is not None:
            log.warning("content_differs", branch=pull.branch, pull=pull.number, commit=pull.head)
        return replace(state, content=PullRequestContent(pull.head, difference), contributors=contributors)

    def _difference(self, make_plan: Plan, base: str, head: str) -> Reason | None:
        before, after = self._history.snapshot_at(base), self._history.snapshot_at(head)
        fleet = read_fleet(before, self._source.contents(required_blobs(before)))
        plan = make_plan(FleetView(fleet, before))
        return compare_content(before, after, plan) if isinstance(plan, ChangeSet) else NotComparable(plan.reason)

    def _plan(self, upgrade: Upgrade, view: FleetView) -> ChangeSet | Refusal:
        """The plan for the commit that the branch begins at."""
        instance = view.fleet.get(upgrade.slug)
        if instance is None:
            return Refusal(InstanceUnreadable())
        if upgrade.kind is ChangeKind.ROLLBACK:
            return self._planner.rollback(view, instance, self._history)
        return self._planner.upgrade(view, instance, upgrade.version)
