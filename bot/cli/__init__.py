"""The command line `mibot`: the same application, for people at a terminal. Each command stands in one file."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from bot import __version__
from bot.cli.check import check
from bot.cli.doctor import doctor
from bot.cli.evidence import evidence
from bot.cli.fleet import fleet
from bot.cli.prepare import prepare
from bot.cli.serve import serve
from bot.cli.upgrade import upgrade

app = typer.Typer(
    name="mibot",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", help="Show mibot's version and exit.")] = False,
) -> None:
    """Upgrades a fleet of managed instances, one reviewed pull request each."""
    if version:
        typer.echo(f"mibot {__version__}")
        raise typer.Exit


for command in (serve, fleet, check, prepare, upgrade, evidence, doctor):
    app.command()(command)


def main() -> None:
    """The entry point of the `mibot` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ✓ shows a ? instead
    app()
