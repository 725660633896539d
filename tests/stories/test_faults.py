"""GitHub fails; the job is done once nevertheless, or the reply says why it cannot be done."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e

LIMITED = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


def request_upgrade(story: Story) -> tuple[int, int]:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    return number, story.comment(number, "/upgrade rctest")


@pytest.mark.parametrize("path", ["/git/trees$", "/git/commits$", "/git/refs$", "/pulls$", "/labels$"])
def test_a_gateway_that_loses_the_answer(story: Story, path: str) -> None:
    """GitHub carried out a request, but its answer was lost: mibot finds the result and does not repeat the
    request."""
    release = story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    story.proxy.fail(
        502, "<html>Bad gateway</html>", method="POST", path=f"deploy-sourcegraph-managed.*{path}", forwarded=True
    )
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "waiting for a review", "✅")
    assert len(story.pulls("rctest")) == 1
    assert story.pulls("rctest")[0]["labels"]
    assert len(story.announcements(release)) == 1


@pytest.mark.parametrize("path", ["/issues$", "/issues/\\d+/comments$"])
def test_a_tracker_or_a_reply_whose_answer_was_lost(story: Story, path: str) -> None:
    story.proxy.fail(504, method="POST", path=f"/sourcegraph{path}", forwarded=True)
    release = story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/status")
    story.wait_for_reply(number, order, "No upgrade has been requested")
    story.eventually(lambda: story.announcements(release))
    story.wait_until_idle()
    assert len(story.trackers()) == 1
    assert len(story.announcements(release)) == 1
    assert len(story.replies(number)) == 1


def test_lists_lag_behind_and_the_answers_of_creates_are_lost(lagging: Story) -> None:
    """GitHub created each thing once, and its lists show it later: mibot waits instead of creating it again."""
    lagging.proxy.fail(502, method="POST", path="/sourcegraph/issues$", forwarded=True)
    lagging.proxy.cut(method="POST", path="/sourcegraph/issues/\\d+/comments$", forwarded=True, times=2)
    lagging.proxy.cut(method="POST", path="/pulls$", forwarded=True)
    lagging.proxy.fail(504, method="POST", path="/check-runs$", forwarded=True)
    release = lagging.open_release_issue()
    number = lagging.eventually(lagging.tracker, timeout=30)["number"]
    lagging.eventually(lambda: lagging.announcements(release), timeout=30)
    order = lagging.comment(number, "/upgrade rctest")
    lagging.wait_for_reply(number, order, "waiting for a review", "✅", timeout=40)
    commit = lagging.pulls("rctest")[0]["head"]["sha"]
    lagging.eventually(lambda: lagging.world.check_runs(commit), timeout=40)
    lagging.wait_until_idle(40)
    assert len(lagging.trackers()) == 1
    assert len(lagging.announcements(release)) == 1
    assert len(lagging.replies(number)) == 1
    assert len(lagging.pulls("rctest")) == 1
    assert len(lagging.world.check_runs(commit)) == 1


def test_a_secondary_rate_limit_is_waited_for(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    story.proxy.fail(403, LIMITED, headers={"Retry-After": "1"}, method="POST", path="/pulls$")
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "waiting for a review")
    assert len(story.pulls("rctest")) == 1


def test_a_refusal_is_told_and_retry_helps_once_it_is_mended(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    forbidden = {"message": "Resource not accessible by integration"}
    story.proxy.fail(403, forbidden, method="POST", path="/git/refs$")
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "held", "contents")
    story.eventually(lambda: "held" in story.line("3.40.1", "rctest"))
    again = story.comment(number, "/retry rctest")
    story.wait_for_reply(number, again, "waiting for a review")
    story.wait_for_reply(number, order, "waiting for a review")


def test_somebody_elses_branch_is_left_alone(story: Story) -> None:
    from demo.fleet import File

    story.world.commit("olive", [File.plain("rctest/notes.txt", "mine\n")], branch="rctest/upgrade-v3.40.1")
    number, order = request_upgrade(story)
    story.wait_for_reply(number, order, "failed", "other people's commits")
    assert not story.pulls("rctest")
    assert story.world.read_file("rctest/upgrade-v3.40.1", "rctest/notes.txt").content == "mine\n"


def test_the_base_branch_moves_between_two_upgrades(story: Story) -> None:
    """Before each pull request mibot checks again what it knows of the files."""
    from demo.fleet import File

    number, order = request_upgrade(story)
    story.wait_for_reply(number, order, "waiting for a review")
    story.world.commit("olive", [File.plain("demo/red/note.txt", "new\n")])
    second = story.comment(number, "/upgrade demo")
    story.wait_for_reply(number, second, "waiting for a review")
    changed = story.world.compare("demo/upgrade-v3.40.1")["files"]
    assert len(changed) == 1
    assert changed[0]["filename"].endswith("/docker-compose/docker-compose.yaml")
