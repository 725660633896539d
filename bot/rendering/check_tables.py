"""Health checks: one line while all are green, else what is wrong first. A list, which wraps on a telephone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.domain.fleet.redaction import Redact
from bot.domain.health.model import CheckResult, CheckState, sort_worst_first
from bot.domain.health.reasons import AcceptedByPerson
from bot.formats.markdown import Markdown
from bot.rendering.renderer import ICONS, render_template
from bot.rendering.times import format_period

STATE_WORDS = {
    CheckState.FAIL: Markdown("failed"),
    CheckState.UNKNOWN: Markdown("unknown"),
    CheckState.PASS: Markdown("passed"),
}


def render_checks(
    caption: str,
    results: Sequence[CheckResult],
    *,
    before: Sequence[CheckResult] = (),
    links: bool = False,
    redact: Redact = str,
) -> Markdown:
    """Check results under one caption and one time: what failed, what is unknown and, folded, what passed.

    Where a result differs from that of the same check in `before`, it says so. `links` shows
    where a person can look, which only the deployment repository may read.
    """
    ordered = sort_worst_first(results)
    taken = format_period([result.taken_at for result in results])
    return render_template(
        "checks.md.j2",
        redact,
        caption=Markdown(caption),
        results=ordered,
        bad=[result for result in ordered if result.state is not CheckState.PASS],
        passed=[result for result in ordered if result.state is CheckState.PASS],
        verdict=count_checks(results),
        head=Markdown(f"{count_checks(results)} · {caption} · {taken}"),
        taken=Markdown(taken),
        states_before={result.name: result.state for result in before},
        accepted={result.name for result in results if isinstance(result.finding, AcceptedByPerson)},
        passed_count=_count_passed(results),
        links=links,
        icons=ICONS,
        words=STATE_WORDS,
    )


def count_checks(results: Sequence[CheckResult]) -> Markdown:
    """How many checks passed, or how many did not, in a few words."""
    counts = Counter(result.state for result in results)
    bad = [
        f"{ICONS[state]} {counts[state]} of {len(results)} checks {STATE_WORDS[state]}"
        if state is CheckState.FAIL
        else f"{ICONS[state]} {counts[state]} {STATE_WORDS[state]}"
        for state in (CheckState.FAIL, CheckState.UNKNOWN)
        if counts[state]
    ]
    return Markdown(", ".join(bad)) if bad else _count_passed(results)


def _count_passed(results: Sequence[CheckResult]) -> Markdown:
    """What a person accepted did not pass, and is counted apart."""
    passed = [result for result in results if result.state is CheckState.PASS]
    accepted = sum(isinstance(result.finding, AcceptedByPerson) for result in passed)
    by_person = f", {accepted} accepted by a person" if accepted else ""
    count = len(passed) - accepted
    return Markdown(f"{ICONS[CheckState.PASS]} {count} of {len(results)} checks passed{by_person}")


def fold_checks(caption: str, results: Sequence[CheckResult], checks: Markdown) -> Markdown:
    """Checks that no longer decide, folded under one line with their number; as they are if they are one line."""
    if not results or all(result.state is CheckState.PASS for result in results):
        return checks
    return Markdown(f"<details><summary>{count_checks(results)} · {caption}</summary>\n\n{checks}\n\n</details>")
