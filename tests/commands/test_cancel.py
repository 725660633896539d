"""`/cancel`: takes orders back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.chat.replies import UpgradeProgress
from bot.domain.plans.change_set import ChangeKind
from bot.domain.rollout.effects import CancelUpgrades
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.effects import CancelPreparation
from bot.domain.upgrade.record import Rollback, Stage
from tests.commands.harness import plan, reply_text
from tests.samples import NOW, upgrade, version

THERE = ChangeReference(ChangeKind.UPGRADE, NOW)
TO = version("3.40.1")
WAITS = upgrade("rctest", stage=Stage.WAITING)
OPEN = upgrade("demo", stage=Stage.OPEN)
MERGED = upgrade("amberotter", stage=Stage.DEPLOYING, merged_at=NOW)
DONE = upgrade("jaderaven", stage=Stage.DONE, merged_at=NOW)


def cancels(*slugs: str, why: str = "", to: str = "3.40.1", gone: tuple[str, ...] = ()) -> CancelUpgrades:
    return CancelUpgrades(slugs, to, "dana", why, 77, gone)


def test_what_waits_and_what_is_open() -> None:
    found = plan('/cancel rctest demo "wrong version"', WAITS, OPEN)
    assert found.items == (
        UpgradeProgress("rctest", TO, THERE),
        UpgradeProgress("demo", TO, THERE),
    )
    assert found.effects == (cancels("rctest", "demo", why="wrong version"),)


def test_a_reason_of_one_word() -> None:
    assert plan("/cancel rctest --reason typo", WAITS).effects == (cancels("rctest", why="typo"),)
    assert plan('/cancel rctest --reason "a typo"', WAITS).effects == (cancels("rctest", why="a typo"),)
    assert plan('/cancel rctest "typo"', WAITS).effects == (cancels("rctest", why="typo"),)
    assert plan('/cancel rctest "demo"', WAITS, OPEN).effects == (cancels("rctest", why="demo"),)
    assert plan('/cancel "rctest" 3.40.1', WAITS).effects == (cancels("rctest"),)
    assert plan('/cancel "rctest" "demo"', WAITS, OPEN).effects == (cancels("rctest", "demo"),)


def test_another_version_than_the_issues() -> None:
    other = upgrade("rctest", "3.41.0", Stage.WAITING)
    assert plan("/cancel rctest 3.41.0", WAITS, other).effects == (cancels("rctest", to="3.41.0"),)
    assert plan("/cancel rctest", WAITS, other).effects == (cancels("rctest"),)


def test_all_cancels_what_can_be_and_tells_of_what_is_being_deployed() -> None:
    found = plan("/cancel all", WAITS, OPEN, MERGED, DONE)
    assert found.effects == (cancels("rctest", "demo"),)
    text = reply_text("/cancel all", WAITS, OPEN, MERGED, DONE)
    assert "/rollback" in text
    assert text.count("merged") == 1, "what is done is not worth a word"


def test_all_cancels_the_versions_preparation_where_it_has_no_golden_file() -> None:
    waits = upgrade("rctest", "3.42.0", Stage.WAITING)
    assert plan("/cancel all 3.42.0", waits).effects == (
        cancels("rctest", to="3.42.0"),
        CancelPreparation("3.42.0", "dana", "", 77),
    )


def test_all_cancels_also_what_left_the_fleet() -> None:
    gone = upgrade("formerly", stage=Stage.WAITING)
    assert plan("/cancel all", gone, WAITS).effects == (cancels("rctest", "formerly", gone=("formerly",)),)
    assert plan("/cancel formerly", gone).effects == (cancels("formerly", gone=("formerly",)),)
    assert "formerly" not in reply_text("/cancel formerly", gone)


def test_what_failed_on_an_instance_that_left_the_fleet_is_settled_so_that_others_go_on() -> None:
    failed = upgrade("formerly", stage=Stage.FAILED, merged_at=NOW)
    assert plan("/cancel formerly", failed).effects == (cancels("formerly", gone=("formerly",)),)
    assert plan("/cancel rctest", replace(failed, slug="rctest")).effects == ()


def test_a_group_leaves_rollbacks_alone_because_they_restore_a_safe_state() -> None:
    back = upgrade("demo", rollback=Rollback("lee"), previous=upgrade("demo", stage=Stage.DONE, merged_at=NOW))
    assert plan("/cancel all", back, WAITS).effects == (cancels("rctest"),)
    assert plan("/cancel demo", back).effects == (cancels("demo"),)


@pytest.mark.parametrize("stage", [Stage.MERGED, Stage.HELD, Stage.BACKING_UP, Stage.DEPLOYING, Stage.VERIFYING])
def test_a_merged_one_is_refused_with_what_to_do(stage: Stage) -> None:
    merged = upgrade("rctest", stage=stage, merged_at=NOW)
    assert plan("/cancel rctest", merged).effects == ()
    assert reply_text("/cancel rctest", merged).endswith(
        "its upgrade to 3.40.1 is merged and can't be canceled; /rollback undoes it when its deployment has ended."
    )


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.FAILED])
def test_and_one_that_was_deployed(stage: Stage) -> None:
    merged = upgrade("rctest", stage=stage, merged_at=NOW)
    assert reply_text("/cancel rctest", merged).endswith("can't be canceled; /rollback undoes it.")


def test_nothing_to_cancel() -> None:
    assert reply_text("/cancel rctest").endswith("no upgrade to 3.40.1 waits or is in review.")
    closed = upgrade("rctest", stage=Stage.CLOSED)
    assert reply_text("/cancel rctest", closed).endswith("waits or is in review (it is closed).")
    other = upgrade("rctest", "3.41.0", Stage.WAITING)
    assert reply_text("/cancel rctest", other).endswith("To cancel the one to 3.41.0, name the version.")
    assert reply_text("/cancel all") == "/cancel: no upgrade to 3.40.1 waits or is in review."


def test_one_word_that_is_not_understood_cancels_nothing() -> None:
    assert plan("/cancel rctest dmeo", WAITS, OPEN).effects == ()
    assert plan("/cancel all 3.40", WAITS).effects == ()


@pytest.mark.parametrize(
    "line", ["/cancel", '/cancel "all of it"', "/cancel rctest --now", "/cancel rctest --reason"]
)
def test_wrong_usage_cancels_nothing(line: str) -> None:
    assert plan(line, WAITS).effects == ()
    assert "/cancel" in reply_text(line, WAITS)
