"""The words for why an upgrade moved on, or does not."""

from __future__ import annotations

from bot.domain.upgrade.reasons import progress as reasons
from bot.domain.upgrade.reasons.progress import Milestone
from bot.rendering.wording.dispatch import clause, describe

_MILESTONES = {
    Milestone.SLOT_CLAIMED: "a slot is free",
    Milestone.DEPLOYMENT_SUCCEEDED: "its deployment succeeded",
    Milestone.DEPLOYED_MANUALLY: "deployed by hand",
    Milestone.RETRY_REQUESTED: "to be deployed again",
    Milestone.RECHECK_REQUESTED: "to be checked again",
}


@describe.register
def _(reason: reasons.Reached) -> str:
    return _MILESTONES[reason.milestone]


@describe.register
def _(reason: reasons.Forced) -> str:
    return f"forced: {reason.why}"


@describe.register
def _(reason: reasons.Delayed) -> str:
    return f"delayed: {clause(reason.reason)}; mibot will try again"


@describe.register
def _(reason: reasons.NeedsPerson) -> str:
    return f"held: {clause(reason.reason)}; mibot goes on by itself once that is mended"


@describe.register
def _(reason: reasons.Waiting) -> str:
    return f"waits {clause(reason.obstacle)}"


@describe.register
def _(_: reasons.InstanceLeft) -> str:
    return (
        "its folder is no longer in the deployment repository: if it was renamed, order the upgrade under the new "
        "name; /cancel settles this one"
    )


@describe.register
def _(_: reasons.InstanceUnreadable) -> str:
    return "the instance can't be read from the deployment repository any more; see the end of the tracker"


@describe.register
def _(_: reasons.NoTracker) -> str:
    return "its version has no tracker; label the release issue first"
