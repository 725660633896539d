"""The comment that mentions the people on call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.reasons import PlainText
from bot.domain.upgrade.stages import Stage
from bot.notifications import NotificationContext
from bot.notifications.mention import CHANNEL, post
from tests.notifications.records import CONTEXT, STEP, TRACKER, merged, wanted
from tests.samples import modify

READY = replace(CONTEXT, tracker=TRACKER, on_call=("lee",))


def test_a_second_failure_calls_again_and_nothing_else_does() -> None:
    there = merged(Stage.FAILED)
    assert wanted(replace(there, reason=PlainText("said otherwise")), there) == ()
    again = replace(there, history=(STEP, STEP, STEP))
    assert wanted(again, there) == ("evidence", "mention")
    first, second = post(there, READY), post(again, READY)
    assert first is not None
    assert second is not None
    assert first.marker != second.marker


def test_a_rollback_that_is_given_up_brings_an_old_failure_back_and_calls_nobody() -> None:
    there = merged(Stage.FAILED)
    back = replace(merged(Stage.OPEN), previous=replace(there, previous=merged(Stage.FAILED, number=6)))
    assert wanted(modify(there, note="its rollback by lee was closed without a merge"), back) == ()


@pytest.mark.parametrize(
    "context", [replace(READY, tracker=None), replace(READY, on_call=())], ids=["no tracker", "nobody on call"]
)
def test_without_a_tracker_or_names_there_is_nobody_to_mention(context: NotificationContext) -> None:
    assert post(merged(Stage.FAILED), context) is None


def test_it_names_who_is_called_and_why() -> None:
    comment = post(merged(Stage.FAILED, reason="its deployment failed"), READY)
    assert comment is not None
    assert comment.issue == 12
    assert "@lee: the upgrade of" in comment.body
    assert "its deployment failed" in comment.body


def test_each_failure_is_mentioned() -> None:
    assert not CHANNEL.latest_only
