"""A version has one tracker, however its label, its opening and redeliveries arrive; people's words stay."""

from __future__ import annotations

import re
import time

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e

HANDWRITTEN = """# 3.40.1 managed instances upgrade

Please be careful with **demo**, it has a talk at noon.

## Upgrade internal managed instances

- [x] Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com) done by hand on Monday
- [ ] Upgrade [demo.sourcegraph.com](https://demo.sourcegraph.com) **after lunch**

## Questions

* who tells #ce?
"""


def test_the_label_given_later(story: Story) -> None:
    issue = story.world.open_issue("dana", "3.40.1 upgrade managed instances")["number"]
    story.wait_until_idle()
    assert not story.trackers()
    story.world.label("dana", issue, "team/cloud")
    assert f"#{issue}" in story.tracker()["body"]


def test_labeled_before_opened_and_every_delivery_twice(story: Story) -> None:
    with story.proxy.webhooks.hold(lambda held: [d for d in reversed(held) for _ in range(2)]):
        release = story.open_release_issue()
        story.world.label("dana", release, "bug")
    story.tracker()
    story.wait_until_idle()
    assert len(story.trackers()) == 1
    assert len(story.announcements(release)) == 1


def test_a_redelivery_of_everything_changes_nothing(story: Story) -> None:
    release = story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "waiting for a review")
    story.wait_until_idle()
    before = len(story.proxy.writes())
    for delivery in list(story.proxy.webhooks.deliveries):
        story.proxy.webhooks.redeliver(delivery)
    story.wait_until_idle()
    assert len(story.proxy.writes()) == before
    assert len(story.trackers()) == 1
    assert len(story.announcements(release)) == 1


def test_a_second_release_issue_is_led_to_the_same_tracker(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    second = story.open_release_issue(user="lee")
    (announcement,) = story.eventually(lambda: story.announcements(second))
    assert f"#{number}" in announcement["body"]
    assert "@" not in announcement["body"]
    assert len(story.trackers()) == 1


def test_a_tracker_written_by_people_is_adopted_in_place(story: Story) -> None:
    number = story.world.open_issue("dana", "3.40.1 upgrade tracking", HANDWRITTEN, ["team/cloud"])["number"]
    body = story.eventually(lambda: _with_marker(str(story.world.issue(number)["body"])))
    (ticked,) = [line for line in body.splitlines() if line.startswith("- [x]")]
    assert "Upgrade [rctest.sourcegraph.com](https://rctest.sourcegraph.com)" in ticked
    assert "done by hand on Monday" in body
    assert "**after lunch**" in body
    assert "Please be careful with **demo**, it has a talk at noon." in body
    assert "* who tells #ce?" in body
    assert body.count("https://rctest.sourcegraph.com") == 1
    assert "Upgrade [tpgi.sourcegraph.com](https://tpgi.sourcegraph.com)" in body
    assert "## Upgrade customer managed instances" in body
    labels = {label["name"] for label in story.world.issue(number)["labels"]}
    assert {"managed-instances", "release-tracking", "team/cloud"} <= labels
    story.wait_until_idle()
    assert len(story.world.issues("release-tracking")) == 1
    order = story.comment(number, "/upgrade demo")
    story.wait_for_reply(number, order, "3.40.0 → 3.40.1")
    story.eventually(lambda: "waiting for a review" in str(story.world.issue(number)["body"]))
    assert "**after lunch**" in str(story.world.issue(number)["body"])


def test_people_write_in_the_tracker_between_two_of_the_bots_edits(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    body = str(story.tracker()["body"])
    lines = [
        f"{line} (Rio watches this one)" if "demo.sourcegraph.com" in line else line for line in body.splitlines()
    ]
    changed = "\n".join([*lines, "", "Remember the freeze on Friday."])
    changed = re.sub(r"- \[ \](.*tpgi\.sourcegraph)", r"- [x]\1", changed)
    story.world.edit_issue_body("lee", number, changed)
    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, order, "waiting for a review")
    after = story.eventually(lambda: _when("waiting for a review", str(story.tracker()["body"])))
    assert "(Rio watches this one)" in story.line("3.40.1", "demo.sourcegraph.com")
    assert "Remember the freeze on Friday." in after
    assert story.line("3.40.1", "tpgi.sourcegraph.com").startswith("- [x]")


def test_an_issue_that_names_no_version_is_left_alone(story: Story) -> None:
    story.world.open_issue("dana", "please fix the coffee machine", "", ["team/cloud"])
    story.wait_until_idle()
    assert story.proxy.writes() == []


def _with_marker(body: str) -> str:
    return _when("<!-- mibot:tracker version=3.40.1 -->", body)


def _when(words: str, body: str) -> str:
    return body if words in body else ""


def test_people_save_the_tracker_all_the_time_and_lose_nothing(story: Story) -> None:
    """Somebody adds a line ten times a second, reading and saving as fast as they can, while mibot edits."""
    story.open_release_issue()
    number = int(story.tracker()["number"])
    story.wait_until_idle()
    order = story.comment(number, "/upgrade rctest")
    lines = [f"note {step} of dana" for step in range(20)]
    for line in lines:
        body = str(story.world.issue(number)["body"])
        story.world.edit_issue_body("dana", number, f"{body.rstrip()}\n{line}\n")
        time.sleep(0.1)  # people's pace, not a wait
    story.wait_for_reply(number, order, "waiting for a review")
    story.wait_until_idle()
    story.eventually(lambda: all(line in str(story.world.issue(number)["body"]) for line in lines))
    story.eventually(lambda: "waiting for a review" in story.line("3.40.1", "rctest"))
