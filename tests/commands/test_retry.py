"""`/retry`: deploys again what failed after its merge, because a person says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat.replies import UpgradeProgress
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.upgrade.effects import Retry
from bot.domain.upgrade.record import Deployment, Rollback, Stage
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import NOW, upgrade, version

SECOND_ATTEMPT = ChangeReference(ChangeKind.UPGRADE, NOW, attempt=2)
USAGE = "/retry INSTANCE … [VERSION]"
NOTHING = "no upgrade of it has failed after its merge."
ENDED_RUN = Deployment(NOW, confirmed=True, run_id=5, conclusion="success", ended_at=NOW)
FAILED = upgrade(stage=Stage.FAILED, merged_at=NOW)


def test_an_upgrade_that_failed_after_its_merge_is_deployed_again() -> None:
    found = plan("/retry rctest", FAILED)
    assert found.items == (UpgradeProgress("rctest", version("3.40.1"), SECOND_ATTEMPT),)
    assert found.effects == (Retry("rctest", "3.40.1", "dana", 1),)


def test_an_upgrade_that_was_not_proven_healthy_is_deployed_again() -> None:
    held = upgrade(stage=Stage.HELD, merged_at=NOW, deployment=ENDED_RUN)
    assert plan("/retry rctest", held).effects == (Retry("rctest", "3.40.1", "dana", 1),)


def test_the_effect_has_the_attempt_that_failed() -> None:
    again = upgrade(stage=Stage.FAILED, merged_at=NOW, attempt=2)
    assert plan("/retry rctest", again).effects == (Retry("rctest", "3.40.1", "dana", 2),)


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.FAILED}))
def test_an_upgrade_that_has_not_failed_is_refused(stage: Stage) -> None:
    """An upgrade that is held before its deployment continues by itself."""
    there = upgrade(stage=stage, merged_at=NOW)
    assert reply_text("/retry rctest", there) == f"rctest.sourcegraph.com: {NOTHING}"
    assert plan("/retry rctest", there).effects == ()


def test_an_upgrade_that_failed_before_its_merge_is_refused() -> None:
    assert plan("/retry rctest", upgrade(stage=Stage.FAILED)).effects == ()


def test_the_version_can_be_named() -> None:
    newer = upgrade("rctest", "3.41.0", Stage.FAILED, merged_at=NOW)
    assert plan("/retry rctest", FAILED, newer).effects == (Retry("rctest", "3.41.0", "dana", 1),)
    assert plan("/retry rctest 3.40.1", FAILED, newer).effects == (Retry("rctest", "3.40.1", "dana", 1),)
    assert reply_text("/retry rctest 3.42.0", FAILED, newer) == f"rctest.sourcegraph.com: {NOTHING}"


def test_a_superseded_upgrade_is_refused() -> None:
    """To deploy it again would undo what was merged after it."""
    newer = upgrade("rctest", "3.41.0", Stage.DONE, merged_at=NOW + timedelta(days=1))
    words = "its upgrade to 3.40.1 was superseded by the one to 3.41.0: handle that one."
    assert reply_text("/retry rctest", FAILED, newer) == f"rctest.sourcegraph.com: {words}"
    assert plan("/retry rctest", FAILED, newer).effects == ()
    assert reply_text("/retry all", FAILED, newer) == "/retry: no upgrade has failed after its merge."
    undone = replace(newer, rollback=Rollback("lee", to_version=version("3.40.1")))
    words = "its upgrade to 3.40.1 was superseded by the rollback of the one to 3.41.0: handle that one."
    assert reply_text("/retry rctest", FAILED, undone) == f"rctest.sourcegraph.com: {words}"


def test_a_group_selects_those_that_failed() -> None:
    demo = upgrade("demo", stage=Stage.FAILED, merged_at=NOW)
    found = plan("/retry all", FAILED, demo, upgrade("jaderaven", stage=Stage.VERIFYING, merged_at=NOW))
    assert found.effects == (Retry("rctest", "3.40.1", "dana", 1), Retry("demo", "3.40.1", "dana", 1))
    assert len(found.items) == 2
    assert reply_text("/retry all") == "/retry: no upgrade has failed after its merge."


def test_a_customer_is_named_by_its_account() -> None:
    assert reply_text("/retry jaderaven") == f"instance for {OTHER_ACCOUNT}: {NOTHING}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/retry", f"name the instances: {USAGE}."),
        ("/retry rctest 3.40.1 3.41.0", "name one version at most."),
        ("/retry rctest --force", f"“--force”: it has no options; write {USAGE}."),
    ],
)
def test_misuse_is_explained_and_does_nothing(line: str, words: str) -> None:
    assert reply_text(line, FAILED) == f"/retry: {words}"
    assert plan(line, FAILED).effects == ()


@pytest.mark.parametrize("word", ["latest", "3.41", "3.40.x"])
def test_what_is_no_version_is_told(word: str) -> None:
    line = f"/retry rctest {word}"
    assert plan(line).effects == ()
    assert reply_text(line) == f"/retry: “{word}” is no version; write X.Y.Z. So nothing was done; write {USAGE}."
