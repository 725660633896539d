"""`mibot doctor`: is everything set up, and if not, how to repair it. Each diagnostic is one function."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.cli.common import Config, make_console
from bot.settings import SettingsError, load

if TYPE_CHECKING:
    from bot.cli.doctor.context import Diagnostic

STATE_SYMBOLS = {"pass": Text("✓", "green"), "fail": Text("✗", "red"), "unknown": Text("?", "yellow")}


def doctor(config: Config = None) -> None:
    """Check the settings, the GitHub App, the repositories, the workflow that deploys, Google Cloud, Opsgenie and
    the store, and say how to repair each.

    Nothing is changed. The exit status is 1 when something is broken, else 0.
    """
    logs.configure("error")
    screen = make_console()
    states: Counter[str] = Counter()
    try:
        settings = load(config)
    except SettingsError as error:
        for problem in error.problems:
            _print_finding(screen, "fail", "settings", problem, "")
        screen.print("\nThe rest can be checked when the settings are valid.")
        raise typer.Exit(1) from None
    _print_finding(screen, "pass", "settings", "complete", "")
    from bot.cli.doctor.context import DoctorContext
    from bot.cli.read_only import ReadOnlyWiring
    from bot.rendering.wording import describe
    from bot.rendering.wording.doctor import describe_repair

    context = DoctorContext(ReadOnlyWiring(settings))
    for diagnostic in all_diagnostics():
        finding = diagnostic.run(context)
        states[finding.state] += 1
        sentence, repair = describe(finding.reason), describe_repair(finding.reason)
        _print_finding(screen, finding.state, diagnostic.title, sentence, repair)
    screen.print(f"\n{states['pass'] + 1} fine, {states['fail']} broken, {states['unknown']} unknown.")
    raise typer.Exit(1 if states["fail"] else 0)


def all_diagnostics() -> tuple[Diagnostic, ...]:
    """Every diagnostic, in the order in which people repair things."""
    from bot.cli.doctor import app, repositories, services, webhook, workflow

    on_github = (*app.DIAGNOSTICS, *webhook.DIAGNOSTICS, *repositories.DIAGNOSTICS, *workflow.DIAGNOSTICS)
    return (*on_github, *services.DIAGNOSTICS)


def _print_finding(screen: Console, state: str, title: str, sentence: str, repair: str) -> None:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=1)
    line.add_column(width=14, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(STATE_SYMBOLS[state], title, Text(sentence))
    if repair:
        line.add_row("", "", Text(f"→ {repair}", "cyan"))
    screen.print(line)
