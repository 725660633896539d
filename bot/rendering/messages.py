"""Short answers to one command: why it is refused, how it is used, who may use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import public_name
from bot.formats.markdown import Markdown, code
from bot.rendering.renderer import Renderer

MAX_LEFT_OUT = 30


def render_refusal(renderer: Renderer, instance: Instance, sentence: str) -> Markdown:
    return Markdown(f"**{public_name(instance)}**: {renderer.safe_text(sentence)}")


def render_refusals(renderer: Renderer, refused: Sequence[tuple[Instance, str]]) -> Markdown:
    """Which of the instances that a word for many stands for are left out, and why, folded."""
    rows = [{"name": public_name(one), "sentence": renderer.safe_text(why)} for one, why in refused[:MAX_LEFT_OUT]]
    return renderer.render("left_out.md.j2", count=len(refused), rows=rows, more=max(len(refused) - MAX_LEFT_OUT, 0))


def render_usage_error(renderer: Renderer, name: str, sentence: str, usage: str) -> Markdown:
    """A sentence about a command that can't be understood; `{usage}` in it is where its usage goes."""
    return render_command_message(renderer, name, sentence.replace("{usage}", usage))


def render_command_message(renderer: Renderer, name: str, sentence: str) -> Markdown:
    """A sentence about one command of the comment."""
    return Markdown(f"{renderer.safe_code(f'/{name}')}: {renderer.safe_text(sentence)}")


def render_unknown_command(renderer: Renderer, name: str, nearest: str) -> Markdown:
    return Markdown(
        f"I don't know {renderer.safe_code(f'/{name}')}. The nearest command is {code(f'/{nearest}')}; "
        f"{code('/help')} lists them all."
    )


def render_not_allowed(renderer: Renderer, name: str, author: str, teams: Sequence[str]) -> Markdown:
    who = " or ".join(code(team) for team in teams)
    command = renderer.safe_code(f"/{name}")
    return Markdown(
        f"Sorry, {renderer.safe_code(author)}: {command} is for members of {who}. Please ask one of them."
    )


def render_help(renderer: Renderer, commands: Iterable[Mapping[str, str]]) -> Markdown:
    return renderer.render("help.md.j2", commands=list(commands))
