"""Compares what is in an upgrade's pull request with what was planned."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.domain.fleet.inventory import read_fleet, required_blobs
from bot.domain.git_tree import Snapshot
from bot.domain.github_models import PullRequest
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.reasons import Reason
from bot.domain.upgrade.content import PullRequestContent, compare_content
from bot.domain.upgrade.reasons.progress import InstanceUnreadable
from bot.domain.upgrade.reasons.pull_requests import NotComparable
from bot.domain.upgrade.record import Upgrade
from bot.ports.branches import Branches
from bot.ports.errors import NeedsPersonError, PermanentError
from bot.ports.files import FileHistory, FleetSource
from bot.services.fleet_reader import FleetView
from bot.services.planner import Planner

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
        state = upgrade.pull_request
        contributors = state.contributors
        try:
            origin = self._branches.origin(pull.base_commit, pull.head)
            contributors = tuple(sorted({*contributors, *origin.contributors}))
            difference = self._difference(upgrade, origin.merge_base, pull.head)
        except NeedsPersonError:
            raise  # it is compared when that is mended
        except PermanentError as error:
            difference = NotComparable(error.reason)
        if difference is not None:
            log.warning("content_differs", slug=upgrade.slug, pull=pull.number, commit=pull.head)
        content = PullRequestContent(pull.head, difference)
        return replace(upgrade, pull_request=replace(state, content=content, contributors=contributors))

    def _difference(self, upgrade: Upgrade, base: str, head: str) -> Reason | None:
        before, after = self._history.snapshot_at(base), self._history.snapshot_at(head)
        plan = self._plan(upgrade, before)
        return compare_content(before, after, plan) if isinstance(plan, ChangeSet) else NotComparable(plan.reason)

    def _plan(self, upgrade: Upgrade, before: Snapshot) -> ChangeSet | Refusal:
        """The plan for the commit that the branch begins at."""
        fleet = read_fleet(before, self._source.contents(required_blobs(before)))
        view, instance = FleetView(fleet, before), fleet.get(upgrade.slug)
        if instance is None:
            return Refusal(InstanceUnreadable())
        if upgrade.kind is ChangeKind.ROLLBACK:
            return self._planner.rollback(view, instance, self._history)
        return self._planner.upgrade(view, instance, upgrade.version)
