"""The pull request's own checks, before its upgrade: what people and other Apps say of the commit it would merge."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.health.model import Check, Judgement, Phase, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, CommitQuery, CommitSignals
from bot.formats.markdown import one_line, shorten

MOST_NAMED = 5
LONGEST_NAME = 80


def applies(subject: Subject, _places: Places) -> bool:
    return bool(subject.head)


def query(subject: Subject, _places: Places) -> CommitQuery:
    return CommitQuery(subject.head)


def judge(_subject: Subject, answer: Answer) -> Judgement:
    """Pass only when nothing failed, nothing is under way, and everything required has reported."""
    if not isinstance(answer, CommitSignals):
        return no_answer(answer)
    checks, required = answer.checks, answer.required
    if checks.failed:
        return Judgement(State.FAIL, f"Failed on the pull request: {_named(checks.failed, required)}.")
    absent = required - answer.seen
    if checks.pending or absent:
        parts = [f"still under way: {_named(checks.pending, required)}"] if checks.pending else []
        parts += [f"required and not reported yet: {_named(absent)}"] if absent else []
        return Judgement(State.UNKNOWN, f"The pull request's checks are not done ({'; '.join(parts)}).")
    if not answer.seen:
        return Judgement(State.PASS, "No checks are required on the pull request and none reported.")
    count = len(answer.seen)
    passed = "The one check" if count == 1 else f"All {count} checks"
    return Judgement(State.PASS, f"{passed} of the pull request passed.")


def _named(names: Iterable[str], required: Iterable[str] = ()) -> str:
    """The names as people gave them, the required ones first and marked."""
    first = sorted(names, key=lambda name: (name not in required, name))
    shown = [_shown(name) + (" (required)" if name in required else "") for name in first[:MOST_NAMED]]
    more = len(first) - MOST_NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _shown(name: str) -> str:
    return shorten(one_line(name), LONGEST_NAME) or "(without a name)"


def link(subject: Subject, _places: Places) -> str:
    """The pull request's own page of checks."""
    return f"{subject.pull_url}/checks" if subject.pull_url else ""


CHECK = Check(
    name="pull_checks",
    title="Pull request's checks",
    query=query,
    judge=judge,
    link=link,
    phases=frozenset({Phase.BEFORE}),
    applies=applies,
)
