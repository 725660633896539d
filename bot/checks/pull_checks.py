"""The pull request's own checks, before its upgrade: what people and other Apps say of the commit it would merge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckState,
    CloudConfig,
    Phase,
    Verdict,
    unavailable_verdict,
)
from bot.domain.health.queries import Answer, CommitStatus, CommitStatusQuery
from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.markdown import one_line, truncate

_MAX_NAMED = 5
_MAX_NAME_LENGTH = 80


@stored("pull_checks.check", name="name", required="required")
@dataclass(frozen=True)
class NamedCheck:
    """A check of the pull request. `name` is people's text in one line, empty if it has none."""

    name: str
    required: bool = False


@stored("pull_checks.checks", count="count", named="named")
@dataclass(frozen=True)
class NamedChecks:
    """How many checks there are, and the first of them, the required ones before the others."""

    count: int = 0
    named: tuple[NamedCheck, ...] = ()


@stored("pull_checks.failed", failed="failed")
@dataclass(frozen=True)
class PullChecksFailed(Reason):
    """Some checks of the pull request failed."""

    failed: NamedChecks


@stored("pull_checks.unfinished", pending="pending", missing="missing")
@dataclass(frozen=True)
class PullChecksUnfinished(Reason):
    """Some checks are under way (`pending`), or are required and have not reported (`missing`)."""

    pending: NamedChecks
    missing: NamedChecks


@stored("pull_checks.passed", count="count")
@dataclass(frozen=True)
class PullChecksPassed(Reason):
    """All checks passed. Without any, `count` is 0: none are required and none reported."""

    count: int


def applies(context: CheckContext, _config: CloudConfig) -> bool:
    return bool(context.head)


def query(context: CheckContext, _config: CloudConfig) -> CommitStatusQuery:
    return CommitStatusQuery(context.head)


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if nothing failed, nothing is under way, and everything required has reported."""
    if not isinstance(answer, CommitStatus):
        return unavailable_verdict(answer)
    checks, required = answer.checks, answer.required
    if checks.failed:
        return Verdict(CheckState.FAIL, PullChecksFailed(_name(checks.failed, required)))
    missing = required - answer.seen
    if checks.pending or missing:
        finding = PullChecksUnfinished(_name(checks.pending, required), _name(missing))
        return Verdict(CheckState.UNKNOWN, finding)
    return Verdict(CheckState.PASS, PullChecksPassed(len(answer.seen)))


def _name(names: Collection[str], required: Collection[str] = ()) -> NamedChecks:
    required_first = sorted(names, key=lambda name: (name not in required, name))
    named = (NamedCheck(truncate(one_line(name), _MAX_NAME_LENGTH), name in required) for name in required_first)
    return NamedChecks(len(names), tuple(named)[:_MAX_NAMED])


def link(context: CheckContext, _config: CloudConfig) -> str:
    """The pull request's own page of checks."""
    return f"{context.pull_url}/checks" if context.pull_url else ""


CHECK = Check(
    name="pull_checks",
    title="Pull request checks",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE}),
    applies=applies,
)
