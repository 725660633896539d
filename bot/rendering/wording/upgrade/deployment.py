"""The words for how the deployment of an upgrade goes."""

from __future__ import annotations

from bot.domain.upgrade.reasons import deployment as reasons
from bot.domain.upgrade.reasons.deployment import RunProblem, RunWait
from bot.rendering.wording.dispatch import clause, describe
from bot.rendering.wording.upgrade.durations import format_duration


@describe.register
def _(reason: reasons.RunInProgress) -> str:
    return f"its run is {reason.status.replace('_', ' ')}"


@describe.register
def _(reason: reasons.RunTimedOut) -> str:
    return f"its deployment has not ended within {format_duration(reason.seconds)}"


@describe.register
def _(reason: reasons.RunFailed) -> str:
    if not reason.jobs:
        return f"the run ended with {reason.conclusion or 'no conclusion'}"
    parts = [f"job {one.job}{f', step {one.step}' if one.step else ''}" for one in reason.jobs]
    return f"{'; '.join(parts)} ({reason.conclusion})"


@describe.register
def _(reason: reasons.DeploymentFailed) -> str:
    return f"its deployment failed: {clause(reason.failure)}"


@describe.register
def _(reason: reasons.DispatchRejected) -> str:
    return f"its deployment could not be started: {clause(reason.reason)}"


@describe.register
def _(reason: reasons.RunNotStarted) -> str:
    return f"no run of {reason.workflow} started within {format_duration(reason.seconds)}"


@describe.register
def _(reason: reasons.RunUnknown) -> str:
    match reason.problem:
        case RunProblem.GONE:
            return "the run of its deployment is gone from GitHub"
        case RunProblem.AMBIGUOUS:
            return "several runs may belong to it: find out which one does, then comment /deployed or /retry"


@describe.register
def _(reason: reasons.AwaitingRun) -> str:
    match reason.wait:
        case RunWait.APPEARING:
            return "waiting for its run to appear on GitHub"
        case RunWait.UNCONFIRMED:
            return "GitHub did not confirm the start; waiting for its run to appear"
        case RunWait.OTHER_UPGRADE:
            return "waits for the run of another deployment to appear"


@describe.register
def _(reason: reasons.AwaitingManualDeployment) -> str:
    return f"deploy {reason.version} by hand, then an operator comments /deployed"


@describe.register
def _(reason: reasons.EarlierRunInProgress) -> str:
    return f"for the end of an earlier deployment, {reason.run_url}: cancel it, or let it end"


@describe.register
def _(_: reasons.EarlierRunMayAppear) -> str:
    return "for the run of an earlier deployment, which may still appear on GitHub"
