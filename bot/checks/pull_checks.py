"""The pull request's own checks, before its upgrade: what people and other Apps say of the commit it would merge."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Phase, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, CommitStatus, CommitStatusQuery
from bot.formats.markdown import one_line, truncate

MAX_NAMED = 5
MAX_NAME_LENGTH = 80


def applies(subject: CheckContext, _places: CloudConfig) -> bool:
    return bool(subject.head)


def query(subject: CheckContext, _places: CloudConfig) -> CommitStatusQuery:
    return CommitStatusQuery(subject.head)


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when nothing failed, nothing is under way, and everything required has reported."""
    if not isinstance(answer, CommitStatus):
        return unavailable_verdict(answer)
    checks, required = answer.checks, answer.required
    if checks.failed:
        return Verdict(CheckState.FAIL, f"Failed on the pull request: {_format_names(checks.failed, required)}.")
    absent = required - answer.seen
    if checks.pending or absent:
        parts = [f"still under way: {_format_names(checks.pending, required)}"] if checks.pending else []
        parts += [f"required and not reported yet: {_format_names(absent)}"] if absent else []
        return Verdict(CheckState.UNKNOWN, f"The pull request's checks are not done ({'; '.join(parts)}).")
    if not answer.seen:
        return Verdict(CheckState.PASS, "No checks are required on the pull request and none reported.")
    count = len(answer.seen)
    passed = "The one check" if count == 1 else f"All {count} checks"
    return Verdict(CheckState.PASS, f"{passed} of the pull request passed.")


def _format_names(names: Iterable[str], required: Iterable[str] = ()) -> str:
    """The names as people gave them, the required ones first and marked."""
    first = sorted(names, key=lambda name: (name not in required, name))
    shown = [_format_name(name) + (" (required)" if name in required else "") for name in first[:MAX_NAMED]]
    more = len(first) - MAX_NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _format_name(name: str) -> str:
    return truncate(one_line(name), MAX_NAME_LENGTH) or "(without a name)"


def link(subject: CheckContext, _places: CloudConfig) -> str:
    """The pull request's own page of checks."""
    return f"{subject.pull_url}/checks" if subject.pull_url else ""


CHECK = Check(
    name="pull_checks",
    title="Pull request's checks",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE}),
    applies=applies,
)
