"""The order of work is enforced: internal instances first, customers once rctest is healthy."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def slugs(story: Story, *kinds: str) -> list[str]:
    found = story.world.fleet.by_slug.values()
    return [i.slug for i in found if i.kind in kinds and not i.skip and i.channel == "stable"]


def branches(story: Story) -> list[str]:
    return [pull["head"]["ref"].partition("/")[0] for pull in story.world.pulls()]


def test_all_opens_in_order_and_customers_wait_for_rctest(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/upgrade all")
    internal = slugs(story, "internal")
    story.eventually(lambda: len(story.world.pulls()) == len(internal))
    body = story.wait_for_reply(
        number, order, "waiting: for rctest, which has not been upgraded to 3.40.1 yet", "left out"
    )
    assert "--force" in body
    story.wait_until_idle()
    assert sorted(branches(story)) == sorted(internal)
    for slug in internal:
        (pull,) = story.pulls(slug)
        story.world.review("rio", pull["number"])
        story.world.merge("dana", pull["number"])
    customers = slugs(story, "trial", "production")
    story.eventually(lambda: set(branches(story)) == {*internal, *customers[:5]})


def test_production_waits_while_an_internal_instance_is_red(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    story.complete_upgrade(number)
    story.after_deployment(lambda: story.compute.set(story.project("tpgi"), {"default-red-instance": "STOPPING"}))
    story.comment(number, "/upgrade tpgi")
    story.world.merge("dana", story.pull_from("tpgi/upgrade-v3.40.1")["number"])
    story.wait_for_line("3.40.1", "tpgi", "red: Virtual machine")
    trial, production = slugs(story, "trial")[0], slugs(story, "production")[0]
    order = story.comment(number, f"/upgrade {production} {trial}")
    story.eventually(lambda: story.pulls(trial))
    story.wait_for_reply(number, order, "waiting: for tpgi: an internal instance is red")
    assert not story.pulls(production)
    story.compute.set(story.project("tpgi"), {"default-red-instance": "RUNNING"})
    story.eventually(lambda: story.pulls(production))


def test_an_operator_forces_it_and_the_tracker_records_why(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    customer = slugs(story, "production")[0]
    account = story.world.fleet.by_slug[customer].account
    order = story.comment(number, f"/upgrade {customer}")
    story.wait_for_reply(number, order, "waiting: for rctest")
    assert not story.pulls(customer)
    story.comment(number, f'/upgrade {customer} --force "they asked for it, today"', user="lee")
    story.eventually(lambda: story.pulls(customer))
    story.wait_for_line("3.40.1", f"for {account}", "forced by `lee`", "they asked for it, today")
