"""Comments with commands are found however GitHub lets them be read, and none is passed before it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.domain.chat.answers import Message
from bot.domain.chat.effects import HandleComment
from bot.domain.chat.refusals import OrderDelayed
from bot.domain.chat.replies import Reply
from bot.domain.flow.sweeps import Found
from bot.domain.github_models import Comment, Issue
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.ports.errors import ExternalError, NeedsPersonError, NotFoundError, PermanentError, TransientError
from bot.services.missed_comments import MAX_FAILURES, MissedComments
from tests.ports import MemoryIssues, MemoryStore
from tests.samples import NOW, version

LABEL = "team/cloud"
REFUSED = PlainText("GitHub refuses")


@dataclass
class Hidden(MemoryIssues):
    """`list_fails` is raised instead of the list of all comments, and `unreadable` instead of single issues."""

    list_fails: ExternalError | None = None
    unreadable: dict[int, ExternalError] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        if self.list_fails:
            raise self.list_fails
        return super().recent_comments(since)

    def issue(self, number: int) -> Issue:
        if number in self.unreadable:
            raise self.unreadable[number]
        return super().issue(number)

    def comments(self, number: int) -> Sequence[Comment]:
        if number in self.gone:
            raise NotFoundError(REFUSED)
        return super().comments(number)


@pytest.fixture
def issues() -> Hidden:
    return Hidden()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def find(issues: Hidden, store: MemoryStore) -> Found:
    return MissedComments(issues, store, LABEL).find(NOW - timedelta(minutes=1))


def handles(comment: Comment, version: str = "3.40.1") -> HandleComment:
    return HandleComment(comment.id, comment.issue, version, comment.body, comment.author, "sweep")


@pytest.mark.parametrize(
    "error",
    [NeedsPersonError(REFUSED), PermanentError(REFUSED), NotFoundError(REFUSED)],
    ids=lambda e: type(e).__name__,
)
def test_without_the_list_of_all_each_labeled_issue_is_read(
    issues: Hidden, store: MemoryStore, error: ExternalError
) -> None:
    first, second, unlabeled, deleted = (
        issues.open("3.40.1 upgrade", labels=[LABEL]),
        issues.open("3.40.2 upgrade", labels=[LABEL]),
        issues.open("3.40.3 upgrade"),
        issues.open("3.40.4 upgrade", labels=[LABEL]),
    )
    issues.gone.add(deleted.number)
    issues.say(unlabeled.number, "/help")
    issues.now -= timedelta(minutes=5)
    issues.say(first.number, "/upgrade before")
    issues.now += timedelta(minutes=5)
    orders = [issues.say(one.number, "/upgrade rctest") for one in (first, second)]
    issues.list_fails = error
    found = find(issues, store)
    assert [effect for effect in found.effects if isinstance(effect, HandleComment)] == [
        handles(orders[0]),
        handles(orders[1], "3.40.2"),
    ]
    assert found.problem is None, "nothing was left out"


def test_a_list_that_fails_for_a_moment_is_read_again_and_one_that_goes_on_failing_is_not_waited_for(
    issues: Hidden, store: MemoryStore
) -> None:
    order = issues.say(issues.open("3.40.1 upgrade", labels=[LABEL]).number, "/help")
    missed = MissedComments(issues, store, LABEL)
    issues.list_fails = TransientError(PlainText("GitHub answered 502."))
    for _ in range(MAX_FAILURES - 1):
        with pytest.raises(TransientError):
            missed.find(NOW)
    assert missed.find(NOW).effects == (handles(order),)
    issues.list_fails = None
    assert missed.find(NOW).effects == (handles(order),)
    issues.list_fails = TransientError(PlainText("GitHub answered 502."))
    with pytest.raises(TransientError):
        missed.find(NOW)


def test_an_issue_that_cannot_be_read_hides_no_other_and_is_not_passed(issues: Hidden, store: MemoryStore) -> None:
    hidden, open_, gone = (issues.open("3.40.1 upgrade", labels=[LABEL]) for _ in range(3))
    first = issues.say(hidden.number, "/upgrade rctest")
    issues.now += timedelta(minutes=1)
    second = issues.say(open_.number, "/upgrade demo")
    issues.say(gone.number, "/upgrade demo")
    issues.unreadable = {hidden.number: TransientError(REFUSED), gone.number: NotFoundError(REFUSED)}
    assert find(issues, store) == Found((handles(second),), first.updated_at, REFUSED)


def test_what_was_told_that_it_is_late_is_no_answer_and_gets_no_second_reaction(
    issues: Hidden, store: MemoryStore
) -> None:
    order = issues.say(issues.open("3.40.1 upgrade", labels=[LABEL]).number, "/help")
    late = Reply(order.id, order.issue, "dana", (Message(OrderDelayed(REFUSED)),), written=5)
    store.save_reply(late)
    assert find(issues, store) == Found((handles(order),), order.updated_at)
    store.save_reply(Reply(order.id, order.issue, "dana", (), written=5, effects=()))
    assert find(issues, store) == Found()


def test_a_tracker_counts_though_people_took_its_label_away(issues: Hidden, store: MemoryStore) -> None:
    number = issues.open("3.40.1").number
    comment = issues.say(number, "/upgrade rctest")
    assert find(issues, store).effects == ()
    store.save_tracker(TrackerRecord(version("3.40.1"), number, "https://x", "dana"))
    assert find(issues, store).effects == (handles(comment),)
