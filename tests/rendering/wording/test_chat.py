"""What people are told about comments and words that mibot does not understand."""

from __future__ import annotations

import pytest

from bot.domain.chat.arguments import OptionWithoutText, UnknownOption
from bot.domain.chat.comments import EmptyQuote, TooLong, TooManyCommands, TooManyWords, UnclosedQuote
from bot.domain.chat.refusals import (
    BackupsDelayed,
    BackupsGivenUp,
    BackupsLate,
    ChecksDelayed,
    InstanceGone,
    NotPossibleNow,
    OrderDelayed,
    OrderTakenBack,
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
        (TooManyCommands(20), "a comment may hold at most 20 commands; put the others in another comment."),
        (TooLong(99), "one command takes at most 99 characters; put the rest in another command."),
        (TooManyWords(250), "one command takes at most 250 words; put the rest in another command."),
        (UnclosedQuote(), 'a quotation mark is not closed; write `"` at both ends.'),
        (EmptyQuote(), "the quotation marks are empty; write a text between them."),
        (OptionWithoutText("--force"), 'give the reason in quotation marks: --force "reason".'),
        (
            UnknownOption(("--dry-run", "--yes"), ("--force", "--since"), USAGE),
            'its options are --dry-run and --yes and --force "reason" and --since "reason"; '
            "write /command INSTANCE ….",
        ),
        (UnknownOption(("--dry-run",), (), USAGE), "its options are --dry-run; write /command INSTANCE …."),
        (UnknownOption((), (), USAGE), "it has no options; write /command INSTANCE …."),
        (NotPossibleNow(CAUSE), "this can't be done now: GitHub does not let mibot do that."),
        (PlanNotPossibleNow(CAUSE), "this can't be planned now: GitHub does not let mibot do that."),
        (
            PlanRefused(version("3.40.1"), PlainText("it already runs 3.40.1")),
            "an upgrade to 3.40.1 is refused: it already runs 3.40.1.",
        ),
        (InstanceGone(), "the instance can't be read from the deployment repository any more."),
        (
            BackupsLate(1800.0),
            "the backups are not ready after 1800 seconds; look at them in the Google Cloud console",
        ),
        (
            OrderDelayed(CAUSE),
            "this can't be carried out yet: GitHub does not let mibot do that. "
            "mibot keeps trying, and goes on by itself.",
        ),
        (
            OrderTakenBack(deleted=True),
            "the comment was deleted before it could be carried out, so nothing was done.",
        ),
        (
            OrderTakenBack(deleted=False),
            "the comment was edited before it could be carried out, so nothing was done. "
            "Write a new comment if you still want it.",
        ),
        (
            ChecksDelayed(CAUSE),
            "the health checks can't run yet: GitHub does not let mibot do that. mibot keeps trying.",
        ),
        (BackupsDelayed(CAUSE), "GitHub does not let mibot do that; mibot keeps trying"),
        (BackupsGivenUp(CAUSE), "GitHub does not let mibot do that; comment /backup again"),
    ],
)
def test_a_sentence(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence
