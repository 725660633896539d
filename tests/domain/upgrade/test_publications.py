"""What of an upgrade should stand on its pull request, and when that is out of date."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.health.model import CheckState
from bot.domain.upgrade.publications import (
    ALARM,
    EVIDENCE,
    LABEL,
    REPORT,
    desired_posts,
    has_evidence,
    needs_publishing,
)
from bot.domain.upgrade.record import Deployment, Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_REVIEW, UNFINISHED, Stage
from tests.samples import NOW, result, upgrade

HEAD = "c" * 40
OVER = Deployment(NOW, accepted=True, run=5, url="https://x", conclusion="success", ended_at=NOW)
STEP = StageTransition(Stage.MERGED, NOW, "rio")
IN_OPEN = upgrade(head=HEAD, before=(result(),), history=(STEP,))


def merged(stage: Stage, **facts: Any) -> Upgrade:
    return upgrade(stage=stage, merged_at=NOW, history=(STEP,), **facts)


def stands(there: Upgrade) -> Upgrade:
    """The upgrade once all of it stands there."""
    return replace(there, posted=dict(desired_posts(there)))


@pytest.mark.parametrize("stage", sorted(IN_REVIEW | IN_DEPLOYMENT))
def test_its_checks_are_reported_on_its_head_commit(stage: Stage) -> None:
    found = desired_posts(replace(IN_OPEN, stage=stage, merged_at=NOW if stage in IN_DEPLOYMENT else None))
    assert list(found) == [REPORT]
    assert found[REPORT].startswith(HEAD)


@pytest.mark.parametrize(
    "there", [replace(IN_OPEN, before=()), replace(IN_OPEN, head=""), replace(IN_OPEN, number=None)]
)
def test_without_results_or_a_commit_or_a_pull_request_there_is_nothing_to_report(there: Upgrade) -> None:
    assert not desired_posts(there)
    assert not needs_publishing(there)


@pytest.mark.parametrize(
    "changed",
    [
        replace(IN_OPEN, head="d" * 40),
        replace(IN_OPEN, before=(result(state=CheckState.FAIL),)),
        replace(IN_OPEN, before=(result(), result("front"))),
        replace(IN_OPEN, forced="they asked"),
    ],
)
def test_what_a_report_says_makes_it_new(changed: Upgrade) -> None:
    there = stands(IN_OPEN)
    assert not needs_publishing(there)
    assert needs_publishing(replace(changed, posted=there.posted))


@pytest.mark.parametrize(
    "same",
    [
        replace(IN_OPEN, reason="delayed"),
        replace(IN_OPEN, before=(result(seconds=9.0, sentence="It runs since a minute ago."),)),
    ],
)
def test_what_changes_with_every_look_does_not(same: Upgrade) -> None:
    assert not needs_publishing(replace(same, posted=stands(IN_OPEN).posted))


@pytest.mark.parametrize("stage", sorted(Stage))
def test_what_an_older_mibot_left_behind_is_not_published_now(stage: Stage) -> None:
    """It kept no history, and nobody waits for it."""
    there = upgrade(stage=stage, head=HEAD, before=(result(),), merged_at=NOW, deployment=OVER)
    assert not needs_publishing(there)


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.ROLLED_BACK])
def test_what_went_well_has_evidence_and_a_label(stage: Stage) -> None:
    found = desired_posts(merged(stage, deployment=OVER))
    assert found == {EVIDENCE: f"{stage} 1", LABEL: stage.value}


def test_what_failed_after_its_merge_has_evidence_and_calls_somebody() -> None:
    assert desired_posts(merged(Stage.FAILED)) == {EVIDENCE: "failed 1", ALARM: "1"}


def test_what_nobody_could_find_out_has_evidence_and_calls_nobody() -> None:
    assert desired_posts(merged(Stage.HELD, deployment=OVER)) == {EVIDENCE: "held 1"}
    assert not desired_posts(merged(Stage.HELD)), "held before its deployment, there is nothing to prove yet"


def test_a_second_failure_calls_again_and_nothing_else_does() -> None:
    there = stands(merged(Stage.FAILED))
    assert not needs_publishing(replace(there, reason="said otherwise"))
    again = replace(there, history=(STEP, STEP, STEP))
    assert desired_posts(again)[ALARM] != there.posted[ALARM]
    assert needs_publishing(again)


@pytest.mark.parametrize("stage", sorted(UNFINISHED))
def test_what_goes_on_proves_nothing_yet(stage: Stage) -> None:
    assert not desired_posts(merged(stage))


def test_what_failed_before_its_merge_changed_nothing() -> None:
    there = upgrade(stage=Stage.FAILED, reason="GitHub refused", history=(STEP,))
    assert not has_evidence(there)
    assert not desired_posts(there)


def test_without_a_pull_request_there_is_no_place_for_it() -> None:
    assert not desired_posts(merged(Stage.DONE, number=None, back=Rollback("lee")))
