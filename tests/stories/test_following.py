"""What happens to the pull request shows on the tracker and in the reply."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


@pytest.fixture
def opened(story: Story) -> tuple[Story, int, int, int]:
    """The story, the tracker, the comment and the pull request of an upgrade of rctest."""
    story.open_release_issue()
    tracker = story.tracker()["number"]
    order = story.comment(tracker, "/upgrade rctest")
    story.wait_for_reply(tracker, order, "waiting for a review", "Health checks before")
    (pull,) = story.pulls("rctest")
    return story, tracker, order, int(pull["number"])


def test_checks_and_statuses_conclude(opened: tuple[Story, int, int, int]) -> None:
    story, tracker, order, number = opened
    head = story.world.pull(number)["head"]["sha"]
    story.world.status(head, "ci/lint", "failure")
    story.wait_for_reply(tracker, order, "its checks failed (`ci/lint`)")
    story.eventually(lambda: "its checks failed" in story.line("3.40.1", "rctest"))
    story.world.status(head, "ci/lint", "success")
    story.wait_for_reply(tracker, order, "its checks passed")


def test_changes_requested_then_approved(opened: tuple[Story, int, int, int]) -> None:
    story, tracker, order, number = opened
    story.world.review("rio", number, "REQUEST_CHANGES", "Not on a Friday.")
    story.wait_for_reply(tracker, order, "changes requested by `rio`")
    story.world.review("rio", number)
    story.wait_for_reply(tracker, order, "approved by `rio`")


def test_a_comment_that_github_delivers_again_revives_nothing(opened: tuple[Story, int, int, int]) -> None:
    """Under another id, as from GitHub's page: the pull request that a person closed stays closed."""
    story, tracker, order, number = opened
    story.world.close_pull("dana", number)
    story.wait_for_reply(tracker, order, "closed without a merge")
    commented = story.proxy.webhooks.deliveries_of("issue_comment", "created")
    delivered = next(one for one in commented if one.json["comment"]["id"] == order)
    again = story.proxy.webhooks.inject("issue_comment", delivered.json)
    assert again.guid != delivered.guid
    story.wait_until_idle()
    assert [pull["state"] for pull in story.pulls("rctest")] == ["closed"]
    assert "closed without a merge" in story.reply(tracker, order)
    assert len(story.replies(tracker)) == 1


def test_closed_without_a_merge_and_asked_again(opened: tuple[Story, int, int, int]) -> None:
    story, tracker, order, number = opened
    story.world.close_pull("dana", number)
    story.wait_for_reply(tracker, order, "closed without a merge")
    story.eventually(lambda: "closed" in story.line("3.40.1", "rctest"))
    story.wait_until_idle()
    assert len(story.pulls("rctest")) == 1
    again = story.comment(tracker, "/upgrade rctest")
    story.eventually(lambda: len(story.pulls("rctest")) == 2)
    story.wait_for_reply(tracker, again, "waiting for a review")


def test_a_red_machine_after_the_merge_is_not_ticked(opened: tuple[Story, int, int, int]) -> None:
    story, tracker, order, number = opened
    project = story.project("rctest")
    story.after_deployment(lambda: story.compute.set(project, {"default-red-instance": "STOPPING"}))
    story.world.merge("dana", number)
    story.wait_for_reply(tracker, order, "verifying", "red: Virtual machine", "❌ fail")
    assert story.line("3.40.1", "rctest").startswith("- [ ]")
    story.compute.set(project, {"default-red-instance": "RUNNING"})
    again = story.comment(tracker, "/check rctest")
    story.wait_for_reply(tracker, again, "✅ pass")
    story.eventually(lambda: story.line("3.40.1", "rctest").startswith("- [x]"))


def test_no_answer_from_google_is_never_a_pass(opened: tuple[Story, int, int, int]) -> None:
    story, tracker, order, number = opened
    story.compute.fail(story.project("rctest"), "forbidden")
    story.world.merge("dana", number)
    story.wait_for_reply(
        tracker, order, "held", "unknown: Disk snapshot, Virtual machine", "❔ unknown", "compute.instances.list"
    )
    assert story.line("3.40.1", "rctest").startswith("- [ ]")
