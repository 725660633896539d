"""The words for orders that were taken back, and for trackers that start nothing."""

from __future__ import annotations

import pytest

from bot.domain.reasons import PlainText, Reason
from bot.domain.rollout.reasons import TrackerClosed, TrackerGone
from bot.domain.upgrade.cancellation import Canceled, CancelRefused, CancelTooLate
from bot.rendering.wording import describe
from tests.samples import version

TO = version("3.40.1")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Canceled("lee"), "canceled by lee"),
        (Canceled("lee", "wrong version"), "canceled by lee: wrong version"),
        (Canceled("lee", rollback=True), "its rollback was canceled by lee"),
        (
            CancelTooLate("lee"),
            "it was merged before lee canceled it: /rollback undoes it when its deployment has ended",
        ),
        (
            CancelRefused("lee", PlainText("GitHub forbids it")),
            "lee canceled it, but its pull request can't be closed: GitHub forbids it",
        ),
        (TrackerClosed(TO, 12), "the tracker of 3.40.1, #12, is closed: nothing starts until it is reopened"),
        (TrackerGone(TO, 12), "the tracker of 3.40.1, #12, is gone: /upgrade or /adopt opens a new one"),
    ],
)
def test_words(reason: Reason, words: str) -> None:
    assert describe(reason) == words
