"""The words for what happens to the pull requests of upgrades, rollbacks and preparations."""

from __future__ import annotations

from bot.domain.upgrade.reasons import pull_requests as reasons
from bot.domain.upgrade.reasons.pull_requests import PullRequestEnd
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import clause, describe


@describe.register
def _(reason: reasons.PullRequestOpened) -> str:
    return f"pull request #{reason.number}"


@describe.register
def _(reason: reasons.PullRequestEnded) -> str:
    match reason.end:
        case PullRequestEnd.CLOSED:
            return "its pull request was closed without a merge"
        case PullRequestEnd.GONE:
            return "its pull request is gone"
        case PullRequestEnd.MERGED_ELSEWHERE:
            return f"its pull request was merged into {reason.branch}, not into the base branch: nothing is deployed"


@describe.register
def _(reason: reasons.BranchRebuilt) -> str:
    change = "the change is the same" if reason.same_change else "the overrides changed with it"
    return f"rebuilt on {reason.base_commit[:7]} because the base branch moved; {change}"


@describe.register
def _(_: reasons.PushedByOthers) -> str:
    return "people pushed to its branch, so mibot leaves it alone"


@describe.register
def _(reason: reasons.ContentDiffers) -> str:
    said = [f"{count(reason.unexpected, 'file')} changed besides"] if reason.unexpected else []
    said += [f"{count(reason.missing, 'file')} not changed"] if reason.missing else []
    said += [f"{count(reason.different, 'file')} changed in another way"] if reason.different else []
    return f"its pull request is not what was planned: {', '.join(said)}"


@describe.register
def _(reason: reasons.NotComparable) -> str:
    return f"mibot can't tell whether its pull request is what was planned: {clause(reason.reason)}"


@describe.register
def _(reason: reasons.ContentNotAccepted) -> str:
    return f'{clause(reason.difference)}; an operator accepts it with /upgrade INSTANCE --force "reason"'


@describe.register
def _(reason: reasons.RebuildRefused) -> str:
    return f"its branch could not be rebuilt on the base branch: {clause(reason.reason)}"


@describe.register
def _(reason: reasons.ChangeImpossible) -> str:
    return f"the base branch moved, and now: {clause(reason.reason)}"


@describe.register
def _(_: reasons.NothingToChange) -> str:
    return "everything is already there"


@describe.register
def _(_: reasons.ChangeDiffers) -> str:
    return "the base branch moved, and the change would now be different: close its pull request, then try again"


@describe.register
def _(_: reasons.BranchTaken) -> str:
    return (
        "its branch exists in the deployment repository and holds other people's commits; "
        "delete that branch or open its pull request by hand, then try again"
    )


@describe.register
def _(_: reasons.PullRequestNotShown) -> str:
    return "GitHub says that its pull request exists, but shows none; try again"


@describe.register
def _(reason: reasons.RollbackEnded) -> str:
    match reason.end:
        case PullRequestEnd.CLOSED:
            how = "was closed without a merge"
        case PullRequestEnd.GONE:
            how = "is gone, with its pull request"
        case PullRequestEnd.MERGED_ELSEWHERE:
            how = f"was merged into {reason.branch}, not into the base branch: nothing is deployed"
    return f"its rollback by {reason.requested_by} {how}"


@describe.register
def _(reason: reasons.ApprovalMissing) -> str:
    said = [f"{_names(reason.stale)} approved an earlier commit"] if reason.stale else []
    said += [f"{_names(reason.requested)} approved what they requested themselves"] if reason.requested else []
    said += [f"{_names(reason.pushed)} approved what they pushed themselves"] if reason.pushed else []
    why = f" ({'; '.join(said)})" if said else ""
    if reason.merged:
        return f"merged without an approval that counts{why}: have another person review it now, and record that"
    return f"no approval of its pull request counts yet{why}: have another person approve it"


def _names(logins: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(logins[:-1]), logins[-1]]))


@describe.register
def _(reason: reasons.GoesElsewhere) -> str:
    return (
        f"its pull request would be merged into {reason.branch}, from where nothing is deployed: change its base "
        "branch back"
    )


@describe.register
def _(reason: reasons.RollbackRefused) -> str:
    return f"it can't be rolled back: {clause(reason.reason)}"


@describe.register
def _(reason: reasons.RollbackTooEarly) -> str:
    return f"it can't be rolled back, as {reason.requested_by} requested, before its deployment ends"
