"""The main job from end to end, told as the people in it see it."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def test_label_upgrade_review_merge_done(story: Story) -> None:
    release = story.release()
    tracker = story.tracker()
    order = story.say(tracker["number"], "/upgrade rctest")
    reply = story.says(tracker["number"], order, "3.40.0 → 3.40.1", "✅")
    print(tracker["body"])
    print(reply)
    (pull,) = story.pulls("rctest")
    print(pull["body"])
    print([c["body"] for c in story.world.comments(release)])
    story.world.review("rio", pull["number"])
    story.says(tracker["number"], order, "approved by `rio`")
    story.world.merge("dana", pull["number"])
    reply = story.says(tracker["number"], order, "Health checks after the merge", "done")
    print(reply)
    story.eventually(lambda: "- [x] Upgrade [rctest" in story.line("3.40.1", "rctest"))
    print(story.tracker()["body"])
