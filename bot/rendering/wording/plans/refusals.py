"""The words for refused plans."""

from __future__ import annotations

from bot.domain.fleet.config_file import CONFIG_FILE
from bot.domain.fleet.inventory import FIRST_INSTANCE, TFVARS_FILE
from bot.domain.fleet.model import MarkedSkipped, Suspended
from bot.domain.fleet.tfvars import DEPLOYMENTS_VARIABLE
from bot.domain.plans.reasons.refusals import (
    AlreadyRolledBack,
    CandidateRefused,
    HistoryProblem,
    LeftOut,
    NobodyGoesThere,
    NotPrepared,
    RollbackGoldenMissing,
    RollbackTooFar,
    UnknownVersion,
    UnusableHistory,
    VersionHeld,
)
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.plans.images import describe_mistagged

_HISTORY = {
    HistoryProblem.NO_EARLIER_LINK: "Git shows no upgrade of it: its link never changed.",
    HistoryProblem.UNREADABLE_MERGE: "its link was changed by a merge that mibot can't read; roll back by hand.",
    HistoryProblem.NOT_GOLDEN: "what it ran before its last change is not a golden file; roll back by hand.",
}


@describe.register
def _(reason: LeftOut) -> str:
    match reason.skip:
        case Suspended():
            way_in = f"resume it, so that {DEPLOYMENTS_VARIABLE} in its {TFVARS_FILE} is not empty"
        case MarkedSkipped():
            way_in = f"remove upgrade.skip from its {CONFIG_FILE}"
        case _:
            way_in = f"set releaseChannel to stable in its {CONFIG_FILE}"
    return f"it is left out of release upgrades: {describe(reason.skip)}. To include it, {way_in}."


@describe.register
def _(reason: UnknownVersion) -> str:
    instead = f" The nearest version is {reason.nearest}." if reason.nearest else ""
    return f"upstream has no tag for version {reason.version}.{instead}"


@describe.register
def _(reason: NobodyGoesThere) -> str:
    version, oldest, newest = reason.version, reason.oldest, reason.newest
    running = f"they run {oldest}" if oldest == newest else f"they run {oldest} to {newest}"
    way = f" Prepare {reason.next_version} first." if reason.next_version else ""
    users = f"{reason.executors_users} instance{'s' if reason.executors_users > 1 else ''}"
    pins = f" It would also pin the executors modules of {users} to {version}." if reason.executors_users else ""
    return f"no instance may go to {version} next: {running}.{way}{pins}"


@describe.register
def _(reason: CandidateRefused) -> str:
    instead = f", such as {reason.release}" if reason.release else ""
    return f"release candidates go to {FIRST_INSTANCE} only; upgrade it to a release{instead}."


@describe.register
def _(reason: NotPrepared) -> str:
    return f"{reason.version.golden_path} is not in the deployment repository yet."


@describe.register
def _(reason: VersionHeld) -> str:
    version = reason.version
    return (
        f"{version} is held: images from the publisher do not have the tag {version}: "
        f"{describe_mistagged(reason.images)}. "
        f"If this is intended, an operator comments /prepare {version} --accept-tags."
    )


@describe.register
def _(reason: UnusableHistory) -> str:
    return _HISTORY[reason.problem]


@describe.register
def _(reason: AlreadyRolledBack) -> str:
    return (
        f"its last change was already a rollback, from {reason.old} to {reason.new}. "
        "To upgrade it again, comment /upgrade."
    )


@describe.register
def _(reason: RollbackGoldenMissing) -> str:
    path = reason.version.golden_path
    return f"{path}, which it ran before, no longer exists; restore that file first."


@describe.register
def _(reason: RollbackTooFar) -> str:
    return (
        f"it went from {reason.old} to {reason.new}, which is more than one minor version; "
        "rolling back that far is not safe."
    )
