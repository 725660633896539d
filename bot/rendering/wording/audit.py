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
_BACKUP_HINT = "name one from before it that people or the workflow took, and say /backup to have one now"


@describe.register
def _(reason: gaps.EarlierGap) -> str:
    return f"About the earlier {reason.kind}: {describe(reason.gap)}"


@describe.register
def _(reason: gaps.NoPullRequest) -> str:
    return f"There is no pull request, and it is {reason.stage}: see to it that one is opened."


@describe.register
def _(reason: gaps.NotApproved) -> str:
    who = "Only bots approved" if reason.by_bots else "Nobody approved"
    when = "before its merge: have a person review it now" if reason.merged else "yet: have a person review it"
    return f"{who} the pull request {when}."


@describe.register
def _(reason: gaps.NotMerged) -> str:
    return f"The pull request is not merged, it is {reason.stage}: merge it, or close it."


@describe.register
def _(_: gaps.MergerUnknown) -> str:
    return "It is not known who merged the pull request: look there, and note who it was."


@describe.register
def _(reason: gaps.MergedByBot) -> str:
    return f"No person merged the pull request, but {reason.login}: note who decided that."


@describe.register
def _(reason: gaps.NoPreUpgradeChecks) -> str:
    how = "show its health then from the monitoring" if reason.merged else "they run before the deployment"
    return f"No health check ran before the upgrade, and nobody forced it: {how}."


@describe.register
def _(reason: gaps.UnhealthyBefore) -> str:
    what = f"Before the upgrade, {describe(reason.checks)}, and nobody forced it"
    return f"{what}: have an operator note why it could go all the same."


@describe.register
def _(_: gaps.FirstInstanceNotDone) -> str:
    what = f"No record shows that {FIRST_INSTANCE} was done before this was merged, and nobody forced it"
    return f"{what}: show how {FIRST_INSTANCE} was, or have an operator note the reason."


@describe.register
def _(_: gaps.NoTracker) -> str:
    return "There is no tracker that lists it: hand the release issue to mibot by its label."


@describe.register
def _(_: gaps.UndoneUpgradeUnknown) -> str:
    return "mibot has no record of the upgrade that was undone: show its pull request, approval and checks."


@describe.register
def _(reason: gaps.NotFinished) -> str:
    checks = f", and after the deployment, {describe(reason.checks)}" if reason.checks else ""
    otherwise = "go back with /rollback" if reason.merged else "close its pull request"
    return f"It is {reason.stage}, not {reason.end}{checks}: see it through, or {otherwise}."


@describe.register
def _(reason: gaps.UnhealthyAfter) -> str:
    what = f"It is {reason.end}, but after the deployment, {describe(reason.checks)}"
    return f"{what}: repair what is wrong, and show with /check that all is well."


@describe.register
def _(reason: gaps.CheckNotPassed) -> str:
    how = "did not run" if reason.state is None else f"was {reason.state}"
    proof = _PROOFS[reason.control]
    what = f"Nothing shows that {proof} after the deployment, for the check {reason.check} {how}"
    return f"{what}: see to it, then say /check."


@describe.register
def _(reason: gaps.BackupNotReady) -> str:
    what = f"There is no {reason.kind} that is ready, and it is {reason.stage}"
    return f"{what}: see that there is one before its deployment."


@describe.register
def _(reason: gaps.BackupNotTaken) -> str:
    return f"No {reason.kind} was taken before the deployment: {_BACKUP_HINT}."


@describe.register
def _(reason: gaps.BackupIncomplete) -> str:
    name = reason.name or "without a name"
    return f"The {reason.kind} {name} is {reason.state}, not ready: {_BACKUP_HINT}."


@describe.register
def _(reason: gaps.BackupTooLate) -> str:
    return f"The {reason.kind} was begun after the deployment had been asked for: {_BACKUP_HINT}."


@describe.register
def _(reason: BroughtByHand) -> str:
    return f"it was brought to {reason.version} by hand: show who did that, and who approved it"


@describe.register
def _(reason: RunsLater) -> str:
    return f"it runs {reason.version}, which is later"


@describe.register
def _(reason: NotRequested) -> str:
    return f"it runs {reason.version}, and nobody has asked for its upgrade"
