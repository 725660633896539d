"""`mibot doctor`: is everything set up, and if not, how to repair it. Each diagnostic is one function."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.cli.common import Config, Json, make_console
from bot.settings import SettingsError, load

if TYPE_CHECKING:
    from bot.cli.doctor.context import Diagnostic

STATE_SYMBOLS = {"pass": Text("✓", "green"), "fail": Text("✗", "red"), "unknown": Text("?", "yellow")}


def doctor(config: Config = None, as_json: Json = False) -> None:
    """Check the settings, the GitHub App, the repositories, the workflow that deploys, Google Cloud, Opsgenie and
    the store, and say how to repair each.

    Nothing is changed. The exit status is 1 when something is broken, else 0. JSON has the keys findings and counts.
    """
    logs.configure("error")
    screen = make_console()
    rows: list[Row] = []
    for row in _diagnose(config):
        rows.append(row)
        if not as_json:
            _print_row(screen, row)
    counts = Counter(row.state for row in rows)
    if as_json:
        totals = {state: counts[state] for state in STATE_SYMBOLS}
        typer.echo(json.dumps({"findings": [asdict(row) for row in rows], "counts": totals}, indent=2))
    elif counts["pass"]:
        screen.print(f"\n{counts['pass']} fine, {counts['fail']} broken, {counts['unknown']} unknown.")
    else:
        screen.print("\nThe rest can be checked when the settings are valid.")
    raise typer.Exit(1 if counts["fail"] else 0)


@dataclass(frozen=True)
class Row:
    """One finding: pass, fail or unknown, and how to repair what is not fine (empty if nothing is to be done)."""

    title: str
    state: str
    sentence: str
    repair: str


def _diagnose(config: Path | None) -> Iterator[Row]:
    """The findings as they come. With settings that are not valid, their problems only."""
    try:
        settings = load(config)
    except SettingsError as error:
        yield from (Row("settings", "fail", problem, "") for problem in error.problems)
        return
    yield Row("settings", "pass", "complete", "")
    from bot.cli.doctor.context import DoctorContext
    from bot.cli.read_only import ReadOnlyWiring
    from bot.rendering.wording import describe
    from bot.rendering.wording.doctor import describe_repair

    context = DoctorContext(ReadOnlyWiring(settings))
    for diagnostic in all_diagnostics():
        finding = diagnostic.run(context)
        reason = finding.reason
        yield Row(diagnostic.title, str(finding.state), describe(reason), describe_repair(reason))


def all_diagnostics() -> tuple[Diagnostic, ...]:
    """Every diagnostic, in the order in which people repair things."""
    from bot.cli.doctor import app, repositories, services, sweeps, webhook, workflow

    on_github = (*app.DIAGNOSTICS, *webhook.DIAGNOSTICS, *repositories.DIAGNOSTICS, *workflow.DIAGNOSTICS)
    return (*on_github, *services.DIAGNOSTICS, *sweeps.DIAGNOSTICS)


def _print_row(screen: Console, row: Row) -> None:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=1)
    line.add_column(width=14, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(STATE_SYMBOLS[row.state], row.title, Text(row.sentence))
    if row.repair:
        line.add_row("", "", Text(f"→ {row.repair}", "cyan"))
    screen.print(line)
