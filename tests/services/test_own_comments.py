"""mibot's own comments are found by their mark, and written again only where that is wanted."""

from __future__ import annotations

from bot.services.own_comments import OwnComments
from tests.ports import MemoryIssues, make_creator

MARK = "<!-- mibot:reply comment=7 -->"


def scene(lag: float = 30.0) -> tuple[MemoryIssues, OwnComments, int]:
    issues = MemoryIssues()
    return issues, OwnComments(issues, make_creator(lag), "comment"), issues.open("3.40.1").number


def test_a_comment_is_written_once() -> None:
    issues, own, thread = scene()
    first = own.ensure(thread, MARK, f"{MARK} one")
    assert own.ensure(thread, MARK, f"{MARK} two") == first
    assert [one.body for one in issues.comments(thread)] == [f"{MARK} one"]


def test_one_that_is_put_again_is_edited() -> None:
    issues, own, thread = scene()
    first = own.put(thread, MARK, f"{MARK} one")
    assert own.put(thread, MARK, f"{MARK} two") == first
    assert own.put(thread, MARK, f"{MARK} three", known=first) == first
    assert [one.body for one in issues.comments(thread)] == [f"{MARK} three"]


def test_one_that_people_deleted_is_put_again() -> None:
    issues, own, thread = scene(lag=0)
    first = own.put(thread, MARK, f"{MARK} one")
    del issues._comments[first]
    second = own.put(thread, MARK, f"{MARK} two", known=first)
    assert second != first
    assert own.put(thread, MARK, f"{MARK} three") == second


def test_marks_in_other_peoples_comments_do_not_count() -> None:
    issues, own, thread = scene()
    issues.say(thread, f"{MARK} forged")
    assert issues.comment(own.ensure(thread, MARK, f"{MARK} ours")).author == "mibot[bot]"
