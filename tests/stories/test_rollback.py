"""Rollbacks to what the instance ran before its last upgrade, according to Git."""

from __future__ import annotations

import re

import pytest

from demo.fleet import File
from tests.stories.story import Story

pytestmark = pytest.mark.e2e

OVERRIDE = "research/black/docker-compose/docker-compose.override.yaml"
LINK = "research/black/docker-compose/docker-compose.yaml"


def test_everything_is_as_it_was_and_the_tracker_says_by_whom_and_why(story: Story) -> None:
    story.world.tag("mi-module-v3.40.1-v2")
    story.open_release_issue()
    number = story.tracker()["number"]
    story.complete_upgrade(number, "research")
    story.eventually(lambda: story.line("3.40.1", "research").startswith("- [x]"))
    order = story.comment(number, '/rollback research "searches are slow, see INC-7"')
    pull = story.pull_from("research/rollback-v3.40.1")
    assert pull["title"] == "research: roll back from v3.40.1 to v3.40.0"
    assert {label["name"] for label in pull["labels"]} == {"mi-upgrade", "mi-rollback"}
    story.wait_for_reply(
        number, order, "rollback to 3.40.0 by `dana`", "searches are slow, see INC-7", "waiting for a review"
    )
    for path in (OVERRIDE, LINK, "research/infrastructure.tf"):
        restored = story.world.read_file("research/rollback-v3.40.1", path)
        assert (restored.mode, restored.content) == (
            story.world.fleet.files[path].mode,
            story.world.fleet.files[path].content,
        )
    story.world.review("rio", pull["number"])
    story.world.merge("lee", pull["number"])
    story.wait_for_reply(number, order, "rolled back to 3.40.0 by `dana`", "Health checks after the deployment")
    line = story.wait_for_line(
        "3.40.1", "research", "rolled back", "to 3.40.0 by `dana`", "searches are slow, see INC-7"
    )
    assert re.match(r"- \[ \] ↩️ rolled back · .* — .*to 3\.40\.0 by `dana`", line)
    again = story.comment(number, "/rollback research")
    story.wait_for_reply(number, again, "its last change was already a rollback")
    up = story.comment(number, "/upgrade research")
    story.wait_for_reply(number, up, "3.40.0 → 3.40.1", "waiting for a review")


def test_what_people_changed_since_stays(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.complete_upgrade(number, "research")
    upgraded = story.world.read_file("main", OVERRIDE).content
    changed = upgraded.replace("    cpus: 8   # big monorepo", "    cpus: 12   # bigger monorepo")
    assert changed != upgraded
    story.world.commit("lee", [File.plain(OVERRIDE, changed)])
    story.comment(number, "/rollback research")
    story.pull_from("research/rollback-v3.40.1")
    restored = story.world.read_file("research/rollback-v3.40.1", OVERRIDE).content
    assert "cpus: 12   # bigger monorepo" in restored
    assert "hotpatch.1" in restored


def test_a_rollback_that_is_closed_leaves_things_as_they_were(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.complete_upgrade(number)
    order = story.comment(number, "/rollback rctest")
    pull = story.pull_from("rctest/rollback-v3.40.1")
    story.world.close_pull("dana", pull["number"])
    story.wait_for_reply(
        number, order, "its rollback by dana was closed without a merge", "stays: 3.40.0 → 3.40.1", "done"
    )
    story.eventually(lambda: story.line("3.40.1", "rctest").startswith("- [x]"))


def test_what_was_never_upgraded_can_not_be_rolled_back(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/rollback rctest")
    story.wait_for_reply(number, order, "Git shows no upgrade of it")
    assert not story.trackers("3.40.0"), "no tracker for what will not be"
    story.comment(number, "/upgrade demo")
    pull = story.pull_from("demo/upgrade-v3.40.1")
    story.wait_until_idle()
    early = story.comment(number, "/rollback demo")
    story.wait_for_reply(number, early, f"is open (pull request {pull['number']}) and has changed nothing yet")
