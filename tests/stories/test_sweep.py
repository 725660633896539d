"""Whatever a webhook would have told is found again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import Mibot
from tests.stories.story import Story
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e


@pytest.fixture
def swept(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> Story:
    """A story in which no webhook ever arrives, and mibot sweeps every second."""
    world.build()
    mibot = Mibot(tmp_path, proxy.org, proxy.api_url, cloud, MIBOT_RECONCILE__INTERVAL="1")
    return Story(world, proxy, mibot, cloud)


def test_the_whole_job_without_a_single_webhook(swept: Story) -> None:
    story = swept
    story.mibot.start()
    try:
        release = story.release()
        number = story.tracker()["number"]
        order = story.say(number, "/upgrade rctest")
        story.says(number, order, "waiting for a review")
        (pull,) = story.pulls("rctest")
        story.world.review("rio", pull["number"])
        story.says(number, order, "approved by `rio`")
        story.world.merge("dana", pull["number"])
        story.says(number, order, "done")
        story.eventually(lambda: story.line("3.40.1", "rctest").startswith("- [x]"))
        assert len(story.announcements(release)) == 1
        assert len(story.replies(number)) == 1
    finally:
        story.mibot.kill()


def test_a_comment_written_while_the_bot_was_down(swept: Story) -> None:
    story = swept
    story.mibot.start()
    try:
        story.release()
        number = story.tracker()["number"]
        story.settled(quiet=2.5)
        assert story.mibot.stop() == 0
        order = story.say(number, "/check rctest")
        edited = story.say(number, "just a remark")
        time.sleep(1.1)  # GitHub tells times to the second
        story.world.edit_comment("dana", edited, "/upgrade rctest")
        story.mibot.start()
        story.says(number, order, "✅ pass")
        assert not story.pulls("rctest")
    finally:
        story.mibot.kill()


def test_what_was_written_before_mibot_came_is_no_order(swept: Story) -> None:
    story = swept
    release = story.release()
    story.say(release, "/upgrade rctest")
    time.sleep(1.2)
    story.mibot.start()
    try:
        order = story.say(release, "/status")
        story.says(release, order, "Nobody has asked for an upgrade yet.")
        assert not story.pulls("rctest")
    finally:
        story.mibot.kill()
