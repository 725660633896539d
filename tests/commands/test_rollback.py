"""`/rollback`: undoes the last upgrade of an instance, with the reason that people give."""

from __future__ import annotations

import pytest

from bot.domain.chat.answers import InstanceMessage
from bot.domain.chat.replies import UpgradeProgress
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.effects import StartRollback
from bot.domain.upgrade.record import IN_REVIEW, Rollback, Stage
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import NOW, upgrade, version

NEXT_ROLLBACK = ChangeReference(ChangeKind.ROLLBACK)
ROLLBACK = ChangeReference(ChangeKind.ROLLBACK, NOW)
USAGE = '/rollback INSTANCE ["reason"]'
GOING_ON = [Stage.BACKING_UP, Stage.DEPLOYING]


def test_it_goes_back_from_the_version_that_the_instance_runs() -> None:
    found = plan("/rollback rctest")
    assert found.items == (UpgradeProgress("rctest", version("3.40.0"), NEXT_ROLLBACK),)
    assert found.effects == (StartRollback("rctest", "3.40.0", "dana", "", 77),)
    assert plan("/rollback rctest", on="") == found
    assert plan("/rollback demo").effects == (StartRollback("demo", "3.39.1", "dana", "", 77),)


@pytest.mark.parametrize(
    "line",
    [
        '/rollback rctest "search is slow, again"',
        "/rollback rctest “search is slow, again”",
        '/rollback rctest search is "slow, again"',
    ],
)
def test_the_words_after_the_instance_are_the_reason(line: str) -> None:
    assert plan(line).effects == (StartRollback("rctest", "3.40.0", "dana", "search is slow, again", 77),)


@pytest.mark.parametrize("word", [OTHER_ACCOUNT, "jaderaven", "jaderaven.sourcegraph.com"])
def test_the_instance_has_any_of_its_names(word: str) -> None:
    assert plan(f"/rollback {word}").effects == (StartRollback("jaderaven", "3.40.0", "dana", "", 77),)


def test_an_instance_that_takes_no_upgrades_can_go_back() -> None:
    assert plan("/rollback s2").effects == (StartRollback("s2", "3.40.0", "dana", "", 77),)


def test_without_a_name_it_shows_its_usage() -> None:
    assert reply_text("/rollback") == f"/rollback: name the instance: {USAGE}."
    assert plan("/rollback").effects == ()


@pytest.mark.parametrize("word", ["nobody-at-all", "all", "internal"])
def test_several_instances_and_unknown_ones_are_refused(word: str) -> None:
    assert reply_text(f"/rollback {word}").startswith("/rollback: there is no such instance.")
    assert plan(f"/rollback {word}").effects == ()


@pytest.mark.parametrize("option", ["--dry-run", "--force", "-n"])
def test_an_option_is_no_reason(option: str) -> None:
    assert plan(f"/rollback rctest {option}").effects == ()
    assert USAGE in reply_text(f"/rollback rctest {option}")


@pytest.mark.parametrize("stage", sorted(IN_REVIEW))
def test_an_open_upgrade_is_refused(stage: Stage) -> None:
    found = plan("/rollback rctest", upgrade(stage=stage))
    assert [type(item) for item in found.items] == [InstanceMessage]
    assert found.effects == ()
    assert reply_text("/rollback rctest", upgrade(stage=stage)) == (
        "rctest.sourcegraph.com: its upgrade to 3.40.1 is open (pull request 7) and has changed nothing yet: "
        "close that pull request first."
    )


def test_a_customer_with_an_open_upgrade_is_named_by_its_account() -> None:
    words = reply_text(f"/rollback {OTHER_ACCOUNT}", upgrade("jaderaven"))
    assert words.startswith(f"instance for {OTHER_ACCOUNT}: its upgrade to 3.40.1 is open")
    assert "jaderaven" not in words


def test_a_rollback_that_is_open_is_shown_again() -> None:
    undone = upgrade("rctest", "3.40.0", rollback=Rollback("lee"))
    found = plan("/rollback rctest", undone)
    assert found.items == (UpgradeProgress("rctest", version("3.40.0"), ROLLBACK),)
    assert found.effects == (StartRollback("rctest", "3.40.0", "dana", "", 77),), "which finds the same rollback"


@pytest.mark.parametrize("stage", GOING_ON)
@pytest.mark.parametrize("back", [None, Rollback("lee")], ids=["upgrade", "rollback"])
def test_a_running_deployment_is_refused(stage: Stage, back: Rollback | None) -> None:
    """Two deployments of one instance at once have an unknown result."""
    there = upgrade("rctest", "3.40.0", stage, merged_at=NOW, rollback=back)
    assert plan("/rollback rctest", there).effects == ()
    assert reply_text("/rollback rctest", there) == (
        "rctest.sourcegraph.com: its deployment is still running: try again when it has ended, or cancel its run on "
        "GitHub first."
    )
    assert plan("/rollback demo", there).effects != (), "another's is no obstacle"


@pytest.mark.parametrize("stage", sorted(set(Stage) - IN_REVIEW - set(GOING_ON)))
def test_other_stages_are_no_obstacle(stage: Stage) -> None:
    there = upgrade("rctest", "3.40.0", stage, merged_at=NOW)
    assert plan("/rollback rctest", there, upgrade("demo")).effects == (
        StartRollback("rctest", "3.40.0", "dana", "", 77),
    )


@pytest.mark.parametrize(
    "line", ["/rollback rctest 3.39.1", "/rollback rctest to v3.39.1", "/rollback 3.39.1 rctest"]
)
def test_it_takes_no_version(line: str) -> None:
    assert plan(line).effects == ()
    assert "is a version, which the command does not take. So nothing was done" in reply_text(line)
    assert plan('/rollback rctest "back to 3.39.1"').effects


@pytest.mark.parametrize("line", ["/rollback rctest and demo", "/rollback rctest internal", "/rollback rctest, all"])
def test_a_second_instance_is_no_reason(line: str) -> None:
    assert plan(line).effects == ()
    assert USAGE in reply_text(line)
