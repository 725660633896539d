"""Orders taken back, and trackers that people close, as people see it."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def test_a_canceled_upgrade_can_be_ordered_again(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "waiting for a review")
    (pull,) = story.pulls("rctest")
    back = story.comment(number, '/cancel rctest "the wrong version"')
    story.wait_for_reply(number, back, "canceled by dana: the wrong version")
    assert story.world.pull(pull["number"])["state"] == "closed"
    (told,) = [c["body"] for c in story.world.pull_comments(pull["number"]) if "mibot:canceled" in c["body"]]
    assert "the wrong version" in told
    again = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, again, "waiting for a review")
    assert [one["state"] for one in sorted(story.pulls("rctest"), key=lambda p: int(p["number"]))] == [
        "closed",
        "open",
    ]


def test_a_closed_tracker_starts_nothing_until_it_is_reopened(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.world.close_issue("dana", number)
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "is closed: nothing starts until it is reopened")
    story.eventually(lambda: [c for c in story.world.comments(number) if "mibot:stopped" in c["body"]])
    assert story.pulls("rctest") == []
    story.world.reopen_issue("dana", number)
    story.wait_for_reply(number, order, "waiting for a review")
    assert len([c for c in story.world.comments(number) if "mibot:stopped" in c["body"]]) == 1
