"""Orders taken back: each once, whatever people do on GitHub meanwhile and wherever the process dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.effects import Effect
from bot.domain.github_models import Comment, CommitChecks, PullRequest, Review
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import CancelUpgrades, Schedule
from bot.domain.upgrade.cancellation import Canceled, CancelRefused, CancelTooLate
from bot.domain.upgrade.effects import Advance, AdvancePreparation, CancelPreparation, CancelUpgrade
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.upgrade.transitions import request_upgrade
from bot.handlers.cancellations import CancellationHandler
from bot.ports.errors import ExternalError, NotFoundError, PermanentError, TransientError
from bot.services.own_comments import OwnComments
from tests.ports import MemoryStore
from tests.ports.creations import make_creator
from tests.samples import NOW, preparation, pull, upgrade, version

TO = version("3.40.1")
CANCELED = Canceled("lee", "wrong version", 77)
AWAY, FORBIDDEN = TransientError(PlainText("502")), PermanentError(PlainText("403"))


@dataclass
class MemoryPulls:
    """Pull requests and their comments. `refuses` is raised by whatever closes one."""

    pulls: dict[int, PullRequest] = field(default_factory=dict)
    said: list[Comment] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    refuses: ExternalError | None = None
    merged_meanwhile: bool = False
    bot_login: str = "mibot[bot]"

    def pull(self, number: int) -> PullRequest:
        if number not in self.pulls:
            raise NotFoundError(PlainText("404"))
        return self.pulls[number]

    def reviews(self, number: int) -> Sequence[Review]:
        raise NotImplementedError

    def checks(self, commit: str) -> CommitChecks:
        raise NotImplementedError

    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        return [one for one in self.pulls.values() if one.branch == branch]

    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        raise NotImplementedError

    def edit_pull(self, number: int, body: str) -> None:
        raise NotImplementedError

    def close_pull(self, number: int) -> None:
        if self.refuses:
            raise self.refuses
        self.closed.append(number)
        changes = {"merged": True, "merged_at": NOW} if self.merged_meanwhile else {}
        self.pulls[number] = replace(self.pulls[number], open=False, **changes)  # type: ignore[arg-type]

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        raise NotImplementedError

    def comments(self, number: int) -> Sequence[Comment]:
        return [one for one in self.said if one.issue == number]

    def create_comment(self, number: int, body: str) -> Comment:
        self.said.append(Comment(len(self.said), number, body, self.bot_login, True, "https://x", NOW, NOW))
        return self.said[-1]

    def edit_comment(self, comment: int, body: str) -> None:
        self.said[comment] = replace(self.said[comment], body=body)


class Scene:
    """Pull request #7 of the upgrade of rctest, and a command in comment 77."""

    def __init__(self, there: Upgrade | None = None, *pulls: PullRequest) -> None:
        self.github = MemoryPulls({one.number: one for one in pulls})
        self.store = MemoryStore()
        if there is not None:
            self.store.save_upgrade(there)
        comments = OwnComments(self.github, make_creator(), "pull request comment")
        self.handler = CancellationHandler(self.github, self.store, comments, lambda: NOW)

    def cancel_all(self) -> list[Effect]:
        return self.handler.cancel_upgrades(CancelUpgrades(("rctest",), "3.40.1", "lee", "wrong version", 77))

    def cancel(self) -> list[Effect]:
        return self.handler.cancel_upgrade(CancelUpgrade("rctest", "3.40.1", "lee", "wrong version", 77))

    @property
    def upgrade(self) -> Upgrade:
        found = self.store.upgrade("rctest", TO)
        assert found is not None
        return found


def test_what_waits_is_withdrawn_at_once() -> None:
    scene = Scene(upgrade(stage=Stage.WAITING, number=None))
    assert Schedule() in scene.cancel_all()
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.CLOSED, CANCELED)
    assert scene.github.closed == []


def test_what_failed_after_its_merge_ends_only_where_its_instance_left_the_fleet() -> None:
    scene = Scene(upgrade(stage=Stage.FAILED, merged_at=NOW))
    order = CancelUpgrades(("rctest",), "3.40.1", "lee", "wrong version", 77)
    (follow, _) = scene.handler.cancel_upgrades(order)
    assert isinstance(follow, CancelUpgrade)
    scene.cancel()
    assert scene.upgrade.stage is Stage.FAILED
    scene.handler.cancel_upgrades(replace(order, gone=("rctest",)))
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.CLOSED, CANCELED)


def test_what_is_in_review_is_canceled_by_a_job_of_its_own() -> None:
    scene = Scene(upgrade(), pull())
    assert scene.cancel_all() == [CancelUpgrade("rctest", "3.40.1", "lee", "wrong version", 77), Schedule()]
    assert scene.upgrade.stage is Stage.OPEN


def test_the_pull_request_is_closed_with_the_reason() -> None:
    scene = Scene(upgrade(), pull())
    assert Schedule() in scene.cancel()
    assert scene.github.closed == [7]
    (comment,) = scene.github.said
    assert "lee" in comment.body
    assert "wrong version" in comment.body
    assert (scene.upgrade.stage, scene.upgrade.reason) == (Stage.CLOSED, CANCELED)


def test_canceling_again_changes_nothing() -> None:
    scene = Scene(upgrade(), pull())
    scene.cancel()
    assert scene.cancel() == []
    scene.cancel_all()
    assert scene.github.closed == [7]
    assert len(scene.github.said) == 1


def test_a_crash_after_the_close_ends_it_the_next_time() -> None:
    there = upgrade()
    scene = Scene(there, pull())
    scene.cancel()
    scene.store._upgrades[there.key] = there
    scene.cancel()
    assert scene.upgrade.stage is Stage.CLOSED
    assert scene.github.closed == [7]


def test_a_job_that_runs_again_leaves_alone_what_was_ordered_since() -> None:
    scene = Scene(upgrade(), pull())
    scene.cancel()
    scene.store.save_upgrade(request_upgrade(scene.upgrade, "rctest", TO, "dana", NOW))
    scene.cancel_all()
    assert scene.upgrade.stage is Stage.WAITING


def test_what_was_merged_meanwhile_goes_on_and_says_so() -> None:
    scene = Scene(upgrade(), pull(open=False, merged=True, merged_at=NOW))
    assert Advance("rctest", "3.40.1") in scene.cancel()
    assert scene.upgrade.stage is Stage.OPEN
    assert scene.upgrade.pull_request.note == CancelTooLate("lee", 77)
    assert scene.github.closed == []


def test_what_is_merged_at_the_moment_of_the_close_goes_on_too() -> None:
    scene = Scene(upgrade(), pull())
    scene.github.merged_meanwhile = True
    assert Advance("rctest", "3.40.1") in scene.cancel()
    assert scene.upgrade.stage is Stage.OPEN


def test_a_pull_request_that_was_opened_right_before_a_crash_is_closed_but_nobody_elses() -> None:
    there = upgrade(stage=Stage.PLANNED, number=None, url="")
    scene = Scene(there, pull(), pull(8, author="eve"), pull(9, branch="demo/upgrade-v3.40.1"))
    scene.cancel()
    assert scene.github.closed == [7]
    assert scene.upgrade.stage is Stage.CLOSED


def test_one_whose_pull_request_is_gone_ends() -> None:
    scene = Scene(upgrade())
    scene.cancel()
    assert scene.upgrade.stage is Stage.CLOSED


def test_what_went_back_to_the_queue_is_withdrawn_there() -> None:
    scene = Scene(upgrade(stage=Stage.WAITING))
    assert scene.cancel() == [CancelUpgrades(("rctest",), "3.40.1", "lee", "wrong version", 77)]


def test_a_refusal_is_noted_and_an_outage_is_waited_out() -> None:
    scene = Scene(upgrade(), pull())
    scene.github.refuses = FORBIDDEN
    scene.cancel()
    assert scene.upgrade.stage is Stage.OPEN
    assert scene.upgrade.pull_request.note == CancelRefused("lee", FORBIDDEN.reason, 77)
    scene.github.refuses = AWAY
    with pytest.raises(TransientError):
        scene.cancel()
    order = CancelUpgrade("rctest", "3.40.1", "lee", "wrong version", 77)
    assert order.tried_until_done
    scene.handler.keep(order, AWAY.reason)
    assert scene.upgrade.pull_request.note == CancelRefused("lee", AWAY.reason, 77)
    scene.github.refuses = None
    scene.handler.cancel_upgrade(order)
    assert scene.upgrade.reason == CANCELED


def test_a_preparation() -> None:
    golden = pull(branch="golden/v3.41.0")
    scene = Scene(None, golden)
    scene.store.save_preparation(preparation(number=7))
    order = CancelPreparation("3.41.0", "lee", "wrong version", 77)
    scene.handler.cancel_preparation(order)
    there = scene.store.preparation(version("3.41.0"))
    assert there is not None
    assert (there.stage, there.reason) == (PreparationStage.CLOSED, CANCELED)
    assert scene.github.closed == [7]
    assert scene.handler.cancel_preparation(order) == []


def test_a_preparation_that_is_merged_stays() -> None:
    scene = Scene(None, pull(open=False, merged=True, merged_at=NOW))
    scene.store.save_preparation(preparation(number=7))
    order = CancelPreparation("3.41.0", "lee", "", 77)
    assert scene.handler.cancel_preparation(order) == [AdvancePreparation("3.41.0")]
