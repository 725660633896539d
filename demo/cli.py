"""`python3 dev.py demo`: plays the main job on this machine; its subcommands talk to a running demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from requests import RequestException
from rich.console import Console

from bot.cli.arguments import whole_number
from bot.cli.common import make_console
from bot.cli.views.terminal import make_panel, render_markdown
from bot.commands import is_addressed
from bot.domain.chat.comments import parse
from demo.github_api import GitHubError
from demo.merging import MergeError
from demo.story.client import DemoClient, NoDemoError

MAX_WIDTH = 120
"""Columns; longer lines of text are hard to read."""

app = typer.Typer(
    name="demo",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Play the main job on this machine alone.",
)

Person = Annotated[
    str, typer.Option("--as", help="Who does it: dana and lee are operators, rio reviews, sam is an outsider.")
]
Number = Annotated[int, typer.Argument(help="The pull request's number.", metavar="NUMBER", parser=whole_number(1))]


@app.callback()
def run(
    context: typer.Context,
    size: Annotated[
        int, typer.Option(help="How many instances the fleet has.", metavar="6-1000", parser=whole_number(6, 1000))
    ] = 12,
    port: Annotated[
        int | None,
        typer.Option(
            help="The port of the emulated GitHub, else a free one.",
            metavar="1-65535",
            parser=whole_number(1, 65535),
            show_default=False,
        ),
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="End when the story has been played.")] = False,
) -> None:
    """Play the main job on this machine alone: an emulated GitHub, a made-up fleet, and mibot itself.

    It keeps running until Ctrl-C. Meanwhile the commands below talk to it from a second terminal.
    """
    if context.invoked_subcommand is None:
        from demo.story.play import play  # imports servers that the subcommands do not need

        raise typer.Exit(play(_make_console(), size, port, stay=not no_wait))


@app.command()
def say(
    words: Annotated[str, typer.Argument(help="What to comment on the tracker, such as `/check rctest`.")],
    person: Person = "dana",
    on: Annotated[
        int | None,
        typer.Option(
            help="Another issue than the tracker.", metavar="NUMBER", parser=whole_number(1), show_default=False
        ),
    ] = None,
) -> None:
    """Comment on the running demo's tracker and show mibot's reply when it comes."""
    if not words.strip():
        raise _error_exit("A comment needs words, such as `/check rctest`.")
    with _report_errors():
        client = DemoClient()
        issue = on or client.tracker
        comment = client.comment(person, issue, words)
        if not parse(words, is_addressed):
            _make_console().print("This comment holds no command, so mibot does not reply; /help lists the commands.")
            return
        reply = client.reply(issue, comment)
        _make_console().print(make_panel(f"mibot's reply on #{issue}", render_markdown(reply)))


@app.command()
def show(
    number: Annotated[
        int | None,
        typer.Argument(
            help="Another issue than the tracker.", metavar="NUMBER", parser=whole_number(1), show_default=False
        ),
    ] = None,
) -> None:
    """Show the running demo's tracker as it is now."""
    with _report_errors():
        client = DemoClient()
        issue = client.issue(number or client.tracker)
        title = f"#{issue['number']} {issue['title']}"
        _make_console().print(make_panel(title, render_markdown(issue["body"] or "")))


@app.command()
def approve(number: Number, person: Person = "rio") -> None:
    """Approve a pull request of the running demo."""
    with _report_errors():
        client = DemoClient()
        client.require_open_pull(number)
        client.approve(person, number)
        _make_console().print(f"{person} has approved pull request #{number}.")


@app.command()
def merge(number: Number, person: Person = "dana") -> None:
    """Merge a pull request of the running demo."""
    with _report_errors():
        client = DemoClient()
        client.require_open_pull(number)
        client.merge(person, number)
        _make_console().print(f"{person} has merged pull request #{number}.")


def _make_console() -> Console:
    console = make_console()
    console.width = min(console.width, MAX_WIDTH)
    return console


@contextmanager
def _report_errors() -> Iterator[None]:
    """End with exit status 1 and one sentence on stderr when the demo or its GitHub refuses."""
    try:
        yield
    except (NoDemoError, GitHubError, MergeError) as error:
        raise _error_exit(str(error)) from None
    except RequestException:
        raise _error_exit("The demo no longer answers.") from None


def _error_exit(message: str) -> typer.Exit:
    typer.echo(f"demo: {message}", err=True)
    return typer.Exit(1)
