"""`/deployed`: a person says that a merged upgrade is on its VM."""

from __future__ import annotations

import pytest

from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.replies import UpgradeProgress
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.effects import MarkDeployed
from bot.domain.upgrade.record import Rollback, Stage
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import NOW, upgrade, version

FIRST_ATTEMPT = ChangeReference(ChangeKind.UPGRADE, NOW, attempt=1)
USAGE = "/deployed INSTANCE … [VERSION]"
NOTHING = "no merged upgrade of it is waiting for its deployment."
WAITING_STAGES = [Stage.MERGED, Stage.BACKING_UP, Stage.DEPLOYING, Stage.HELD, Stage.FAILED]


@pytest.mark.parametrize("stage", WAITING_STAGES)
def test_a_merged_upgrade_is_marked_as_deployed(stage: Stage) -> None:
    found = plan("/deployed rctest", upgrade(stage=stage, merged_at=NOW))
    assert found.items == (UpgradeProgress("rctest", version("3.40.1"), FIRST_ATTEMPT),)
    assert found.effects == (MarkDeployed("rctest", "3.40.1", "dana", 1),)


@pytest.mark.parametrize("stage", sorted(set(Stage) - set(WAITING_STAGES)))
def test_an_upgrade_that_does_not_wait_for_its_deployment_is_refused(stage: Stage) -> None:
    there = upgrade(stage=stage, merged_at=NOW)
    assert reply_text("/deployed rctest", there) == f"rctest.sourcegraph.com: {NOTHING}"
    assert plan("/deployed rctest", there).effects == ()


def test_an_upgrade_that_failed_before_its_merge_is_refused() -> None:
    assert plan("/deployed rctest", upgrade(stage=Stage.FAILED)).effects == ()
    assert NOTHING in reply_text("/deployed rctest", upgrade(stage=Stage.FAILED))


def test_the_effect_has_the_attempt_that_the_person_saw() -> None:
    third = upgrade(stage=Stage.DEPLOYING, merged_at=NOW, attempt=3)
    assert plan("/deployed rctest", third).effects == (MarkDeployed("rctest", "3.40.1", "dana", 3),)


def test_a_rollback_is_deployed_by_hand_too() -> None:
    back = upgrade(stage=Stage.FAILED, merged_at=NOW, rollback=Rollback("lee", to_version=version("3.40.0")))
    assert plan("/deployed rctest", back).effects == (MarkDeployed("rctest", "3.40.1", "dana", 1),)


def test_the_newest_eligible_version_is_meant_unless_one_is_named() -> None:
    older = upgrade("rctest", "3.40.1", Stage.FAILED, merged_at=NOW)
    newer = upgrade("rctest", "3.41.0", Stage.MERGED, merged_at=NOW)
    newest = upgrade("rctest", "3.42.0", Stage.OPEN)
    there = (older, newest, newer)
    assert plan("/deployed rctest", *there).effects == (MarkDeployed("rctest", "3.41.0", "dana", 1),)
    assert plan("/deployed rctest 3.40.1", *there).effects == (MarkDeployed("rctest", "3.40.1", "dana", 1),)
    assert plan("/deployed rctest 3.42.0", *there).effects == ()


def test_a_group_selects_those_that_wait_and_ignores_the_others() -> None:
    there = (upgrade("demo", stage=Stage.MERGED, merged_at=NOW), upgrade("rctest", stage=Stage.DONE, merged_at=NOW))
    found = plan("/deployed internal", *there)
    assert found.items == (UpgradeProgress("demo", version("3.40.1"), FIRST_ATTEMPT),)
    assert found.effects == (MarkDeployed("demo", "3.40.1", "dana", 1),)
    assert reply_text("/deployed internal") == "/deployed: no merged upgrade is waiting for its deployment."


def test_an_instance_that_is_named_beside_its_group_is_answered() -> None:
    words = reply_text("/deployed internal rctest", upgrade("demo", stage=Stage.MERGED, merged_at=NOW))
    assert words == f"rctest.sourcegraph.com: {NOTHING}"


def test_a_customer_is_named_by_its_account() -> None:
    assert reply_text("/deployed jaderaven") == f"instance for {OTHER_ACCOUNT}: {NOTHING}"


def test_one_unknown_word_stops_the_whole_line() -> None:
    found = plan("/deployed rctest nobody-at-all demo", upgrade(stage=Stage.MERGED, merged_at=NOW))
    assert [type(item) for item in found.items] == [CommandMessage]
    assert found.effects == ()
    assert reply_text("/deployed rctest nobody-at-all demo").startswith(
        "/deployed: “nobody-at-all”: there is no such instance. So nothing was done; write /deployed INSTANCE …"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/deployed", f"name the instances: {USAGE}."),
        ("/deployed 3.40.1", f"name the instances: {USAGE}."),
        ("/deployed rctest 3.40.1 3.41.0", "name one version at most."),
        ("/deployed rctest --now", f"“--now”: it has no options; write {USAGE}."),
    ],
)
def test_misuse_is_explained_and_does_nothing(line: str, words: str) -> None:
    there = upgrade(stage=Stage.MERGED, merged_at=NOW)
    assert reply_text(line, there) == f"/deployed: {words}"
    assert plan(line, there).effects == ()


@pytest.mark.parametrize("word", ["latest", "3.41", "3.40.x"])
def test_what_is_no_version_is_told(word: str) -> None:
    line = f"/deployed rctest {word}"
    assert plan(line).effects == ()
    assert reply_text(line) == f"/deployed: “{word}” is no version; write X.Y.Z. So nothing was done; write {USAGE}."
