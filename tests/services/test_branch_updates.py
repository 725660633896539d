"""The branch of an open pull request follows the base branch, and what GitHub refuses leaves it as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.domain.git_tree import FileChange
from bot.domain.github_models import Drift, Head, PullRequest, Review
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.preview import PreparationPreview
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.effects import AdvancePreparation
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.pull_request import BranchState, PullRequestState
from bot.domain.upgrade.reasons.pull_requests import (
    BranchRebuilt,
    ChangeDiffers,
    ChangeImpossible,
    NothingToChange,
    PushedByOthers,
    RebuildRefused,
)
from bot.formats.markdown import Markdown
from bot.handlers.preparations import PreparationHandler
from bot.ports.errors import PermanentError, TransientError
from bot.services.branch_updates import BranchUpdater, Proposal
from bot.services.planner import Planner
from bot.services.pull_requests import PullRequestWriter
from bot.services.tracker_states import TrackerStates
from tests.ports import MemoryIssues, MemoryStore, make_creator
from tests.samples import NOW, PULL, modify, version

TO = version("3.41.0")
BASE, OLD_BASE, BUILT, REBUILT = "b" * 40, "a" * 40, "c" * 40, "d" * 40
WHY = PlainText("GitHub forbids it.")
REFUSED, BEHIND = PermanentError(WHY), Drift(ours=True, behind=True)
OPEN = PullRequest(7, "golden", "", PULL, "golden/v3.41.0", BUILT, True, False, "mibot[bot]", frozenset())
CHANGE = ChangeSet(ChangeKind.PREPARATION, TO, (FileChange("golden/x.yaml", "100644", "new"),))
STATE = PullRequestState(7, PULL, BUILT, branch=BranchState(BUILT, OLD_BASE, "fingerprint"))
CALLS = ["head", "drift", "files", "commit", "move_branch", "edit_pull"]


@dataclass
class FakeGitHub:
    """The deployment repository: one open pull request, whose base branch has moved. `refuses` names the call that
    GitHub refuses."""

    refuses: str = ""
    drifted: Drift = BEHIND
    error: Exception = REFUSED
    moved: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def _answer(self, call: str) -> None:
        if call == self.refuses:
            raise self.error

    def head(self) -> Head:
        self._answer("head")
        return Head(BASE, "tree")

    def drift(self, _branch: str) -> Drift:
        self._answer("drift")
        return self.drifted

    def view_at(self, tree: str) -> str:
        self._answer("files")
        return tree

    def commit(self, *_: object) -> str:
        self._answer("commit")
        return REBUILT

    def move_branch(self, _branch: str, commit: str) -> None:
        self._answer("move_branch")
        self.moved.append(commit)

    def edit_pull(self, _number: int, body: str) -> None:
        self._answer("edit_pull")
        self.bodies.append(body)

    def pull(self, _number: int) -> PullRequest:
        return replace(OPEN, body=self.bodies[-1] if self.bodies else OPEN.body)

    def compare_preparation(self, preparation: Preparation, pull: PullRequest) -> Preparation:
        return modify(preparation, content=PullRequestContent(pull.head))

    def reviews(self, _number: int) -> Sequence[Review]:
        return []


def updated(
    github: FakeGitHub, state: PullRequestState = STATE, *, same: bool = True, may_change: bool = False
) -> tuple[PullRequestState, ChangeSet | None]:
    spec = PullRequestSpec(CHANGE, Head(BASE, "tree"), "https://x/12", "dana")

    def propose(head: Head) -> Proposal:
        github.view_at(head.tree)
        return Proposal(spec, "other", same)

    updater = BranchUpdater(github, writer(github))
    return updater.update(state, OPEN, propose, may_change=may_change)


def writer(github: FakeGitHub) -> PullRequestWriter:
    body = Markdown("body\n- [ ] It is reviewed.")
    return PullRequestWriter(cast("Any", github), cast("Any", github), lambda _: body, make_creator())


@pytest.mark.parametrize(("same", "may_change"), [(True, False), (True, True), (False, True)])
def test_a_branch_that_is_behind_is_rebuilt(same: bool, may_change: bool) -> None:
    github = FakeGitHub()
    state, change = updated(github, same=same, may_change=may_change)
    assert (state.head, state.branch) == (REBUILT, BranchState(REBUILT, BASE, "other"))
    assert (state.note, change) == (BranchRebuilt(BASE, same), CHANGE)
    assert github.moved == [REBUILT]


@pytest.mark.parametrize(("same", "tick"), [(True, "x"), (False, " ")])
def test_peoples_ticks_stay_while_the_change_is_the_same(same: bool, tick: str) -> None:
    github = FakeGitHub(bodies=["body\r\n- [x] It is reviewed."])
    updated(github, same=same, may_change=True)
    assert github.bodies[-1] == f"body\n- [{tick}] It is reviewed."


def test_another_change_than_people_reviewed_is_left_to_them() -> None:
    github = FakeGitHub()
    state, change = updated(github, same=False)
    assert (state.note, state.branch.base_commit, change) == (ChangeDiffers(), BASE, None)
    assert github.moved == []


def test_peoples_commits_stay() -> None:
    state, _ = updated(FakeGitHub(drifted=Drift(ours=False, behind=True)))
    assert state.note == PushedByOthers()


@pytest.mark.parametrize("reason", [None, PlainText("it runs 3.41.0 already")])
def test_a_change_that_is_impossible_now_is_told(reason: PlainText | None) -> None:
    github = FakeGitHub()
    updater = BranchUpdater(github, writer(github))
    state, _ = updater.update(STATE, OPEN, lambda _: Refusal(reason) if reason else None, may_change=True)
    assert state.note == ChangeImpossible(reason or NothingToChange())


def test_a_branch_that_is_up_to_date_is_not_looked_at() -> None:
    current = replace(STATE, branch=BranchState(BUILT, BASE, "fingerprint"))
    assert updated(FakeGitHub("drift"), current) == (current, None)


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_leaves_the_branch_and_says_why(call: str) -> None:
    state, change = updated(FakeGitHub(call))
    assert (state.note, state.branch.change_fingerprint, change) == (RebuildRefused(WHY), "fingerprint", None)


def test_a_refusal_is_forgotten_when_the_branch_turns_out_to_be_up_to_date() -> None:
    refused, _ = updated(FakeGitHub("head"))
    state, _ = updated(FakeGitHub(drifted=Drift(ours=True, behind=False)), refused)
    assert (state.note, state.branch.base_commit) == (None, BASE)


def test_what_trying_again_may_cure_is_tried_again() -> None:
    with pytest.raises(TransientError):
        updated(FakeGitHub("commit", error=TransientError(WHY)))


def preparation_after(github: FakeGitHub) -> Preparation:
    """An open preparation after it was advanced."""
    store = MemoryStore()
    store.save_tracker(TrackerRecord(TO, 12, "https://x/12", "dana"))
    there = Preparation(TO, PreparationStage.OPEN, "dana", NOW)
    store.save_preparation(modify(there, pull_request=STATE))
    planner = cast("Planner", SimpleNamespace(preparation=lambda *_: PreparationPreview(CHANGE)))
    fakes = cast("Any", github)
    trackers = TrackerStates(MemoryIssues(), "team/cloud")
    PreparationHandler(fakes, fakes, store, fakes, planner, writer(github), fakes, trackers, lambda: NOW).advance(
        AdvancePreparation("3.41.0")
    )
    found = store.preparation(TO)
    assert found is not None
    return found


@pytest.mark.parametrize("call", CALLS)
def test_an_open_preparation_stays_open_when_github_refuses_its_rebuild(call: str) -> None:
    after = preparation_after(FakeGitHub(call))
    assert (after.stage, after.reason) == (PreparationStage.OPEN, None)
    assert after.pull_request.note == RebuildRefused(WHY)


def test_an_open_preparation_is_rebuilt_with_whatever_the_overrides_are_now() -> None:
    after = preparation_after(FakeGitHub())
    assert (after.stage, after.pull_request.head) == (PreparationStage.OPEN, REBUILT)
    assert after.pull_request.note == BranchRebuilt(BASE, same_change=False)
