"""The words for what the health checks of an upgrade say."""

from __future__ import annotations

from bot.domain.upgrade.reasons import checks as reasons
from bot.rendering.wording.dispatch import describe

_RESUME_HINT = (
    'mibot checks again and continues when all checks are green; an operator can override this with --force "reason"'
)
_ACCEPT_HINT = 'fix it and comment /check, or accept it with /check INSTANCE --accept "what you saw"'


@describe.register
def _(reason: reasons.PreChecksFailing) -> str:
    return f"before the deployment, {describe(reason.checks)}; {_RESUME_HINT}"


@describe.register
def _(reason: reasons.NotHealthyYet) -> str:
    return f"{describe(reason.checks)}; it has until {reason.until:%H:%M} UTC to become green"


@describe.register
def _(reason: reasons.Unhealthy) -> str:
    return f"after the deployment, {describe(reason.checks)}"


@describe.register
def _(reason: reasons.HealthUnknown) -> str:
    return f"health {describe(reason.checks)}; {_ACCEPT_HINT}"


@describe.register
def _(reason: reasons.HealthySince) -> str:
    return f"all green since {reason.since:%H:%M:%S} UTC, and must stay green until {reason.until:%H:%M:%S}"


@describe.register
def _(reason: reasons.ChecksPassed) -> str:
    return f"{reason.count} checks passed"
