"""Short answers to one command: why it is refused, how it is used, who may use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.commands import Command, all_commands
from bot.domain.chat.answers import (
    CommandList,
    CommandMessage,
    InstanceMessage,
    LeftOutInstances,
    Message,
    NotAllowed,
    UnknownCommand,
)
from bot.domain.chat.unclear_words import WordsNotUnderstood
from bot.domain.fleet.names import UnknownInstance, plain_name
from bot.domain.reasons import Reason
from bot.formats.markdown import Markdown, code
from bot.rendering.renderer import Renderer
from bot.rendering.wording import describe

MAX_LEFT_OUT = 30

WordedAnswer = (
    Message | CommandMessage | InstanceMessage | LeftOutInstances | UnknownCommand | NotAllowed | CommandList
)
"""The answers that can be rendered without a record."""


def render_reason(renderer: Renderer, reason: Reason) -> Markdown:
    """The words of a reason for readers outside the deployment repository."""
    return renderer.safe_text(describe(_with_public_names(renderer, reason)))


def _with_public_names(renderer: Renderer, reason: Reason) -> Reason:
    """The reason with names that may be written in place of slugs, and without words that hold a customer's name."""
    if isinstance(reason, UnknownInstance) and reason.nearest:
        instance = renderer.fleet.get(reason.nearest)
        return replace(reason, nearest=plain_name(instance) if instance else "")
    if isinstance(reason, WordsNotUnderstood):
        words = reason.hide(renderer.redact).words
        return replace(
            reason, words=tuple(replace(word, cause=_with_public_names(renderer, word.cause)) for word in words)
        )
    return reason


def render_answer(renderer: Renderer, answer: WordedAnswer) -> Markdown:
    """An answer that needs no record."""
    match answer:
        case Message():
            return _render_message(renderer, answer)
        case CommandMessage():
            return _render_command_message(renderer, answer)
        case InstanceMessage():
            return _render_instance_message(renderer, answer)
        case LeftOutInstances():
            return _render_left_out(renderer, answer)
        case UnknownCommand():
            return _render_unknown_command(answer)
        case NotAllowed():
            return _render_not_allowed(answer)
        case CommandList():
            return render_command_list(renderer, all_commands().values())


def _render_message(renderer: Renderer, message: Message) -> Markdown:
    words = render_reason(renderer, message.reason)
    return Markdown(f"{words[:1].upper()}{words[1:]}")


def _render_command_message(renderer: Renderer, message: CommandMessage) -> Markdown:
    name = _command(message.command)
    return Markdown(f"{name}{': ' if name else ''}{render_reason(renderer, message.reason)}")


def _render_instance_message(renderer: Renderer, message: InstanceMessage) -> Markdown:
    return Markdown(f"**{renderer.instance_name(message.slug)}**: {render_reason(renderer, message.reason)}")


def _render_left_out(renderer: Renderer, left_out: LeftOutInstances) -> Markdown:
    """The refusals, folded, MAX_LEFT_OUT of them at most."""
    rows = [
        {"name": renderer.instance_name(refusal.slug), "sentence": render_reason(renderer, refusal.reason)}
        for refusal in left_out.refusals[:MAX_LEFT_OUT]
    ]
    count = len(left_out.refusals)
    return renderer.render("left_out.md.j2", count=count, rows=rows, more=max(count - MAX_LEFT_OUT, 0))


def _render_unknown_command(unknown: UnknownCommand) -> Markdown:
    """What was typed is never repeated: whether a customer's name was in it must not show."""
    meant = " or ".join(code(f"/{name}") for name in (unknown.nearest, *unknown.others))
    return Markdown(f"There is no such command. Did you mean {meant}? {code('/help')} lists all commands.")


def _render_not_allowed(refusal: NotAllowed) -> Markdown:
    """The author's login is left out: anybody can take a login, to see whether it is hidden as a customer's name."""
    teams = " or ".join(code(team) for team in refusal.teams)
    command = _command(refusal.command) or "this"
    return Markdown(f"Sorry, {command} is for members of {teams}. Please ask one of them.")


def _command(name: str) -> Markdown:
    """A command, as it is written. What is none is not shown: earlier versions stored what people typed."""
    return code(f"/{name}") if name in all_commands() else Markdown("")


def render_command_list(renderer: Renderer, commands: Iterable[Command]) -> Markdown:
    """The answer to `/help`."""
    rows = [
        {"usage": code(command.usage), "summary": command.summary, "who": command.permission.value}
        for command in commands
    ]
    return renderer.render("help.md.j2", commands=rows)
