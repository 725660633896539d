"""Keeps the branches of mibot's open pull requests on the base branch's tip: upgrades', rollbacks' and
preparations'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain.github_models import Head, PullRequest
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.pull_request import BranchState, PullRequestState
from bot.domain.upgrade.reasons.pull_requests import (
    BranchRebuilt,
    ChangeDiffers,
    ChangeImpossible,
    NothingToChange,
    PushedByOthers,
    RebuildRefused,
)
from bot.ports.branches import BaseBranch
from bot.ports.errors import MENDABLE, PermanentError
from bot.services.pull_requests import PullRequestWriter

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Proposal:
    """What a pull request is to be on some commit of the base branch, the fingerprint of its change, and whether that
    is the change that people have reviewed."""

    spec: PullRequestSpec
    fingerprint: str
    same_change: bool


Propose = Callable[[Head], Proposal | Refusal | None]
"""Plans a pull request anew. None: there is nothing left to change."""


class BranchUpdater:
    """Rebuilds the branches of open pull requests when the base branch moves. People's commits stay untouched."""

    def __init__(self, base: BaseBranch, pulls: PullRequestWriter) -> None:
        self._base = base
        self._pulls = pulls

    def update(
        self, state: PullRequestState, pull: PullRequest, propose: Propose, *, may_change: bool
    ) -> tuple[PullRequestState, ChangeSet | None]:
        """The open pull request's state after its branch was brought up to date, and the change set of the rebuilt
        branch (None where it was not rebuilt).

        `may_change` says whether the rebuilt branch may hold another change than the one that people reviewed. A
        branch that can't be rebuilt stays as it is, and the state's note says why. Raises TransientError when trying
        again may help.
        """
        seen = state
        try:
            head = self._base.head()
            if head.commit == state.branch.base_commit and pull.head == state.branch.built_commit:
                return state, None
            seen = replace(state, branch=replace(state.branch, base_commit=head.commit, built_commit=pull.head))
            return self._rebuild(seen, pull, head, propose, may_change=may_change)
        except MENDABLE as error:  # not as seen: it is tried again
            log.warning("not_rebuilt", branch=pull.branch, error=str(error))
            return replace(state, note=RebuildRefused(error.reason)), None
        except PermanentError as error:
            log.warning("not_rebuilt", branch=pull.branch, error=str(error))
            return replace(seen, note=RebuildRefused(error.reason)), None

    def _rebuild(
        self, state: PullRequestState, pull: PullRequest, head: Head, propose: Propose, *, may_change: bool
    ) -> tuple[PullRequestState, ChangeSet | None]:
        drift = self._pulls.drift(pull.branch)
        if not drift.ours:
            return replace(state, note=PushedByOthers()), None
        if (
            not drift.behind
        ):  # a crash came between the rebuild and its record, or GitHub refused something for a while
            refused = isinstance(state.note, RebuildRefused)
            return replace(state, note=None if refused else state.note), None
        proposal = propose(head)
        if not isinstance(proposal, Proposal):
            why = proposal.reason if proposal else NothingToChange()
            return replace(state, note=ChangeImpossible(why)), None
        if not proposal.same_change and not may_change:
            return replace(state, note=ChangeDiffers()), None
        note = BranchRebuilt(head.commit, proposal.same_change)
        commit = self._pulls.rebuild(replace(proposal.spec, note=note), pull.number, same=proposal.same_change)
        log.info("rebuilt", branch=pull.branch, base=head.commit)
        built = BranchState(commit, head.commit, proposal.fingerprint)
        change = proposal.spec.change
        content = PullRequestContent(commit)
        return replace(state, head=commit, branch=built, content=content, warnings=change.warnings, note=note), change
