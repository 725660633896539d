"""A thousand instances: the tracker continues in comments, each within GitHub's limit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.formats.markdown import MAX_BODY_LENGTH
from demo.cloud import Cloud
from demo.fleet import make_fleet
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Json, Story
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e

_NAME = re.compile(r"Upgrade (?:(?!<!--).)+")
"""What a line calls its instance, between the state and the hidden marks."""


def test_a_tracker_of_a_thousand_instances(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> None:
    world.build(make_fleet(1000))
    mibot = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud)
    proxy.webhooks.target = mibot.webhook_url
    story = Story(world, proxy, mibot, cloud)
    mibot.start()
    try:
        story.open_release_issue()
        number = story.tracker()["number"]
        parts = story.eventually(lambda: _whole(story, number), timeout=60)
        story.wait_until_idle()
        last = next(line for line in reversed(parts[-1].splitlines()) if "Upgrade instance for" in line)
        account = re.search(r"https://\S+/issues/\d+", last)
        assert account
        order = story.comment(number, f'/upgrade {account.group(0)} --force "the last one"')
        story.wait_for_reply(number, order, "waiting for a review")
        story.eventually(lambda: "waiting for a review" in _parts(story, number)[-1])
        head = str(story.tracker()["body"])
        assert f"[part {len(parts)}](" in head
        story.wait_until_idle()
        assert len(_parts(story, number)) == len(parts)
    finally:
        mibot.kill()


def _parts(story: Story, number: int) -> list[str]:
    continued: list[Json] = [c for c in story.world.comments(number) if " part=" in str(c["body"])]
    return [str(story.world.issue(number)["body"]), *(str(c["body"]) for c in continued)]


def _whole(story: Story, number: int) -> list[str]:
    """All parts, once every instance has exactly one line."""
    parts = _parts(story, number)
    lines = [line for part in parts for line in part.splitlines() if line.startswith("- [ ] ")]
    assert len(lines) == 1000
    assert len({names[0] for line in lines if (names := _NAME.findall(line))}) == 1000
    assert all(len(part) <= MAX_BODY_LENGTH for part in parts)
    return parts
