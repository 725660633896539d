"""Health checks as tables."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.health.model import CheckResult, CheckState
from bot.formats.markdown import Markdown
from bot.rendering.renderer import ICONS, Renderer


def render_check_table(
    renderer: Renderer, caption: Markdown, results: Sequence[CheckResult], before: Sequence[CheckResult] = ()
) -> Markdown:
    """A table of check results, worst first. With results from `before`, it shows what each was then."""
    was = {result.name: result.state for result in before}
    return renderer.render("check_table.md.j2", caption=caption, results=results, icons=ICONS, states_before=was)


def collapse_check_table(table: Markdown, results: Sequence[CheckResult]) -> Markdown:
    """A folded table of check results, under one line with the number that passed."""
    passed = sum(result.state is CheckState.PASS for result in results)
    head = f"Health checks before the upgrade: {passed} of {len(results)} passed"
    return Markdown(f"<details><summary>{head}</summary>\n\n{table}\n\n</details>")
