"""`/check`: runs the health checks now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import CheckNow
from bot.domain.chat.replies import CheckTable
from bot.domain.reasons import PlainText
from bot.domain.upgrade.effects import Recheck
from bot.domain.upgrade.record import Deployment, Stage, Upgrade
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import NOW, modify, upgrade

USAGE = '/check INSTANCE … [--accept "what you saw"]'
ENDED_RUN = Deployment(NOW, confirmed=True, run_id=5, conclusion="success", ended_at=NOW)
WAITS_FOR_PROOF = [Stage.VERIFYING, Stage.HELD, Stage.FAILED]


def deployed(slug: str = "demo", stage: Stage = Stage.HELD, to: str = "3.40.1") -> Upgrade:
    return upgrade(slug, to, stage, merged_at=NOW, deployment=ENDED_RUN)


def test_the_reply_waits_for_the_checks_that_it_runs() -> None:
    found = plan("/check rctest")
    assert found.items == (CheckTable("rctest"),)
    assert found.effects == (CheckNow(77, "rctest"),)


def test_several_instances_each_once() -> None:
    found = plan(f"/check rctest {OTHER_ACCOUNT} rctest.sourcegraph.com")
    assert found.items == (CheckTable("rctest"), CheckTable("jaderaven"))
    assert found.effects == (CheckNow(77, "rctest"), CheckNow(77, "jaderaven"))


def test_any_instance_can_be_checked_even_a_skipped_one() -> None:
    assert plan("/check s2", on="").effects == (CheckNow(77, "s2"),)


def test_without_a_name_it_shows_its_usage() -> None:
    assert reply_text("/check") == f"/check: name the instances to check: {USAGE}."
    assert plan("/check").effects == ()


def test_one_unknown_word_stops_the_whole_line() -> None:
    found = plan("/check rctest nobody-at-all demo")
    assert [type(item) for item in found.items] == [CommandMessage]
    assert found.effects == ()
    assert reply_text("/check rctest nobody-at-all demo").startswith(
        "/check: “nobody-at-all”: there is no such instance. So nothing was done; write /check INSTANCE …"
    )


def test_a_group_selects_all_of_its_instances() -> None:
    found = plan("/check internal")
    assert found.items == (CheckTable("rctest"), CheckTable("demo"), CheckTable("s2"))
    assert len(plan("/check all").effects) == 6


@pytest.mark.parametrize("stage", [Stage.HELD, Stage.FAILED])
def test_a_deployed_upgrade_that_is_not_proven_is_judged_again(stage: Stage) -> None:
    found = plan("/check demo", deployed(stage=stage), deployed("rctest", stage))
    assert found.effects == (CheckNow(77, "demo"), Recheck("demo", "3.40.1", "dana"))


def test_an_upgrade_in_verification_is_not_judged_again() -> None:
    assert plan("/check demo", deployed(stage=Stage.VERIFYING)).effects == (CheckNow(77, "demo"),)


@pytest.mark.parametrize(
    "other",
    [
        upgrade("demo", stage=Stage.OPEN),
        upgrade("demo", stage=Stage.DONE, merged_at=NOW, deployment=ENDED_RUN),
        upgrade("demo", stage=Stage.HELD, merged_at=NOW),
        upgrade(
            "demo", stage=Stage.FAILED, merged_at=NOW, deployment=replace(ENDED_RUN, failure=PlainText("job upgrade"))
        ),
        upgrade("demo", stage=Stage.DEPLOYING, merged_at=NOW, deployment=replace(ENDED_RUN, ended_at=None)),
        deployed("rctest"),
    ],
    ids=["open", "done", "not deployed", "not deployed well", "being deployed", "another's"],
)
@pytest.mark.parametrize("words", ["", ' --accept "I signed in"'])
def test_other_upgrades_are_not_judged_again(other: Upgrade, words: str) -> None:
    assert plan(f"/check demo{words}", other).effects == (CheckNow(77, "demo"),)


@pytest.mark.parametrize("stage", sorted(Stage))
def test_only_checks_of_deployed_unproven_upgrades_can_be_accepted(stage: Stage) -> None:
    found = plan('/check demo --accept "I signed in"', deployed(stage=stage), deployed("rctest", stage))
    vouching = (Recheck("demo", "3.40.1", "dana", "I signed in"),) if stage in WAITS_FOR_PROOF else ()
    assert found.items[0] == CheckTable("demo")
    assert found.effects == (CheckNow(77, "demo"), *vouching)
    why = "no deployed upgrade of it is waiting for verification, so there is nothing to --accept."
    refused = f"demo.sourcegraph.com: {why}"
    told = reply_text('/check demo --accept "I signed in"', deployed(stage=stage))
    assert told == ("" if vouching else refused)


def test_a_superseded_upgrade_is_not_judged_again() -> None:
    newer = modify(deployed(stage=Stage.DONE, to="3.41.0"), merged_at=NOW + timedelta(days=1))
    older = deployed(stage=Stage.FAILED)
    assert plan("/check demo", older, newer).effects == (CheckNow(77, "demo"),)
    assert plan("/check demo", older).effects[1:] == (Recheck("demo", "3.40.1", "dana"),)


def test_all_checks_run_before_upgrades_are_judged_by_them() -> None:
    for line in ("/check --accept “I signed in” demo", '/check demo --accept="I signed in"'):
        assert plan(line, deployed()).effects == (
            CheckNow(77, "demo"),
            Recheck("demo", "3.40.1", "dana", "I signed in"),
        )


def test_accepting_for_a_group_affects_those_that_wait_for_it() -> None:
    there = (deployed("rctest", Stage.VERIFYING), deployed("demo", Stage.DONE), deployed("jaderaven"))
    rechecks = [e for e in plan('/check internal --accept "seen"', *there).effects if isinstance(e, Recheck)]
    assert rechecks == [Recheck("rctest", "3.40.1", "dana", "seen")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/check demo --accept", 'give the reason in quotation marks: --accept "reason".'),
        ('/check demo --accept=" "', 'give the reason in quotation marks: --accept "reason".'),
        ('/check --accept "seen"', f"name the instances to check: {USAGE}."),
        ("/check demo --force", f'“--force”: its options are --accept "reason"; write {USAGE}.'),
    ],
)
def test_misuse_is_explained_and_does_nothing(line: str, words: str) -> None:
    assert reply_text(line, deployed()) == f"/check: {words}"
    assert plan(line, deployed()).effects == ()


@pytest.mark.parametrize("word", ["3.40.1", "latest", "3.41"])
def test_it_takes_no_version(word: str) -> None:
    assert plan(f"/check rctest {word}").effects == ()
    assert f"“{word}” is " in reply_text(f"/check rctest {word}")
