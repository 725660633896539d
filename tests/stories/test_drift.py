"""The base branch moves under an open pull request, and people push to its branch."""

from __future__ import annotations

import pytest

from demo.fleet import File
from demo.world import World
from tests.stories.story import Story

pytestmark = pytest.mark.e2e

BRANCH = "research/upgrade-v3.40.1"
OVERRIDE = "research/black/docker-compose/docker-compose.override.yaml"


@pytest.fixture
def opened(sweeping: Story) -> tuple[Story, int, int]:
    """The story, the tracker and the comment of an upgrade of research whose pull request is open."""
    sweeping.open_release_issue()
    tracker = sweeping.tracker()["number"]
    order = sweeping.comment(tracker, "/upgrade research")
    sweeping.wait_for_reply(tracker, order, "waiting for a review", "✅ pass")
    sweeping.wait_for_sweeps()
    return sweeping, tracker, order


def test_a_moved_base_is_built_upon(opened: tuple[Story, int, int]) -> None:
    story, tracker, order = opened
    base = story.world.commit("lee", [File.plain("README.md", "# Managed instances\n\nNew words.\n")])
    story.wait_for_reply(tracker, order, f"rebuilt on {base[:7]}", "the change is the same")
    assert story.world.compare(BRANCH)["behind_by"] == 0
    assert len(story.files(BRANCH)) == 2
    assert f"rebuilt on {base[:7]}" in story.pull_from(BRANCH)["body"]
    head = story.pull_from(BRANCH)["head"]["sha"]
    story.wait_for_sweeps()
    assert story.pull_from(BRANCH)["head"]["sha"] == head, "once is enough"


def test_peoples_changes_of_the_same_file_come_along(opened: tuple[Story, int, int]) -> None:
    story, tracker, order = opened
    now = story.world.read_file("main", OVERRIDE).content
    story.world.commit("lee", [File.plain(OVERRIDE, now.replace("big monorepo", "huge monorepo"))])
    story.wait_for_reply(tracker, order, "rebuilt on")
    rebuilt = story.world.read_file(BRANCH, OVERRIDE).content
    assert "huge monorepo" in rebuilt
    assert "image:" not in rebuilt


def test_another_change_than_the_one_reviewed_is_not_slipped_in(opened: tuple[Story, int, int]) -> None:
    story, tracker, order = opened
    tip = story.world.branches()[BRANCH]
    now = story.world.read_file("main", OVERRIDE).content
    patched = now.replace(
        "  repo-updater:\n", "  repo-updater:\n    image: 'index.docker.io/sourcegraph/repo-updater:x'\n"
    )
    story.world.commit("lee", [File.plain(OVERRIDE, patched)])
    story.wait_for_reply(tracker, order, "the change would now be different")
    assert story.world.branches()[BRANCH] == tip


def test_a_branch_that_people_pushed_to_is_left_alone(opened: tuple[Story, int, int], world: World) -> None:
    story, tracker, order = opened
    pushed = world.commit("lee", [File.plain("research/NOTES.md", "careful\n")], branch=BRANCH)
    story.wait_for_reply(tracker, order, "people pushed to its branch, so mibot leaves it alone")
    world.commit("dana", [File.plain("README.md", "# Moved\n")])
    story.wait_for_sweeps()
    assert world.branches()[BRANCH] == pushed


def test_a_preparation_that_cant_be_rebuilt_stays_open_and_says_why(sweeping: Story) -> None:
    story = sweeping
    story.open_release_issue("3.40.2")
    tracker = story.tracker("3.40.2")["number"]
    order = story.comment(tracker, "/prepare")
    golden = story.pull_from("golden/v3.40.2")
    story.wait_for_reply(tracker, order, "open")
    story.wait_for_sweeps()
    story.proxy.fail(403, {"message": "Resource not accessible by integration"}, method="PATCH", path="/git/refs/")
    story.world.commit("lee", [File.plain("README.md", "# Managed instances\n\nNew words.\n")])
    story.wait_for_reply(tracker, order, "could not be rebuilt on the base branch", "open")
    story.world.merge("dana", golden["number"])
    story.wait_for_reply(tracker, order, "merged by `dana`")
