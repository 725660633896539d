"""The words for comments that can't be parsed, for words after commands, and for commands that yield nothing."""

from __future__ import annotations

from bot.domain.chat import arguments, comments, refusals, release_argument, unclear_words
from bot.domain.versions import MAX_PART, looks_like_version
from bot.rendering.wording.dispatch import clause, describe, sentence

_PREDICATES = (
    unclear_words.NoSuchVersion,
    unclear_words.NoSuchWord,
    unclear_words.TakesNoInstance,
    unclear_words.TakesNoVersion,
)
"""The causes whose words go on after the word that they are about."""
_PURPOSES = {"check": " to check", "upgrade": " to upgrade"}
"""What instances are named for, where a command says so."""


@describe.register
def _(reason: comments.TooManyCommands) -> str:
    return f"a comment may hold at most {reason.limit} commands; put the others in another comment."


@describe.register
def _(reason: comments.TooManyWords) -> str:
    return f"one command takes at most {reason.limit} words; put the rest in another command."


@describe.register
def _(reason: comments.TooLong) -> str:
    return f"one command takes at most {reason.limit} characters; put the rest in another command."


@describe.register
def _(_: comments.UnclosedQuote) -> str:
    return 'a quotation mark is not closed; write `"` at both ends.'


@describe.register
def _(_: comments.EmptyQuote) -> str:
    return "the quotation marks are empty; write a text between them."


@describe.register
def _(reason: arguments.UnknownOption) -> str:
    options = " and ".join((*reason.flags, *(f'{name} "reason"' for name in reason.valued)))
    known = f"its options are {options}" if options else "it has no options"
    return f"{known}; write {reason.usage}."


@describe.register
def _(reason: arguments.OptionWithoutText) -> str:
    return f'give the reason in quotation marks: {reason.option} "reason".'


@describe.register
def _(reason: unclear_words.WordsNotUnderstood) -> str:
    told = " ".join(_describe_word(word) for word in reason.words)
    says_usage = any(isinstance(word.cause, arguments.UnknownOption) for word in reason.words)
    return told if says_usage else f"{told} So nothing was done; write {reason.usage}."


def _describe_word(word: unclear_words.UnclearWord) -> str:
    place = f"word {word.position}" if word.position else "one of the words"
    name = f"“{word.typed}”" if word.typed else place
    verb = "" if isinstance(word.cause, _PREDICATES) else ":"
    words = describe(word.cause)
    if isinstance(word.cause, unclear_words.NoSuchVersion) and looks_like_version(word.typed):
        words += f", with numbers up to {MAX_PART} and without zeros before them"
    return f"{name}{verb} {words}" if words.endswith(("?", ".")) else f"{name}{verb} {words}."


@describe.register
def _(_: unclear_words.NoSuchVersion) -> str:
    return "is no version; write X.Y.Z"


@describe.register
def _(reason: unclear_words.NoSuchWord) -> str:
    return f"is not understood; did you mean {reason.nearest}?"


@describe.register
def _(_: unclear_words.TakesNoVersion) -> str:
    return "is a version, which the command does not take"


@describe.register
def _(_: unclear_words.TakesNoInstance) -> str:
    return "is no version, and the command takes no instance"


@describe.register
def _(reason: arguments.NoInstancesNamed) -> str:
    return f"name the instances{_PURPOSES.get(reason.command, '')}: {reason.usage}."


@describe.register
def _(reason: arguments.NoVersionNamed) -> str:
    return f"this issue's title names no version; add one: {reason.usage}."


@describe.register
def _(_: arguments.SeveralVersionsNamed) -> str:
    return "name one version only; use another command for the other."


@describe.register
def _(_: arguments.NoReleaseYet) -> str:
    return "upstream has no release tag yet; name a version."


@describe.register
def _(reason: refusals.NotPossibleNow) -> str:
    return f"this can't be done now: {describe(reason.cause)}"


@describe.register
def _(reason: refusals.OrderDelayed) -> str:
    return f"this can't be carried out yet: {sentence(reason.cause)} mibot keeps trying, and goes on by itself."


@describe.register
def _(reason: refusals.OrderTakenBack) -> str:
    if reason.deleted:
        return "the comment was deleted before it could be carried out, so nothing was done."
    return (
        "the comment was edited before it could be carried out, so nothing was done. "
        "Write a new comment if you still want it."
    )


@describe.register
def _(reason: refusals.ChecksDelayed) -> str:
    return f"the health checks can't run yet: {sentence(reason.cause)} mibot keeps trying."


@describe.register
def _(reason: refusals.BackupsDelayed) -> str:
    return f"{clause(reason.cause)}; mibot keeps trying"


@describe.register
def _(reason: refusals.PlanRefused) -> str:
    return f"an upgrade to {reason.version} is refused: {sentence(reason.cause)}"


@describe.register
def _(reason: refusals.PlanNotPossibleNow) -> str:
    return f"this can't be planned now: {describe(reason.cause)}"


@describe.register
def _(_: refusals.InstanceGone) -> str:
    return "the instance can't be read from the deployment repository any more."


@describe.register
def _(reason: refusals.BackupsLate) -> str:
    return f"the backups are not ready after {reason.seconds:g} seconds; look at them in the Google Cloud console"


@describe.register
def _(reason: refusals.BackupsGivenUp) -> str:
    return f"{clause(reason.cause)}; comment /backup again"


@describe.register
def _(reason: release_argument.InstancesNamed) -> str:
    return f"write {reason.usage}, without an instance."
