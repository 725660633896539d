"""What a reply says of many instances at once: numbers, then trouble, then the rest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.chat.replies import CheckTable
from bot.domain.health.failing import failing_checks
from bot.domain.health.model import CheckResult, CheckState, sort_worst_first, worst_state
from bot.domain.rollout.attention import Attention, attention, urgency
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from bot.rendering.check_tables import STATE_WORDS, count_checks, render_checks
from bot.rendering.progress import OrderedChange, render_progress
from bot.rendering.renderer import ICONS, Renderer
from bot.rendering.rollup import MAX_NAMES_LENGTH, Detail, render_counts, render_rollup, short_names
from bot.rendering.stages import ATTENTION_ICONS, NOT_STARTED
from bot.rendering.wording import describe

_FOLDED = {Attention.DONE, Attention.ENDED}


def render_orders(
    renderer: Renderer, orders: Sequence[OrderedChange], detail: Detail, *, at_length: bool, tables: bool
) -> list[Markdown]:
    """Several orders: a line of numbers, then each at length, or all rolled up. What is done is folded."""
    changes = [one.change for one in orders if one.change is not None]
    requested = [one for one in orders if one.change is None]
    counts = " · ".join(filter(None, [render_counts(changes), _count_requested(requested)]))
    head = Markdown(f"**{len(orders)} upgrades**: {counts}")
    if not at_length:
        names = Markdown(", ".join(renderer.instance_name(one.item.slug) for one in requested[:_MAX_REQUESTED]))
        sections = [head, *render_rollup(renderer, sorted(changes, key=urgency), detail)]
        if requested and detail < Detail.TERSE:
            sections.append(Markdown(f"- {_count_requested(requested)}: {names}"))
        return sections
    ordered = sorted(orders, key=_rank)
    shown = [render_progress(renderer, one, tables=tables) for one in ordered if not _is_over(one.change)]
    over = [render_progress(renderer, one, tables=tables) for one in ordered if _is_over(one.change)]
    folded = "\n\n".join(over)
    ended = Markdown(f"<details><summary>{render_counts(_over(changes))}</summary>\n\n{folded}\n\n</details>")
    return [head, *shown, *([ended] if over else [])]


_MAX_REQUESTED = 100


def _count_requested(requested: Sequence[OrderedChange]) -> str:
    return f"{NOT_STARTED} {len(requested)} requested" if requested else ""


def _rank(ordered: OrderedChange) -> int:
    return urgency(ordered.change) if ordered.change is not None else len(Attention)


def _is_over(change: Upgrade | None) -> bool:
    return change is not None and attention(change) in _FOLDED


def _over(changes: Sequence[Upgrade]) -> list[Upgrade]:
    return [change for change in changes if _is_over(change)]


def render_check_runs(
    renderer: Renderer, runs: Sequence[CheckTable], detail: Detail, *, tables: bool
) -> list[Markdown]:
    """The health checks of several instances: those with a check that did not pass, those that run, and, folded,
    those that are green."""
    bad = [run for run in runs if run.results is not None and worst_state(run.results) is not CheckState.PASS]
    bad.sort(key=lambda run: list(CheckState).index(worst_state(run.results or ())))
    green = [run for run in runs if run.results is not None and run not in bad]
    pending = [run for run in runs if run.results is None]
    shown = _render_bad(renderer, bad, detail, tables=tables) if bad else []
    if tables:
        shown += [render_check_run(renderer, run) for run in pending]
    elif pending:
        shown.append(
            Markdown(f"- {ATTENTION_ICONS[Attention.RUNNING]} {len(pending)} running: {_names(renderer, pending)}")
        )
    if green:
        inside = "\n\n".join(render_check_run(renderer, run) for run in green) if tables else _names(renderer, green)
        head = f"{ATTENTION_ICONS[Attention.DONE]} {len(green)} of {len(runs)} instances: all checks passed"
        shown.append(Markdown(f"<details><summary>{head}</summary>\n\n{inside}\n\n</details>"))
    return shown


def _render_bad(renderer: Renderer, bad: Sequence[CheckTable], detail: Detail, *, tables: bool) -> list[Markdown]:
    """What did not pass: the checks, one line each, or the names only."""
    if tables:
        return [render_check_run(renderer, run) for run in bad]
    if detail < Detail.NAMES:
        return [Markdown("\n".join(_short_row(renderer, run) for run in bad))]
    lines, room = [], MAX_NAMES_LENGTH
    for state in (CheckState.FAIL, CheckState.UNKNOWN):
        those = [run for run in bad if worst_state(run.results or ()) is state]
        if those:
            names = short_names(renderer, [run.slug for run in those], room)
            room -= len(names)
            lines.append(f"- {ICONS[state]} {len(those)} with checks {STATE_WORDS[state]}: {names}")
    return [Markdown("\n".join(lines))]


def render_check_run(renderer: Renderer, run: CheckTable) -> Markdown:
    """The health checks of one instance."""
    name = renderer.instance_name(run.slug)
    if run.results is None:
        return Markdown(f"**{name}**: running the health checks …")
    return Markdown(f"**{name}**\n\n{render_checks('Health checks', run.results, redact=renderer.redact)}")


def _short_row(renderer: Renderer, run: CheckTable) -> str:
    results: Sequence[CheckResult] = sort_worst_first(run.results or ())
    failing = renderer.safe_text_within(describe(failing_checks(results)), 120)
    return f"- {count_checks(results)} · {renderer.instance_name(run.slug)}: {failing}"


def _names(renderer: Renderer, runs: Sequence[CheckTable]) -> str:
    return short_names(renderer, [run.slug for run in runs], MAX_NAMES_LENGTH // 4)
