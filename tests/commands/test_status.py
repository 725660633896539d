"""`/status`: the state of every upgrade."""

from __future__ import annotations

import pytest

from bot.domain.chat.answers import StatusTable
from bot.domain.upgrade.record import Stage, Upgrade
from tests import rendered as rendering
from tests.commands.harness import OTHER_ACCOUNT, answers_of, plan, reply_text
from tests.samples import upgrade

UPGRADES = (
    upgrade("jaderaven", stage=Stage.APPROVED, approved_by=("rio",)),
    upgrade("rctest", stage=Stage.DONE),
    upgrade("rctest", "3.41.0", Stage.OPEN),
)


def rows(line: str, *upgrades: Upgrade, on: str = "3.40.1") -> list[list[str]]:
    (item,) = plan(line, *upgrades, on=on).items
    assert isinstance(item, StatusTable)
    return rendering.table_rows(answers_of([item], *upgrades))[1:]


def test_the_version_of_the_issue_in_order_of_work() -> None:
    assert rows("/status", *UPGRADES) == [
        ["rctest.sourcegraph.com", "3.40.0", "3.40.1", "#7 done"],
        [f"instance for {OTHER_ACCOUNT}", "3.40.0", "3.40.1", "#7 approved by rio"],
    ]
    assert "3.40.1 (tracker #12): 1 of 5 done, 1 approved." in reply_text("/status", *UPGRADES)


def test_another_version() -> None:
    assert [row[2] for row in rows("/status 3.41.0", *UPGRADES)] == ["3.41.0"]
    assert "tracker" not in reply_text("/status 3.41.0", *UPGRADES)


def test_every_version_where_the_issue_names_none() -> None:
    assert [row[2] for row in rows("/status", *UPGRADES, on="")] == ["3.40.1", "3.40.1", "3.41.0"]


def test_before_any_upgrade_was_requested() -> None:
    assert "No upgrade has been requested yet." in reply_text("/status")


def test_it_changes_nothing() -> None:
    assert plan("/status", *UPGRADES).effects == ()


@pytest.mark.parametrize("line", ["/status rctest", "/status 3.40.1 3.41.0", "/status latest"])
def test_what_it_does_not_understand(line: str) -> None:
    assert reply_text(line) == "/status: write /status [VERSION], with at most one version."
