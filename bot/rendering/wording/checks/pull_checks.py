"""Words for the pull request's own checks."""

from __future__ import annotations

from bot.checks.pull_checks import (
    NamedCheck,
    NamedChecks,
    PullChecksFailed,
    PullChecksPassed,
    PullChecksUnfinished,
)
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: PullChecksFailed) -> str:
    return f"Failed on the pull request: {_list(reason.failed)}."


@describe.register
def _(reason: PullChecksUnfinished) -> str:
    parts = [f"still running: {_list(reason.pending)}"] if reason.pending.count else []
    parts += [f"required and not reported yet: {_list(reason.missing)}"] if reason.missing.count else []
    return f"The pull request's checks are not complete ({'; '.join(parts)})."


@describe.register
def _(reason: PullChecksPassed) -> str:
    if not reason.count:
        return "No checks are required on the pull request and none reported."
    passed = "The only check" if reason.count == 1 else f"All {reason.count} checks"
    return f"{passed} of the pull request passed."


def _list(checks: NamedChecks) -> str:
    more = checks.count - len(checks.named)
    return ", ".join(map(_describe_check, checks.named)) + (f" and {more} more" if more > 0 else "")


def _describe_check(check: NamedCheck) -> str:
    return (check.name or "(without a name)") + (" (required)" if check.required else "")
