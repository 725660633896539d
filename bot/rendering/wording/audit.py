"""The words for what is missing of the evidence, and for instances without a record."""

from __future__ import annotations

from bot.domain.audit import gaps
from bot.domain.audit.evidence import BroughtByHand, NotRequested, RunsLater
from bot.domain.audit.gaps import Control
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.rendering.wording.dispatch import describe

_PROOFS = {
    Control.MONITORING: "no critical alert was open",
    Control.UPTIME: "the front page could be reached",
    Control.PERFORMANCE: "search was fast enough (99th percentile)",
}
_BACKUP_HINT = "name an earlier one that people or the workflow took, and comment /backup to take one now"


@describe.register
def _(reason: gaps.EarlierGap) -> str:
    return f"About the earlier {reason.kind}: {describe(reason.gap)}"


@describe.register
def _(reason: gaps.NoPullRequest) -> str:
    return f"There is no pull request, and the stage is {reason.stage}: make sure that one is opened."


@describe.register
def _(reason: gaps.NotApproved) -> str:
    who = "Only bots approved" if reason.by_bots else "Nobody approved"
    when = "before its merge: have a person review it now" if reason.merged else "yet: have a person review it"
    return f"{who} the pull request {when}."


@describe.register
def _(reason: gaps.NoApprovalCounts) -> str:
    words = describe(reason.missing)
    return f"{words[0].upper()}{words[1:]}."


@describe.register
def _(reason: gaps.NotMerged) -> str:
    return f"The pull request is not merged (stage: {reason.stage}): merge it, or close it."


@describe.register
def _(_: gaps.MergerUnknown) -> str:
    return "It is unknown who merged the pull request: look it up on GitHub, and record who it was."


@describe.register
def _(reason: gaps.MergedByBot) -> str:
    return f"The pull request was merged by {reason.login}, not by a person: record who decided that."


@describe.register
def _(reason: gaps.NoPreUpgradeChecks) -> str:
    how = "show its health at that time from the monitoring" if reason.merged else "they run before the deployment"
    return f"No health check ran before the upgrade, and nobody forced it: {how}."


@describe.register
def _(reason: gaps.UnhealthyBefore) -> str:
    what = f"Before the upgrade, {describe(reason.checks)}, and nobody forced it"
    return f"{what}: have an operator record why it could proceed."


@describe.register
def _(_: gaps.FirstInstanceNotDone) -> str:
    what = f"No record shows that {FIRST_INSTANCE} was done before this was merged, and nobody forced it"
    return f"{what}: show the state of {FIRST_INSTANCE} at that time, or have an operator record the reason."


@describe.register
def _(_: gaps.NoTracker) -> str:
    return "No tracker lists it: add mibot's label to the release issue."


@describe.register
def _(_: gaps.UndoneUpgradeUnknown) -> str:
    return "mibot has no record of the upgrade that was rolled back: show its pull request, approval and checks."


@describe.register
def _(reason: gaps.NotFinished) -> str:
    checks = f", and after the deployment, {describe(reason.checks)}" if reason.checks else ""
    otherwise = "roll back with /rollback" if reason.merged else "close its pull request"
    return f"It is {reason.stage}, not {reason.end}{checks}: complete it, or {otherwise}."


@describe.register
def _(reason: gaps.UnhealthyAfter) -> str:
    what = f"It is {reason.end}, but after the deployment, {describe(reason.checks)}"
    return f"{what}: fix the problem, and show with /check that the instance is healthy."


@describe.register
def _(reason: gaps.CheckNotPassed) -> str:
    how = "did not run" if reason.state is None else f"was {reason.state}"
    proof = _PROOFS[reason.control]
    what = f"Nothing shows that {proof} after the deployment, because the check {reason.check} {how}"
    return f"{what}: fix it, then comment /check."


@describe.register
def _(reason: gaps.BackupNotReady) -> str:
    what = f"No {reason.kind} is ready, and the stage is {reason.stage}"
    return f"{what}: make sure that there is one before the deployment."


@describe.register
def _(reason: gaps.BackupNotTaken) -> str:
    return f"No {reason.kind} was taken before the deployment: {_BACKUP_HINT}."


@describe.register
def _(reason: gaps.BackupIncomplete) -> str:
    name = reason.name or "without a name"
    return f"The {reason.kind} {name} is {reason.state}, not ready: {_BACKUP_HINT}."


@describe.register
def _(reason: gaps.BackupTooLate) -> str:
    return f"The {reason.kind} was started after the deployment was requested: {_BACKUP_HINT}."


@describe.register
def _(reason: BroughtByHand) -> str:
    return f"it was upgraded to {reason.version} by hand: show who did that, and who approved it"


@describe.register
def _(reason: RunsLater) -> str:
    return f"it runs {reason.version}, which is newer"


@describe.register
def _(reason: NotRequested) -> str:
    return f"it runs {reason.version}, and nobody has requested its upgrade"
