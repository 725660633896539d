"""`mibot demo`: the main job on this machine alone, and ways to talk to it from a second terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.common import error_exit, make_console

demo = typer.Typer(name="demo", invoke_without_command=True, help="Play the main job on this machine alone.")

Person = Annotated[
    str, typer.Option("--as", help="Who does it: dana and lee are operators, rio reviews, sam is an outsider.")
]
Number = Annotated[int, typer.Argument(help="The pull request's number.")]


@demo.callback()
def play(
    context: typer.Context,
    size: Annotated[int, typer.Option(help="How many instances the fleet has.", min=1, max=1000)] = 12,
    port: Annotated[
        int | None,
        typer.Option(help="The port of the emulated GitHub, else a free one.", min=1, max=65535, show_default=False),
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="End when the story is told.")] = False,
) -> None:
    """Play the main job on this machine alone: an emulated GitHub, a made-up fleet, and mibot itself.

    It stays up until Ctrl-C, so that you can go on talking to it from a second terminal by the commands below.
    """
    if context.invoked_subcommand is not None:
        return
    from demo import play as stage

    raise typer.Exit(stage.play(_make_console(), size, port, stay=not no_wait))


@demo.command()
def say(
    words: Annotated[str, typer.Argument(help="What to comment on the tracker, as `/check rctest`.")],
    person: Person = "dana",
    on: Annotated[int | None, typer.Option(help="Another issue than the tracker.", show_default=False)] = None,
) -> None:
    """Comment on the running demo's tracker, and show mibot's reply when it comes."""
    with _demo_errors():
        from bot.cli.terminal import make_panel, render_markdown
        from bot.domain.chat.comments import has_commands
        from demo.visit import DemoClient

        visit = DemoClient()
        issue = on or visit.tracker
        comment = visit.comment(person, issue, words)
        if not has_commands(words):
            _make_console().print("That is no command, so nobody answers; /help lists them.")
            return
        _make_console().print(make_panel(f"mibot's reply on #{issue}", render_markdown(visit.reply(issue, comment))))


@demo.command()
def show(
    number: Annotated[int | None, typer.Argument(help="Another issue than the tracker.", show_default=False)] = None,
) -> None:
    """Show the running demo's tracker as it is now."""
    with _demo_errors():
        from bot.cli.terminal import make_panel, render_markdown
        from demo.visit import DemoClient

        visit = DemoClient()
        issue = visit.issue(number or visit.tracker)
        _make_console().print(
            make_panel(f"#{issue['number']} {issue['title']}", render_markdown(issue["body"] or ""))
        )


@demo.command()
def approve(number: Number, person: Person = "rio") -> None:
    """Approve a pull request of the running demo."""
    with _demo_errors():
        from demo.visit import DemoClient

        DemoClient().approve(person, number)
        _make_console().print(f"{person} has approved pull request #{number}.")


@demo.command()
def merge(number: Number, person: Person = "dana") -> None:
    """Merge a pull request of the running demo."""
    with _demo_errors():
        from demo.visit import DemoClient

        DemoClient().merge(person, number)
        _make_console().print(f"{person} has merged pull request #{number}.")


def _make_console() -> Console:
    screen = make_console()
    screen.width = min(screen.width, 120)  # text is not read well in longer lines
    return screen


@contextmanager
def _demo_errors() -> Iterator[None]:
    from requests import RequestException

    from demo.merging import MergeError
    from demo.seed import GitHubError
    from demo.visit import NoDemoError

    try:
        yield
    except (NoDemoError, GitHubError, MergeError) as error:
        raise error_exit(str(error)) from None
    except RequestException:
        raise error_exit("The demo does not answer any more.") from None
