"""The comment that proves what was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.chat import markers
from bot.domain.notifications.transition import Transition
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.record import Rollback
from bot.domain.upgrade.stages import UNFINISHED, Stage
from bot.notifications.evidence import CHANNEL, post
from tests.notifications.records import CONTEXT, ENDED, STEP, TRACKER, merged, wanted
from tests.samples import modify, upgrade


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.ROLLED_BACK])
def test_what_went_well_has_evidence_and_a_label(stage: Stage) -> None:
    assert wanted(merged(stage, deployment=ENDED)) == ("evidence", "label")


def test_what_failed_after_its_merge_has_evidence_and_calls_somebody() -> None:
    assert wanted(merged(Stage.FAILED)) == ("evidence", "mention")


def test_what_nobody_could_find_out_has_evidence_and_calls_nobody() -> None:
    assert wanted(merged(Stage.HELD, deployment=ENDED)) == ("evidence",)
    assert wanted(merged(Stage.HELD)) == (), "held before its deployment, there is nothing to prove yet"


@pytest.mark.parametrize("stage", sorted(UNFINISHED))
def test_what_goes_on_proves_nothing_yet(stage: Stage) -> None:
    assert wanted(merged(stage)) == ()


def test_what_failed_before_its_merge_changed_nothing() -> None:
    there = upgrade(stage=Stage.FAILED, reason="GitHub refused", history=(STEP,))
    assert not CHANNEL.wants(Transition(None, there))
    assert wanted(there) == ()


def test_without_a_pull_request_there_is_no_place_for_it() -> None:
    there = merged(Stage.DONE, number=None, rollback=Rollback("lee"))
    assert wanted(there) == ()
    assert post(there, CONTEXT) is None


def test_each_kind_of_pull_request_has_a_comment_of_its_own() -> None:
    there = merged(Stage.DONE, deployment=ENDED)
    context = replace(CONTEXT, tracker=TRACKER)
    comment, of_rollback = post(there, context), post(modify(there, rollback=Rollback("lee"), number=8), context)
    assert comment is not None
    assert of_rollback is not None
    assert (comment.pull, comment.marker) == (7, markers.evidence(ChangeKind.UPGRADE))
    assert (of_rollback.pull, of_rollback.marker) == (8, markers.evidence(ChangeKind.ROLLBACK))
    assert "https://github.test/12" in comment.body
