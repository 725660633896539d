"""`/upgrade`: which instances it opens pull requests for, and what it answers where it does not."""

from __future__ import annotations

import pytest

from bot.domain.effects import Effect, StartUpgrade
from bot.domain.records import Paragraph, Progress
from bot.domain.upgrade import Stage
from tests.commands.orders import OTHER, plan, said
from tests.samples import ACCOUNT, NOW, upgrade, version


def started(slug: str, to: str = "3.40.1") -> StartUpgrade:
    return StartUpgrade(slug, to, "dana", 12)


def test_an_instance_is_upgraded_to_the_version_that_the_issue_names() -> None:
    found = plan("/upgrade rctest")
    assert found.items == (Progress("rctest", version("3.40.1")),)
    assert found.effects == (started("rctest"),)


@pytest.mark.parametrize(
    "line", ["/upgrade rctest 3.41.0", "/upgrade 3.41.0 rctest", "/upgrade v3.41.0 rctest 3.41.0"]
)
def test_a_version_in_any_place_wins_over_the_issues(line: str) -> None:
    assert plan(line).effects == (started("rctest", "3.41.0"),)


def test_several_instances_in_the_order_they_were_named() -> None:
    found = plan(f"/upgrade {OTHER}, rctest https://demo.sourcegraph.com {ACCOUNT}#2")
    slugs = ["jaderaven", "rctest", "demo", "amberotter-two"]
    assert found.effects == tuple(map(started, slugs))
    assert [item.slug for item in found.items if isinstance(item, Progress)] == slugs


def test_an_instance_named_twice_is_upgraded_once() -> None:
    assert plan("/upgrade rctest rctest rctest.sourcegraph.com RCTEST").effects == (started("rctest"),)


@pytest.mark.parametrize(
    ("line", "on", "fault"),
    [
        ("/upgrade", "3.40.1", "/upgrade: name the instances to upgrade: /upgrade INSTANCE … [VERSION]."),
        ("/upgrade 3.41.0", "3.40.1", "name the instances to upgrade"),
        ("/upgrade rctest", "", "this issue's title names no version; add one: /upgrade INSTANCE … [VERSION]."),
        ("/upgrade rctest 3.40.1 3.41.0", "3.40.1", "name one version only; write another command for the other."),
        ("/upgrade rctest --force", "3.40.1", "there are no options here; write /upgrade INSTANCE … [VERSION]."),
        ("/upgrade -h", "3.40.1", "there are no options here"),
    ],
)
def test_a_command_that_cannot_be_understood_shows_its_usage(line: str, on: str, fault: str) -> None:
    assert fault in said(line, on=on)
    assert plan(line, on=on).effects == ()


def test_on_an_issue_without_a_version_one_can_be_given() -> None:
    assert plan("/upgrade rctest 3.40.1", on="").effects == (started("rctest"),)


def test_one_bad_name_among_good_ones_stops_nobody() -> None:
    found = plan("/upgrade rctest nobody-at-all demo")
    assert found.effects == (started("rctest"), started("demo"))
    assert [type(item) for item in found.items] == [Progress, Paragraph, Progress]
    assert said("/upgrade rctest nobody-at-all demo") == "/upgrade: there is no such instance."


def test_a_name_that_is_nearly_right() -> None:
    assert "Did you mean rctest?" in said("/upgrade rctset")
    assert f"Did you mean {OTHER}?" in said("/upgrade jaderavn")


def test_an_account_with_two_instances_asks_which() -> None:
    assert f"write {ACCOUNT}#1 or {ACCOUNT}#2" in said(f"/upgrade {ACCOUNT}")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/upgrade s2", "it is left out of release upgrades: takes nightly builds."),
        ("/upgrade rctest 3.40.0", "it already runs 3.40.0."),
        ("/upgrade rctest 3.39.1", "going down to 3.39.1 is a downgrade"),
        ("/upgrade demo 3.41.0", "versions go one minor at a time. Next step: 3.40.1."),
        ("/upgrade demo 3.41.0-rc.1", "release candidates go to rctest only"),
        ("/upgrade rctest 3.40.7", "golden/docker-compose.3.40.7.yaml is not in the deployment repository yet"),
    ],
)
def test_policy_refuses_with_a_reason(line: str, reason: str) -> None:
    assert reason in said(line)
    assert plan(line).effects == ()


def test_a_release_candidate_goes_to_rctest() -> None:
    assert plan("/upgrade rctest 3.41.0-rc.1").effects == (started("rctest", "3.41.0-rc.1"),)


def test_a_refused_customer_is_named_by_its_account() -> None:
    assert said(f"/upgrade {OTHER} 3.40.0") == f"instance for {OTHER}: it already runs 3.40.0."


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.PLANNED, Stage.APPROVED, Stage.MERGED, Stage.DONE])
def test_asking_again_shows_the_upgrade_there_is(stage: Stage) -> None:
    found = plan("/upgrade demo", upgrade("demo", stage=stage))
    assert found.items == (Progress("demo", version("3.40.1")),)
    assert found.effects == (started("demo"),), "which finds the same upgrade"


def test_a_finished_upgrade_is_shown_although_the_instance_runs_the_version_already() -> None:
    assert plan("/upgrade rctest 3.40.0", upgrade("rctest", "3.40.0", Stage.DONE)).effects


def test_a_red_one_is_shown_again_after_its_merge() -> None:
    red = upgrade("rctest", "3.40.0", Stage.FAILED, merged_at=NOW)
    assert plan("/upgrade rctest 3.40.0", red).effects == (started("rctest", "3.40.0"),)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.FAILED, Stage.WAITING])
def test_one_that_came_to_nothing_is_judged_anew(stage: Stage) -> None:
    assert plan("/upgrade rctest", upgrade(stage=stage)).effects == (started("rctest"),)
    assert "it already runs 3.40.0" in said("/upgrade rctest 3.40.0", upgrade("rctest", "3.40.0", stage))


def test_the_same_command_makes_the_same_effects() -> None:
    effects: tuple[Effect, ...] = plan("/upgrade rctest").effects
    assert plan("/upgrade rctest").effects == effects
