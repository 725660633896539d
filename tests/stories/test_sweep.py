"""The sweep finds whatever a webhook would have reported."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e


@pytest.fixture
def swept(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> Story:
    """A story in which no webhook arrives, and mibot sweeps every second."""
    world.build()
    mibot = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, MIBOT_RECONCILE__INTERVAL="1")
    return Story(world, proxy, mibot, cloud)


def test_the_whole_job_without_a_single_webhook(swept: Story) -> None:
    story = swept
    story.mibot.start()
    try:
        release = story.open_release_issue()
        number = story.tracker()["number"]
        order = story.comment(number, "/upgrade rctest")
        story.wait_for_reply(number, order, "waiting for a review")
        (pull,) = story.pulls("rctest")
        story.world.review("rio", pull["number"])
        story.wait_for_reply(number, order, "approved by `rio`")
        story.world.merge("dana", pull["number"])
        story.wait_for_reply(number, order, "done")
        story.eventually(lambda: story.line("3.40.1", "rctest").startswith("- [x]"))
        assert len(story.announcements(release)) == 1
        assert len(story.replies(number)) == 1
    finally:
        story.mibot.kill()


def test_a_comment_written_while_the_bot_was_down(swept: Story) -> None:
    story = swept
    story.mibot.start()
    try:
        story.open_release_issue()
        number = story.tracker()["number"]
        story.wait_for_sweeps()
        assert story.mibot.stop() == 0
        order = story.comment(number, "/check rctest")
        edited = story.comment(number, "just a remark")
        time.sleep(1.1)  # GitHub's times have a resolution of one second
        story.world.edit_comment("dana", edited, "/upgrade rctest")
        story.mibot.start()
        story.wait_for_reply(number, order, "✅ pass")
        assert not story.pulls("rctest")
    finally:
        story.mibot.kill()


def test_what_was_written_before_mibot_came_is_no_order(swept: Story) -> None:
    story = swept
    release = story.open_release_issue()
    story.comment(release, "/upgrade rctest")
    time.sleep(1.2)
    story.mibot.start()
    try:
        order = story.comment(release, "/status")
        story.wait_for_reply(release, order, "No upgrade has been requested yet.")
        assert not story.pulls("rctest")
    finally:
        story.mibot.kill()
