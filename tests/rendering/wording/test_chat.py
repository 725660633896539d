"""What people are told about comments and words that mibot does not understand."""

from __future__ import annotations

import pytest

from bot.domain.chat.arguments import OptionWithoutText, UnknownOption
from bot.domain.chat.comments import EmptyQuote, TooManyCommands, TooManyWords, UnclosedQuote
from bot.domain.chat.refusals import (
    BackupsGivenUp,
    BackupsLate,
    InstanceGone,
    NotPossibleNow,
    PlanNotPossibleNow,
    PlanRefused,
)
from bot.domain.reasons import PlainText, Reason
from bot.rendering.wording import describe
from tests.samples import version

USAGE = "/command INSTANCE …"
CAUSE = PlainText("GitHub does not let mibot do that.")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (TooManyCommands(20), "a comment may hold at most 20 commands; write the others in another comment."),
        (TooManyWords(250), "one command takes at most 250 words; write another one."),
        (UnclosedQuote(), 'a quotation mark is not closed; write `"` at both ends.'),
        (EmptyQuote(), "there is nothing between two quotation marks; write something there."),
        (OptionWithoutText("--force"), 'say why, in quotation marks: --force "reason".'),
        (
            UnknownOption(("--dry-run", "--yes"), ("--force", "--since"), USAGE),
            'the options here are --dry-run and --yes and --force "reason" and --since "reason"; '
            "write /command INSTANCE ….",
        ),
        (UnknownOption(("--dry-run",), (), USAGE), "the options here are --dry-run; write /command INSTANCE …."),
        (UnknownOption((), (), USAGE), "there are no options here; write /command INSTANCE …."),
        (NotPossibleNow(CAUSE), "this can't be done now: GitHub does not let mibot do that."),
        (PlanNotPossibleNow(CAUSE), "this can't be planned now: GitHub does not let mibot do that."),
        (
            PlanRefused(version("3.40.1"), PlainText("it already runs 3.40.1")),
            "an upgrade to 3.40.1 is refused: it already runs 3.40.1.",
        ),
        (InstanceGone(), "the instance can't be read from the deployment repository any more."),
        (BackupsLate(1800.0), "they are not ready after 1800 seconds; look at them in Google's console"),
        (BackupsGivenUp(CAUSE), "GitHub does not let mibot do that; say /backup again"),
    ],
)
def test_a_sentence(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence
