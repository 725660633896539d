"""The words for why an upgrade waits for others. They continue "waiting: " or "waits "."""

from __future__ import annotations

from bot.domain.rollout import reasons
from bot.domain.rollout.reasons import FirstInstanceProblem, GoldenFileState
from bot.rendering.wording.dispatch import clause, describe

_FORCE_HINT = 'an operator can start it now with --force "reason"'


@describe.register
def _(reason: reasons.TrackerClosed) -> str:
    return f"the tracker of {reason.version}, #{reason.issue}, is closed: nothing starts until it is reopened"


@describe.register
def _(reason: reasons.TrackerGone) -> str:
    return f"the tracker of {reason.version}, #{reason.issue}, is gone: /upgrade or /adopt opens a new one"


@describe.register
def _(reason: reasons.SlotsTaken) -> str:
    others = "1 upgrade is" if reason.limit == 1 else f"{reason.limit} upgrades are"
    return f"for a free slot, {others} in flight"


@describe.register
def _(_: reasons.InstanceInFlight) -> str:
    return "for the other upgrade of this instance, which is in flight"


@describe.register
def _(reason: reasons.Forceable) -> str:
    return f"{clause(reason.obstacle)}; {_FORCE_HINT}"


@describe.register
def _(reason: reasons.RolloutHalted) -> str:
    names = ", ".join(name or "an instance that is no longer in the fleet" for name in reason.instances)
    return f"for {names}, whose upgrade to {reason.version} failed: the rollout is halted"


@describe.register
def _(reason: reasons.FirstInstanceNotReady) -> str:
    match reason.problem:
        case FirstInstanceProblem.NOT_UPGRADED:
            return f"for {reason.instance}, which has not been upgraded to {reason.version} yet"
        case FirstInstanceProblem.RED:
            return f"for {reason.instance}, which is red"
        case FirstInstanceProblem.CHECKS_NOT_PASSING:
            return f"for {reason.instance}, whose health checks are not all green"


@describe.register
def _(reason: reasons.FirstInstanceInDeployment) -> str:
    return f"for {reason.instance}, which is {reason.stage}"


@describe.register
def _(reason: reasons.InternalInstancesRed) -> str:
    return f"for {', '.join(reason.instances)}: an internal instance is red"


@describe.register
def _(reason: reasons.LeftOut) -> str:
    return f"until it takes part in release upgrades again: {clause(reason.reason)}"


@describe.register
def _(reason: reasons.GoldenFileMissing) -> str:
    file = reason.version.golden_path
    match reason.state:
        case GoldenFileState.BEING_PREPARED:
            return f"for {file}, which is being prepared"
        case GoldenFileState.NOT_MERGED:
            return f"for {file}: its pull request must be merged first"
        case GoldenFileState.REMOVED:
            return f"for {file}, which was removed: restore it"


@describe.register
def _(reason: reasons.PreparationNotAccepted) -> str:
    command = f"/prepare {reason.version} --accept-tags"
    return f"for {reason.version.golden_path}: {clause(reason.difference)}; an operator accepts it with {command}"


@describe.register
def _(reason: reasons.PreparationEnded) -> str:
    why = clause(reason.reason) if reason.reason else ""
    return f"for {reason.version.golden_path}: {why}; /prepare {reason.version} tries again"
