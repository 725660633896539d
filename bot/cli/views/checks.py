"""Check results in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from bot.domain.health.model import CheckResult
from bot.rendering.wording import describe

STATE_LABELS = {"pass": "[green]✓ pass", "fail": "[red]✗ fail", "unknown": "[yellow]? unknown"}


def checks_table(results: Sequence[CheckResult]) -> Table:
    """A row for each, worst first."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("result", no_wrap=True)
    table.add_column("check", no_wrap=True)
    table.add_column("finding", overflow="fold")
    table.add_column("took", no_wrap=True, justify="right")
    for result in results:
        table.add_row(
            STATE_LABELS[result.state], result.title, escape(describe(result.finding)), f"{result.seconds:.1f} s"
        )
    return table
