"""The main job from end to end, as the people in it see it."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def test_label_upgrade_review_merge_done(story: Story) -> None:
    release = story.open_release_issue()
    tracker = story.tracker()
    number = tracker["number"]
    assert tracker["body"].startswith("<!-- mibot:head"), "no heading repeats the title"
    assert {label["name"] for label in tracker["labels"]} == {"managed-instances", "release-tracking", "team/cloud"}
    (announcement,) = story.eventually(lambda: story.announcements(release))
    assert f"@{story.proxy.org.operators}" in announcement["body"]
    assert f"#{number}" in announcement["body"]

    order = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(
        number, order, "3.40.0 → 3.40.1", "waiting for a review", "Health checks before the upgrade", "✅ pass"
    )
    assert [r["content"] for r in story.eventually(lambda: story.world.reactions(order))] == ["eyes"]
    (pull,) = story.pulls("rctest")
    assert pull["title"] == "rctest: upgrade to v3.40.1"
    assert [label["name"] for label in pull["labels"]] == ["mi-upgrade"]
    assert f"/issues/{number}" in pull["body"]
    assert "## Test plan" in pull["body"]
    changed = story.world.compare("rctest/upgrade-v3.40.1")["files"]
    assert [file["filename"] for file in changed] == ["rctest/red/docker-compose/docker-compose.yaml"]
    link = story.world.read_file("rctest/upgrade-v3.40.1", "rctest/red/docker-compose/docker-compose.yaml")
    assert (link.mode, link.content) == ("120000", "../../../golden/docker-compose.3.40.1.yaml")
    story.eventually(lambda: f"[#{pull['number']}]" in story.line("3.40.1", "rctest"))

    story.world.check_run(pull["head"]["sha"], "build", "success")
    story.wait_for_reply(number, order, "its checks passed")
    story.world.review("rio", pull["number"])
    story.wait_for_reply(number, order, "approved by `rio`")
    story.eventually(lambda: "by `rio`" in story.line("3.40.1", "rctest"))
    assert story.line("3.40.1", "rctest").startswith("- [ ] 👀 approved · ")

    story.world.merge("dana", pull["number"])
    story.wait_for_reply(number, order, "Health checks after the deployment", "done", "Merged by `dana`")
    line = story.eventually(lambda: _ticked(story.line("3.40.1", "rctest")))
    assert "`3.40.1`" in line
    assert len(story.replies(number)) == 1
    assert len(story.announcements(release)) == 1
    assert "1 of 9 done" in story.tracker()["body"]


def test_several_instances_in_every_way_to_name_them(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    customers = [i for i in story.world.fleet.by_slug.values() if i.account and not i.skip and i.channel == "stable"]
    single = next(c for c in customers if sum(o.account == c.account for o in customers) == 1)
    first, second = sorted((c for c in customers if c.slug != single.slug), key=lambda c: c.slug)[:2]
    story.complete_upgrade(number)
    words = f"/upgrade rctest https://demo.sourcegraph.com {single.account}\nplease, and\n\n/check rctest\n/status"
    order = story.comment(number, words)
    body = story.wait_for_reply(
        number, order, "rctest.sourcegraph.com", "demo.sourcegraph.com", f"instance for {single.account}"
    )
    story.eventually(lambda: all(story.pulls(slug) for slug in ("rctest", "demo", single.slug)))
    assert body.count("<!-- mibot:reply") == 1
    assert "of 9 done" in story.wait_for_reply(number, order, " · Health checks · ")
    assert not story.pulls(first.slug)
    assert not story.pulls(second.slug)


def test_asking_twice_finds_the_same_pull_request(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    first = story.comment(number, "/upgrade rctest")
    second = story.comment(number, "/upgrade rctest 3.40.1", user="lee")
    (pull,) = story.eventually(lambda: story.pulls("rctest"))
    for order in (first, second):
        story.wait_for_reply(number, order, f"[#{pull['number']}]", "waiting for a review")
    story.wait_until_idle()
    assert len(story.pulls("rctest")) == 1
    assert "rctest/upgrade-v3.40.1" in story.world.branches()


def test_another_version_than_the_issues_gets_its_own_tracker(story: Story) -> None:
    story.open_release_issue("3.40.1")
    number = story.tracker("3.40.1")["number"]
    order = story.comment(number, "/upgrade rctest 3.41.0")
    story.wait_for_reply(number, order, "3.40.0 → 3.41.0")
    other = story.tracker("3.41.0")
    (pull,) = story.pulls("rctest", "3.41.0")
    assert f"/issues/{other['number']}" in pull["body"]


def test_a_command_on_the_release_issue_itself(story: Story) -> None:
    release = story.open_release_issue()
    order = story.comment(release, "/upgrade rctest")
    story.wait_for_reply(release, order, "3.40.0 → 3.40.1", "waiting for a review")
    assert len(story.trackers()) == 1


def _ticked(line: str) -> str:
    return line if line.startswith("- [x]") else ""
