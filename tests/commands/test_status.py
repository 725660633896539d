"""`/status`: the state of every upgrade."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.chat.answers import StatusTable
from bot.domain.github_models import Conclusion
from bot.domain.health.model import CheckState
from bot.domain.reasons import PlainText
from bot.domain.upgrade.record import Deployment, Rollback, Stage, StageTransition, Upgrade
from tests import rendered as rendering
from tests.commands.harness import OTHER_ACCOUNT, answers_of, plan, reply_text
from tests.samples import NOW, result, upgrade, version

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
        f"👀 approved · instance for {OTHER_ACCOUNT}, 3.40.0 → 3.40.1: #7 approved by rio",
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


USAGE = (
    "/status: write /status [INSTANCE …] [VERSION], with at most one version, in the form X.Y.Z. "
    "Name a customer's instance by the URL of its account issue."
)


@pytest.mark.parametrize("line", ["/status 3.40.1 3.41.0", "/status latest"])
def test_what_it_does_not_understand(line: str) -> None:
    assert reply_text(line) == USAGE


RUN = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/5"
FAILED = upgrade(
    "jaderaven",
    stage=Stage.FAILED,
    reason="jaderaven: its deployment failed",
    merged_at=NOW,
    merged_by="lee",
    approved_by=("rio",),
    checks=Conclusion.FAILURE,
    failing_checks=("lint",),
    deployment=Deployment(NOW, confirmed=True, run_id=5, run_url=RUN, conclusion="failure", ended_at=NOW),
    before=(result(),),
    after=(result("front", CheckState.FAIL),),
    history=(StageTransition(Stage.FAILED, NOW, "mibot"),),
)


@pytest.mark.parametrize("name", ["jaderaven", OTHER_ACCOUNT, "jaderaven.sourcegraph.com"])
def test_all_about_one_instance(name: str) -> None:
    text = reply_text(f"/status {name}", *UPGRADES[1:], FAILED)
    for words in (
        f"instance for {OTHER_ACCOUNT} runs 3.40.0 (trial).",
        "❌ failed since 2026-01-05 09:00:00 UTC: upgrade 3.40.0 → 3.40.1",
        f"Why: {OTHER_ACCOUNT}: its deployment failed",
        f"Whose turn: an operator: /retry {OTHER_ACCOUNT}, /rollback {OTHER_ACCOUNT}",
        "Requested by dana at 2026-01-05 09:00:00 UTC",
        "Checks of the pull request: failure (lint)",
        "Pull request #7",
        "Deployment: run 5, failure at 2026-01-05 09:00:00 UTC.",
        "❌ 1 of 1 checks failed · Health checks after the deployment",
        "✅ passed · Vm: All is well.",
    ):
        assert words in text, words
    assert "raven" not in text
    assert "rctest" not in text


def test_what_goes_as_it_should_shows_what_moved_it_last_and_nobody_is_told_that_a_reason_is_missing() -> None:
    done = upgrade(
        "demo", stage=Stage.DONE, history=(StageTransition(Stage.DONE, NOW, "mibot", PlainText("9 passed")),)
    )
    assert "Why: 9 passed" in reply_text("/status demo", done)
    assert "Why" not in reply_text("/status demo", upgrade("demo", stage=Stage.OPEN))


def test_a_rollback_tells_who_wanted_it_and_why() -> None:
    why = "jaderaven's searches are slow"
    text = reply_text("/status jaderaven", replace(FAILED, rollback=Rollback("dana", why)))
    assert f"Requested by dana at 2026-01-05 09:00:00 UTC: {OTHER_ACCOUNT}'s searches are slow" in text


def test_an_instance_without_an_upgrade_says_what_it_runs_and_why_it_is_left_out() -> None:
    text = reply_text("/status s2 demo 3.41.0", UPGRADES[1])
    assert "s2.sourcegraph.com runs 3.40.0 (internal). Left out of upgrades: takes nightly builds" in text
    assert "No upgrade to 3.41.0 has been requested." in text


def test_the_latest_upgrade_and_what_is_unfinished() -> None:
    text = reply_text("/status rctest", *UPGRADES)
    assert "👀 open since" in text
    assert "Whose turn: a reviewer" in text
    rollback = upgrade("rctest", stage=Stage.OPEN, rollback=Rollback("lee", to_version=version("3.40.0")))
    shown = reply_text("/status rctest", replace(rollback, previous=UPGRADES[1]))
    assert "👀 rollback open" in shown
    assert "Before: #7 upgrade 3.40.0 → 3.40.1, ✅ done; requested by dana" in shown


def test_a_group_is_a_list() -> None:
    rows = reply_text("/status internal", *UPGRADES)
    assert "1 of 3 done" in rows
    assert OTHER_ACCOUNT not in rows


GUESSES = ["jaderaven", "jaderavem", "nobody", "amberotter", "3.40", "--now", "jaderaven.sourcegraph.com"]


@pytest.mark.parametrize("word", GUESSES)
def test_a_stranger_learns_nothing_from_a_guess(word: str) -> None:
    assert reply_text(f"/status {word}", FAILED, trusted=False) == USAGE


def test_a_stranger_may_use_public_names() -> None:
    assert "runs 3.40.0" in reply_text("/status rctest", trusted=False)
    assert "❌ failed since" in reply_text(f"/status {OTHER_ACCOUNT}", FAILED, trusted=False)
