"""A part of GitHub is away for longer than one job is tried: the order is kept, the reply says so, and it goes on."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    ("path", "late"), [("/memberships/", "can't be carried out yet"), ("/git/trees/", "GitHub answered 502")]
)
def test_an_order_outlives_a_partial_outage(story: Story, path: str, late: str) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    story.proxy.fail(502, "<html>Bad gateway</html>", method="GET", path=path, times=1_000_000)
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, late, timeout=180)
    story.proxy.stop_failing()
    story.wait_for_reply(number, order, "waiting for a review", timeout=120)
    assert len(story.pulls("rctest")) == 1
    assert len([one for one in story.world.comments(number) if f"reply comment={order}" in one["body"]]) == 1
