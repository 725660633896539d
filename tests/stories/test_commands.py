"""Commands as people write them, correct and incorrect."""

from __future__ import annotations

import pytest

from tests.stories.story import Story

pytestmark = pytest.mark.e2e


def test_check_status_and_help(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    check = story.comment(number, "/check rctest")
    story.wait_for_reply(number, check, "rctest.sourcegraph.com", "✅ passed · **Virtual machine**")
    status = story.comment(number, "/status")
    story.wait_for_reply(number, status, "0 of 9 done", "No upgrade has been requested yet.")
    helped = story.comment(number, "/help")
    story.wait_for_reply(
        number,
        helped,
        "`/upgrade INSTANCE … [VERSION] [--dry-run]",
        "`/check INSTANCE … [--accept",
        "`/status [INSTANCE …] [VERSION]`",
        "`/help`",
    )


def test_a_mistyped_command_gets_the_one_that_is_meant_and_others_get_nothing(story: Story) -> None:
    release = story.open_release_issue()
    story.tracker()
    story.wait_until_idle()
    before = len(story.proxy.writes())
    story.comment(release, "/lgtm\n/hold\n/close\n\n/home is full")
    story.wait_until_idle()
    assert len(story.proxy.writes()) == before, "neither an answer nor a reaction"
    order = story.comment(release, "/upgade rctest\n/lgtm")
    body = story.wait_for_reply(release, order, "Did you mean `/upgrade`?")
    assert "upgade" not in body
    assert not story.pulls("rctest")


def test_an_outsider_gets_a_polite_sentence(story: Story) -> None:
    release = story.open_release_issue()
    story.tracker()
    order = story.comment(release, "/upgrade rctest", user="sam")
    body = story.wait_for_reply(release, order, "Sorry", f"`{story.proxy.org.operators}`")
    assert "@" not in body
    assert not story.pulls("rctest")
    allowed = story.comment(release, "/help", user="sam")
    story.wait_for_reply(release, allowed, "`/upgrade")


def test_commands_in_code_and_quotes_and_edits_are_none(story: Story) -> None:
    release = story.open_release_issue()
    number = story.tracker()["number"]
    story.wait_until_idle()
    before = len(story.proxy.writes())
    story.comment(release, "```\n/upgrade rctest\n```")
    story.comment(release, "> /upgrade rctest\n> said Lee")
    harmless = story.comment(number, "I would say upgrade rctest")
    story.world.edit_comment("dana", harmless, "/upgrade rctest")
    story.wait_until_idle()
    assert len(story.proxy.writes()) == before
    assert not story.pulls("rctest")


def test_two_engineers_command_at_the_same_second(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    with story.proxy.webhooks.hold():
        first = story.comment(number, "/upgrade rctest demo", user="dana")
        second = story.comment(number, "/upgrade demo rctest", user="lee")
    for order in (first, second):
        story.wait_for_reply(number, order, "rctest.sourcegraph.com", "demo.sourcegraph.com", "waiting for a review")
    story.wait_until_idle()
    assert len(story.pulls("rctest")) == len(story.pulls("demo")) == 1
    assert len(story.replies(number)) == 2


def test_refusals_say_why_and_what_next(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    order = story.comment(number, "/upgrade s2 research 3.43.2\n/upgrade nowhere\n/upgrade\n/upgrade rctest 3.40.9")
    body = story.wait_for_reply(
        number, order, "nightly builds", "skips versions", "3.41", "no such instance", "name the instances"
    )
    assert "upstream has no tag for version 3.40.9. The nearest version is 3.40.2." in body
    assert not story.world.pulls()


def test_a_word_that_may_be_a_customers_name_is_not_repeated(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    customer = next(iter(story.world.fleet.customers))
    order = story.comment(number, f"/check {customer[:-1]}x\n/{customer} now")
    body = story.wait_for_reply(number, order, "word 1: there is no such instance")
    assert customer[:-1] not in body


def test_never_more_than_five_in_flight(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    eligible = [i for i in story.world.fleet.by_slug.values() if not i.skip and i.channel == "stable"]
    names = [i.slug if not i.account else f"{i.slug}" for i in eligible][:7]
    order = story.comment(number, f"/upgrade {' '.join(names)} --force 'all at once'".replace("'", '"'))
    story.eventually(lambda: len(story.world.pulls()) == 5)
    story.wait_for_reply(number, order, "waiting: for a free slot, 5 upgrades are in flight")
    story.wait_until_idle()
    assert len(story.world.pulls()) == 5
    pull = story.world.pulls()[0]["number"]
    story.world.review("rio", pull)
    story.world.merge("dana", pull)
    story.eventually(lambda: len(story.world.pulls()) == 6)
