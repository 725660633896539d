"""What the commands share: options, settings, error messages, the console."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.settings import Settings, SettingsError, load

USAGE_ERROR = 2
"""The exit status for wrong use and wrong settings. Failures and refusals have the status 1."""
DEFAULT_WIDTH = 200

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file. Default: MIBOT_CONFIG, then mibot.toml here.")
]
Repo = Annotated[
    Path | None,
    typer.Option("--repo", help="Read a local clone of the deployment repository, not GitHub.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]
Write = Annotated[
    bool, typer.Option("--write", help="Make the change in the work tree of the clone, for use while GitHub is down.")
]
AcceptTags = Annotated[
    bool, typer.Option("--accept-tags", help="Accept images from the publisher without the version's tag.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]


def error_exit(message: str, status: int = 1) -> typer.Exit:
    """Prints the message on stderr. Raise the returned exception to end with that status."""
    typer.echo(f"mibot: {message}", err=True)
    return typer.Exit(status)


def require_dry_run_or_write(dry_run: bool, write: bool, repo: Path | None, as_json: bool) -> None:
    """Checks that one of --dry-run and --write is given, --write with a clone and without --json. Ends with status 2
    otherwise."""
    if dry_run == write:
        raise error_exit("give either --dry-run, to see the change, or --write, to make it in a clone.", USAGE_ERROR)
    if write and as_json:
        raise error_exit("--json shows a --dry-run; --write has nothing to show in JSON.", USAGE_ERROR)
    if write and repo is None:
        raise error_exit("--write makes the change in a clone: name it with --repo.", USAGE_ERROR)


def load_settings(config: Path | None) -> Settings:
    """The settings. Prints every problem with them on stderr and ends with status 2 if there are any."""
    try:
        return load(config)
    except SettingsError as error:
        raise settings_error(error) from None


def settings_error(error: SettingsError) -> typer.Exit:
    return error_exit(f"{error.summary}:\n  " + "\n  ".join(error.problems), USAGE_ERROR)


def make_console() -> Console:
    """Standard output. Without a terminal there are no colors, and the width is COLUMNS or DEFAULT_WIDTH."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) else DEFAULT_WIDTH
    return Console(width=width, highlight=False, no_color=True, force_terminal=False)
