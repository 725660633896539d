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


def rows(line: str, *upgrades: Upgrade, on: str = "3.40.1") -> list[str]:
    (item,) = plan(line, *upgrades, on=on).items
    assert isinstance(item, StatusTable)
    return rendering.list_items(answers_of([item], *upgrades))


def test_the_version_of_the_issue_with_what_needs_a_person_first() -> None:
    assert rows("/status", *UPGRADES) == [
        f"👀 approved · instance for {OTHER_ACCOUNT}, 3.40.0 → 3.40.1: #7 by rio",
        "✅ done · rctest.sourcegraph.com, 3.40.0 → 3.40.1: #7",
    ]
    assert "3.40.1 (tracker #12): ██░░░░░░░░ 20 % · 1 of 5 done" in reply_text("/status", *UPGRADES)


def test_another_version() -> None:
    assert ["3.40.0 → 3.41.0" in row for row in rows("/status 3.41.0", *UPGRADES)] == [True]
    assert "tracker" not in reply_text("/status 3.41.0", *UPGRADES)


def test_every_version_where_the_issue_names_none() -> None:
    assert sorted(row.partition(" → ")[2][:6] for row in rows("/status", *UPGRADES, on="")) == [
        "3.40.1", "3.40.1", "3.41.0",
    ]  # fmt: skip


def test_before_any_upgrade_was_requested() -> None:
    assert "No upgrade has been requested yet." in reply_text("/status")


def test_it_changes_nothing() -> None:
    assert plan("/status", *UPGRADES).effects == ()


@pytest.mark.parametrize("line", ["/status rctest", "/status 3.40.1 3.41.0", "/status latest"])
def test_what_it_does_not_understand(line: str) -> None:
    assert reply_text(line) == "/status: write /status [VERSION], with at most one version."
