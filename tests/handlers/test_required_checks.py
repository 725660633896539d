"""The check run where it is required: on the commits of the merge queue, and on the pull requests of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.domain.github_models import CheckRun
from bot.domain.health.model import CheckState
from bot.domain.notifications.posts import CheckRunPost, Post
from bot.domain.reasons import PlainText
from bot.domain.upgrade.check_effects import ReportMergeGroup, ReportUnrelated
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.effects import Advance
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers
from bot.domain.upgrade.record import Upgrade
from bot.handlers.required_checks import MAX_ATTEMPTS, RETRY_SECONDS, RequiredCheckHandler
from bot.ports.errors import NotFoundError
from tests.ports import MemoryStore
from tests.samples import modify, result, upgrade

GROUP = ReportMergeGroup("c9", "refs/heads/gh-readonly-queue/main/pr-12-aa")
GREEN = upgrade("rctest", number=7, head="c7", before=(result(),))
RED = upgrade("demo", number=8, head="c8", before=(result(state=CheckState.FAIL),))
UNKNOWN = modify(RED, before=(result(state=CheckState.UNKNOWN),))
NOT_YET = modify(RED, before=())


@dataclass
class Queue:
    """A merge queue with one group, and what was posted."""

    numbers: frozenset[int] | None = frozenset({7, 8, 12})
    required: bool = True
    posted: list[CheckRunPost] = field(default_factory=list)

    def pulls_in_group(self, commit: str, branch: str) -> frozenset[int]:
        assert (commit, branch) == (GROUP.commit, GROUP.branch)
        if self.numbers is None:
            raise NotFoundError(PlainText("gone"))
        return self.numbers

    def is_required(self, check: str) -> bool:
        assert check == "mibot / pre-upgrade"
        return self.required

    def publish(self, post: Post) -> None:
        assert isinstance(post, CheckRunPost)
        self.posted.append(post)

    @property
    def last(self) -> CheckRun:
        return self.posted[-1].check_run


def handler(queue: Queue, *upgrades: Upgrade) -> RequiredCheckHandler:
    store = MemoryStore()
    for one in upgrades:
        store.save_upgrade(one)
    return RequiredCheckHandler(store, queue, cast("Any", queue))


@pytest.mark.parametrize(
    ("upgrades", "conclusion"),
    [
        ([], "neutral"),
        ([GREEN], "success"),
        ([GREEN, RED], "failure"),
        ([GREEN, UNKNOWN], "failure"),
        ([modify(RED, force=Override("lee", "an outage"))], "success"),
        ([modify(GREEN, content=PullRequestContent("c7", ContentDiffers(1)))], "failure"),
        ([modify(RED, number=9)], "neutral"),
        ([RED, NOT_YET], ""),
    ],
    ids=["none of ours", "green", "one red", "one unknown", "forced", "not planned", "another group's", "not yet"],
)
def test_a_group_is_good_if_each_of_ours_is(upgrades: list[Upgrade], conclusion: str) -> None:
    queue = Queue()
    follow = handler(queue, *upgrades).report_group(GROUP)
    assert (queue.posted[0].commit, queue.last.conclusion) == ("c9", conclusion)
    again = ReportMergeGroup(GROUP.commit, GROUP.branch, 2, RETRY_SECONDS)
    assert follow == ([] if conclusion else [Advance("demo", "3.40.1"), again])


def test_the_queue_does_not_wait_for_ever() -> None:
    queue = Queue()
    last = ReportMergeGroup(GROUP.commit, GROUP.branch, MAX_ATTEMPTS)
    assert handler(queue, NOT_YET).report_group(last) == []
    assert queue.last.conclusion == "failure"


def test_a_group_that_is_gone_needs_no_report() -> None:
    queue = Queue(numbers=None)
    assert handler(queue, GREEN).report_group(GROUP) == []
    assert queue.posted == []


def test_another_pull_request_gets_the_check_only_where_it_is_required() -> None:
    queue = Queue()
    handler(queue, GREEN).report_unrelated(ReportUnrelated("c1"))
    assert (queue.posted[0].commit, queue.last.conclusion) == ("c1", "neutral")
    optional = Queue(required=False)
    handler(optional, GREEN).report_unrelated(ReportUnrelated("c1"))
    assert optional.posted == []


def test_an_upgrades_own_head_is_never_called_unrelated() -> None:
    queue = Queue()
    handler(queue, RED).report_unrelated(ReportUnrelated("c8"))
    assert queue.posted == []
