"""A version that is not prepared: its golden file gets a pull request of its own first, and upgrades wait for it."""

from __future__ import annotations

import pytest

from demo.fleet import compose_file
from demo.fleet.compose import image
from tests.stories.story import Story

pytestmark = pytest.mark.e2e

BRANCH = "golden/v3.40.2"
GOLDEN = "golden/docker-compose.3.40.2.yaml"
HOTPATCH = "research/black/docker-compose/docker-compose.override.yaml"


def test_upgrade_prepare_merge_and_the_upgrade_goes_on_by_itself(story: Story) -> None:
    story.world.tag("mi-module-v3.40.2-v1")
    story.world.tag("mi-module-v3.40.2-v10")
    story.open_release_issue("3.40.2")
    tracker = story.tracker("3.40.2")
    number = tracker["number"]
    order = story.comment(number, "/upgrade research")
    prepare = story.pull_from(BRANCH)
    assert prepare["title"] == "golden: prepare v3.40.2"
    assert [label["name"] for label in prepare["labels"]] == ["mi-upgrade"]
    assert f"/issues/{number}" in prepare["body"]
    assert "## Test plan" in prepare["body"]
    assert sorted(story.files(BRANCH)) == [GOLDEN, "modules/executors/main.tf"]
    story.wait_for_reply(
        number, order, f"waiting: for {GOLDEN}", "merged first", f"Golden file of 3.40.2: [#{prepare['number']}]"
    )
    story.eventually(lambda: f"Golden file: [#{prepare['number']}]" in story.tracker("3.40.2")["body"])
    assert not story.pulls("research", "3.40.2")

    golden = story.world.read_file(BRANCH, GOLDEN).content
    assert "      - 'PGSSLMODE=disable'" in golden
    assert golden.count(":3.40.2@sha256:") == compose_file("3.40.2").count(":3.40.2@sha256:")
    pins = story.world.read_file(BRANCH, "modules/executors/main.tf").content
    assert pins.count('version = "3.40.2"') == 2

    story.world.review("rio", prepare["number"])
    story.world.merge("dana", prepare["number"])
    pull = story.pull_from("research/upgrade-v3.40.2")
    assert sorted(story.files("research/upgrade-v3.40.2")) == [
        HOTPATCH,
        "research/black/docker-compose/docker-compose.yaml",
        "research/infrastructure.tf",
    ]
    before = story.world.fleet.files[HOTPATCH].content
    after = story.world.read_file("research/upgrade-v3.40.2", HOTPATCH).content
    kept = [line for line in before.splitlines() if "searcher-0" not in line and "image:" not in line]
    assert after.splitlines() == kept
    module = story.world.read_file("research/upgrade-v3.40.2", "research/infrastructure.tf").content
    assert "?ref=mi-module-v3.40.2-v10" in module
    body = pull["body"]
    assert "hotpatch of `searcher-0` removed" in body
    assert "google_compute_instance_template.executor-instance-template" in body
    story.wait_for_reply(number, order, "3.40.0 → 3.40.2", "waiting for a review", "merged by `dana`")


def test_prepare_by_command_and_twice(story: Story) -> None:
    story.open_release_issue("3.40.2")
    number = story.tracker("3.40.2")["number"]
    first, second = story.comment(number, "/prepare"), story.comment(number, "/prepare 3.40.2", user="lee")
    prepare = story.pull_from(BRANCH)
    for order in (first, second):
        story.wait_for_reply(number, order, f"[#{prepare['number']}]", "open")
    story.wait_until_idle()
    assert len([p for p in story.world.pulls() if p["head"]["ref"] == BRANCH]) == 1
    there = story.comment(number, "/prepare 3.40.0")
    story.wait_for_reply(number, there, "Golden file of 3.40.0: everything is in the deployment repository.")


def test_images_with_another_tag_hold_the_version_until_an_operator_accepts_them(story: Story) -> None:
    stray = compose_file("3.40.3").replace(image("symbols", "3.40.3"), image("symbols", "3.40.2"))
    story.world.release("3.40.3", stray)
    story.open_release_issue("3.40.3")
    number = story.tracker("3.40.3")["number"]
    order = story.comment(number, "/upgrade rctest")
    prepare = story.pull_from("golden/v3.40.3")
    assert "symbols:3.40.2" in prepare["body"]
    assert "Held" in prepare["body"]
    story.eventually(lambda: "symbols:3.40.2" in story.tracker("3.40.3")["body"])
    story.world.merge("dana", prepare["number"])
    story.wait_for_reply(number, order, "is held", "/prepare 3.40.3 --accept-tags")
    assert not story.pulls("rctest", "3.40.3")
    accepted = story.comment(number, "/prepare 3.40.3 --accept-tags", user="lee")
    story.wait_for_reply(number, accepted, "accepted by `lee`")
    story.eventually(lambda: story.pulls("rctest", "3.40.3"))


def test_a_release_candidate_rewrites_the_tags_and_goes_to_rctest_only(story: Story) -> None:
    story.world.release("3.42.0-rc.2", compose_file("3.41.0"))
    story.open_release_issue("3.42.0-rc.2")
    number = story.tracker("3.42.0-rc.2")["number"]
    refused = story.comment(number, "/upgrade demo 3.41.0-rc.1")
    story.wait_for_reply(number, refused, "release candidates go to rctest only")
    too_far = story.comment(number, "/prepare")
    story.wait_for_reply(number, too_far, "no instance may go to 3.42.0-rc.2 next")
    order = story.comment(number, '/prepare --force "it is tried early"')
    prepare = story.pull_from("golden/v3.42.0-rc.2")
    assert "forced although no instance may go there next (it is tried early)" in prepare["body"]
    story.wait_for_reply(number, order, f"[#{prepare['number']}]")
    assert story.files("golden/v3.42.0-rc.2") == ["golden/docker-compose.3.42.0-rc.2.yaml"]
    golden = story.world.read_file("golden/v3.42.0-rc.2", "golden/docker-compose.3.42.0-rc.2.yaml").content
    assert ":3.41.0" not in golden
    assert "index.docker.io/sourcegraph/frontend:3.42.0-rc.2'" in golden


def test_a_version_that_does_not_exist_and_a_file_that_is_none(story: Story) -> None:
    story.world.release("3.40.4", "just: words\n")
    release = story.open_release_issue("3.40.4")
    number = story.tracker("3.40.4")["number"]
    order = story.comment(number, "/upgrade rctest 3.40.9\n/prepare 3.99.0")
    story.wait_for_reply(
        number,
        order,
        "upstream has no tag for version 3.40.9",
        "upstream has no tag for version 3.99.0",
        "The nearest",
    )
    broken = story.comment(number, "/upgrade rctest")
    story.wait_for_reply(number, broken, "Golden file of 3.40.4: failed", "services", "/prepare 3.40.4 tries again")
    assert not story.world.pulls()
    newest = story.comment(release, "/plan rctest latest")
    story.wait_for_reply(release, newest, "4.0.0 skips versions")


def test_closed_by_hand_it_stays_closed_until_somebody_asks(story: Story) -> None:
    story.open_release_issue("3.40.2")
    number = story.tracker("3.40.2")["number"]
    order = story.comment(number, "/upgrade rctest")
    prepare = story.pull_from(BRANCH)
    story.wait_for_reply(number, order, f"[#{prepare['number']}]")
    story.world.close_pull("dana", prepare["number"])
    story.wait_for_reply(number, order, "was closed without a merge", "/prepare 3.40.2 tries again")
    story.wait_until_idle()
    assert len(story.world.pulls()) == 1
    again = story.comment(number, "/prepare")
    story.eventually(lambda: len(story.world.pulls()) == 2)
    story.wait_for_reply(number, again, "open")
