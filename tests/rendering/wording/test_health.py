"""What people read when a health check has no finding of its own."""

from __future__ import annotations

import pytest

from bot.domain.failures.front_end import FrontEndObstacle, FrontEndUnavailable
from bot.domain.health.reasons import AcceptedByPerson, CheckCrashed, CheckTimedOut, InstanceUnreadable, NotConnected
from bot.domain.reasons import PlainText, Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            NotConnected(),
            "This check needs a mibot that is connected to GitHub; a clone alone is not enough.",
        ),
        (
            CheckCrashed(),
            "The check itself failed, which says nothing about the instance: look for check_broke in mibot's log.",
        ),
        (
            CheckTimedOut(30.0),
            "The check did not finish within 30 seconds: run it again, and look for check_timed_out in mibot's log "
            "if that persists.",
        ),
        (
            AcceptedByPerson("lee", "I signed in", PlainText("No answer.")),
            "Accepted by lee: I signed in (mibot could not determine it: No answer.)",
        ),
        (InstanceUnreadable(), "The instance can't be read from the deployment repository now."),
        (
            FrontEndUnavailable(FrontEndObstacle.CA_FILE_UNREADABLE),
            "The file that the setting front_end.ca_file names can't be read as certificates in PEM: correct the "
            "setting.",
        ),
        (
            FrontEndUnavailable(FrontEndObstacle.NO_DNS),
            "The host name of the front end could not be looked up: check the DNS of the machine that runs mibot, "
            "and the setting front_end.connect_to if it is set.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence
