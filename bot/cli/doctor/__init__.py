"""`mibot doctor`: is everything set up, and if not, how is it repaired? Each examination is one function."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.cli.common import Config, output
from bot.settings import SettingsProblem, load

if TYPE_CHECKING:
    from bot.cli.doctor.context import Examination

LOOKS = {"pass": Text("✓", "green"), "fail": Text("✗", "red"), "unknown": Text("?", "yellow")}


def doctor(config: Config = None) -> None:
    """Examine the settings, the GitHub App, the repositories, the workflow that deploys, Google Cloud, Opsgenie and
    the store, and say how to repair each.

    Nothing is changed. The exit status is 1 when something is broken, else 0.
    """
    logs.configure("error")
    screen = output()
    states: Counter[str] = Counter()
    try:
        settings = load(config)
    except SettingsProblem as error:
        for problem in error.problems:
            _show(screen, "fail", "settings", problem, "")
        screen.print("\nThe rest can be examined when the settings are right.")
        raise typer.Exit(1) from None
    _show(screen, "pass", "settings", "complete", "")
    from bot.cli.doctor.context import Patient
    from bot.cli.read_only import Glance

    patient = Patient(Glance(settings))
    for examination in all_examinations():
        finding = examination.of(patient)
        states[finding.state] += 1
        _show(screen, finding.state, examination.what, finding.sentence, finding.repair)
    screen.print(f"\n{states['pass'] + 1} fine, {states['fail']} broken, {states['unknown']} not known.")
    raise typer.Exit(1 if states["fail"] else 0)


def all_examinations() -> tuple[Examination, ...]:
    """Every examination, in the order in which they make sense."""
    from bot.cli.doctor import app, repositories, workflow
    from bot.cli.doctor import services as around
    from bot.cli.doctor import webhook as hook

    on_github = (*app.EXAMINATIONS, *hook.EXAMINATIONS, *repositories.EXAMINATIONS, *workflow.EXAMINATIONS)
    return (*on_github, *around.EXAMINATIONS)


def _show(screen: Console, state: str, what: str, sentence: str, repair: str) -> None:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=1)
    line.add_column(width=14, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(LOOKS[state], what, Text(sentence))
    if repair:
        line.add_row("", "", Text(f"→ {repair}", "cyan"))
    screen.print(line)
