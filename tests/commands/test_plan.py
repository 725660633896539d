"""`/plan`: shows what upgrades would do, and does nothing."""

from __future__ import annotations

import pytest

from bot.commands.plan import MAX_PLANS
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import PlanNow
from bot.domain.chat.replies import PlanPreview
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import customer_instance, fleet, internal_instance, version

MANY = fleet(
    internal_instance(),
    *(customer_instance(f"c{n:02}", f"https://github.com/x/y/issues/{n}") for n in range(MAX_PLANS)),
)


def test_the_reply_waits_for_the_plan_and_nothing_starts() -> None:
    found = plan("/plan rctest 3.41.0")
    assert found.items == (PlanPreview("rctest", version("3.41.0")),)
    assert found.effects == (PlanNow(77, "rctest", "3.41.0"),)


def test_without_a_version_the_issues_version_is_meant() -> None:
    assert plan("/plan rctest").effects == (PlanNow(77, "rctest", "3.40.1"),)


def test_latest_is_the_newest_release() -> None:
    assert plan("/plan rctest latest", released="3.40.1 3.42.0 4.0.0-rc.1").effects == (
        PlanNow(77, "rctest", "3.42.0"),
    )


def test_several_instances_in_order_of_work() -> None:
    slugs = ("rctest", "demo", "jaderaven")
    found = plan(f"/plan {OTHER_ACCOUNT} demo, rctest demo")
    assert found.items == tuple(PlanPreview(slug, version("3.40.1")) for slug in slugs)
    assert found.effects == tuple(PlanNow(77, slug, "3.40.1") for slug in slugs)
    assert plan(f"/plan internal {OTHER_ACCOUNT}").effects[-1] == PlanNow(77, "jaderaven", "3.40.1")


@pytest.mark.parametrize("line", ["/plan s2", "/plan rctest 3.39.1", "/plan demo 3.41.0", "/plan rctest 3.40.7"])
def test_an_upgrade_that_policy_refuses_is_shown_with_the_refusal(line: str) -> None:
    assert [type(item) for item in plan(line).items] == [PlanPreview]
    assert len(plan(line).effects) == 1


def test_at_most_ten_plans_are_shown_and_the_reply_says_so() -> None:
    found = plan("/plan all", among=MANY)
    assert [type(item) for item in found.items] == [CommandMessage] + [PlanPreview] * MAX_PLANS
    assert len(found.effects) == MAX_PLANS
    assert found.effects[0] == PlanNow(77, "rctest", "3.40.1")
    assert reply_text("/plan all", among=MANY) == (
        f"/plan: only the first {MAX_PLANS} of {MAX_PLANS + 1} instances are shown; name the others in another "
        f"command."
    )
    assert len(plan("/plan production", among=MANY).effects) == MAX_PLANS
    assert reply_text("/plan production", among=MANY) == "", "as many as fit are no reason for words"


def test_a_dry_run_of_an_upgrade_says_the_same_under_its_own_name() -> None:
    dry = plan("/upgrade all --dry-run", among=MANY)
    assert dry.effects == plan("/plan all", among=MANY).effects
    assert reply_text("/upgrade all --dry-run", among=MANY).startswith("/upgrade: only the first ")


def test_one_unknown_word_stops_the_whole_line() -> None:
    found = plan("/plan rctest nobody-at-all demo")
    assert [type(item) for item in found.items] == [CommandMessage]
    assert found.effects == ()
    assert reply_text("/plan rctest nobody-at-all demo").startswith(
        "/plan: “nobody-at-all”: there is no such instance. So nothing was done; write /plan INSTANCE …"
    )


@pytest.mark.parametrize(
    ("line", "on", "fault"),
    [
        ("/plan", "3.40.1", "/plan: name the instances: /plan INSTANCE … [VERSION]."),
        ("/plan 3.41.0", "3.40.1", "name the instances: /plan INSTANCE … [VERSION]."),
        ("/plan rctest", "", "this issue's title names no version; add one: /plan INSTANCE … [VERSION]."),
        ("/plan rctest 3.40.1 3.41.0", "3.40.1", "name one version only"),
        ("/plan rctest --force", "3.40.1", "it has no options; write /plan INSTANCE … [VERSION]."),
    ],
)
def test_a_command_that_cannot_be_understood_shows_its_usage(line: str, on: str, fault: str) -> None:
    assert fault in reply_text(line, on=on)
    assert plan(line, on=on).effects == ()
