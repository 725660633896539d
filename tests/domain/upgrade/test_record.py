"""The record of an upgrade: what it says of itself, and that what is stored comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import PlainText
from bot.domain.upgrade.attempts import Deployment, DeploymentAttempt
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.record import (
    IN_DEPLOYMENT,
    IN_FLIGHT,
    IN_REVIEW,
    UNFINISHED,
    Rollback,
    Stage,
    StageTransition,
    Upgrade,
)
from bot.domain.upgrade.transitions import all_run_ids, request_rollback, request_upgrade
from bot.schema import CODEC
from tests.records import upgrades
from tests.samples import NOW, upgrade, version

LATER = NOW + timedelta(hours=1)
BACK = Rollback("lee", "search is slow", version("3.40.0"))


def test_what_counts_against_the_limit_and_what_the_sweep_takes_up() -> None:
    assert IN_REVIEW | IN_DEPLOYMENT | {Stage.PLANNED} == IN_FLIGHT
    assert IN_FLIGHT | {Stage.WAITING} == UNFINISHED
    ended = {Stage.DONE, Stage.FAILED, Stage.SKIPPED, Stage.CLOSED, Stage.ROLLED_BACK}
    assert set(Stage) - UNFINISHED == ended


def test_an_upgrade_and_its_rollback_have_one_key_and_a_branch_each() -> None:
    there, back = upgrade(), upgrade(rollback=BACK)
    assert there.key == back.key == "rctest@3.40.1"
    assert (there.branch, back.branch) == ("rctest/upgrade-v3.40.1", "rctest/rollback-v3.40.1")
    assert (there.kind, back.kind) == (ChangeKind.UPGRADE, ChangeKind.ROLLBACK)


def test_the_version_that_it_brings() -> None:
    assert upgrade().target == version("3.40.1")
    assert upgrade(rollback=BACK).target == version("3.40.0")
    assert upgrade(rollback=Rollback("lee")).target == version("3.40.1"), "until Git has told where it goes back to"


@pytest.mark.parametrize(
    ("deployment", "deployed", "unresolved"),
    [
        (None, False, False),
        (Deployment(NOW), False, True),
        (Deployment(NOW, confirmed=True), False, True),
        (Deployment(NOW, confirmed=True, run_id=5), False, False),
        (Deployment(NOW, run_id=5, ended_at=LATER, conclusion="success"), True, False),
        (
            Deployment(NOW, run_id=5, ended_at=LATER, conclusion="failure", failure=PlainText("job upgrade")),
            False,
            False,
        ),
        (Deployment(NOW, ended_at=LATER, deployed_by="lee"), True, False),
    ],
)
def test_whether_it_is_deployed(deployment: Deployment | None, deployed: bool, unresolved: bool) -> None:
    assert upgrade(deployment=deployment).deployed is deployed
    assert (deployment is not None and deployment.awaits_run) is unresolved


def test_when_it_came_to_a_stage_last() -> None:
    steps = [
        StageTransition(Stage.OPEN, NOW, "mibot"),
        StageTransition(Stage.APPROVED, NOW, "rio"),
        StageTransition(Stage.OPEN, LATER, ""),
    ]
    there = upgrade(history=tuple(steps))
    assert there.entered_at(Stage.OPEN) == LATER
    assert there.entered_at(Stage.APPROVED) == NOW
    assert there.entered_at(Stage.MERGED) is None


def test_there_is_a_first_attempt_from_the_beginning() -> None:
    assert upgrade().attempts == (DeploymentAttempt(),)
    with pytest.raises(ValueError, match="first attempt"):
        replace(upgrade(), attempts=())


def test_the_backups_and_runs_that_do_not_count_any_more() -> None:
    first, second, third, fourth = (backup(name) for name in "abcd")
    attempts = (
        DeploymentAttempt(1, (second,), (first,), Deployment(NOW, run_id=5), (3, 4)),
        DeploymentAttempt(2, (fourth,), (third,), Deployment(NOW, run_id=7), (6,)),
    )
    there = replace(upgrade(), attempts=attempts)
    assert (there.backups, there.earlier_backups) == ((fourth,), (first, second, third))
    assert (there.earlier_run_ids, all_run_ids(there)) == ((3, 4, 5, 6), (3, 4, 5, 6, 7))


def backup(name: str) -> Backup:
    return Backup(BackupKind.DISK, "default-red-data-disk", name, BackupState.READY, NOW)


@given(upgrades(st.text(max_size=12), previous=st.none() | upgrades(st.text(max_size=12))))
def test_what_is_stored_comes_back_as_it_was(record: Upgrade) -> None:
    assert stored(record) == record


def test_what_came_before_what_came_before_is_kept_too() -> None:
    closed = upgrade(stage=Stage.CLOSED)
    to = version("3.40.1")
    again = request_rollback(request_upgrade(closed, "rctest", to, "lee", LATER), "rctest", to, BACK, LATER)
    assert stored(again) == again
    assert again.previous is not None
    assert again.previous.previous == closed


def stored(record: Upgrade) -> Upgrade:
    """What comes back of a record that is stored."""
    return CODEC.decode_document(Upgrade, json.loads(json.dumps(CODEC.encode_document(record))))
