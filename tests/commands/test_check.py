"""`/check`: runs the health checks now."""

from __future__ import annotations

import pytest

from bot.domain.effects import CheckNow, Recheck
from bot.domain.records import CheckTable, Paragraph
from bot.domain.upgrade import Stage
from tests.commands.orders import OTHER, plan, said
from tests.samples import NOW, upgrade


def test_it_promises_a_table_and_runs_the_checks() -> None:
    found = plan("/check rctest")
    assert found.items == (CheckTable("rctest"),)
    assert found.effects == (CheckNow(77, "rctest"),)


def test_several_instances_each_once() -> None:
    found = plan(f"/check rctest {OTHER} rctest.sourcegraph.com")
    assert found.items == (CheckTable("rctest"), CheckTable("jaderaven"))
    assert found.effects == (CheckNow(77, "rctest"), CheckNow(77, "jaderaven"))


def test_any_instance_can_be_checked_skipped_ones_too() -> None:
    assert plan("/check s2", on="").effects == (CheckNow(77, "s2"),)


def test_without_a_name_it_shows_its_usage() -> None:
    assert said("/check") == "/check: name the instances to check: /check INSTANCE …."
    assert plan("/check").effects == ()


def test_one_bad_name_among_good_ones_stops_nobody() -> None:
    found = plan("/check nobody-at-all rctest")
    assert [type(item) for item in found.items] == [Paragraph, CheckTable]
    assert found.effects == (CheckNow(77, "rctest"),)


@pytest.mark.parametrize("stage", [Stage.MERGED, Stage.FAILED])
def test_a_merged_upgrade_that_is_not_proven_yet_is_judged_anew(stage: Stage) -> None:
    merged = upgrade("demo", "3.40.1", stage, merged_at=NOW)
    assert plan("/check demo", merged, upgrade("rctest")).effects == (CheckNow(77, "demo"), Recheck("demo", "3.40.1"))


@pytest.mark.parametrize(
    "other", [upgrade("demo", stage=Stage.OPEN), upgrade("demo", stage=Stage.DONE, merged_at=NOW), upgrade("rctest")]
)
def test_other_upgrades_are_left_as_they_are(other: object) -> None:
    assert plan("/check demo", other).effects == (CheckNow(77, "demo"),)  # type: ignore[arg-type]
