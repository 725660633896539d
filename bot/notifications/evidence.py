"""The comment on an upgrade's pull request that proves what was done (domain.md, "Rules")."""

from __future__ import annotations

from bot.domain.chat import markers
from bot.domain.notifications.posts import PullCommentPost
from bot.domain.notifications.transition import Transition
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.notifications import Channel, NotificationContext
from bot.rendering.notifications import render_evidence_comment


def wants(transition: Transition) -> bool:
    """An upgrade has evidence if it succeeded, and if something went wrong after its merge."""
    after = transition.after
    if after.pull_request.number is None:
        return False
    if transition.entered(Stage.DONE, Stage.ROLLED_BACK):
        return True
    failed = transition.entered(Stage.FAILED) or (transition.entered(Stage.HELD) and after.deployed)
    return failed and after.merged_at is not None


def post(upgrade: Upgrade, context: NotificationContext) -> PullCommentPost | None:
    if upgrade.pull_request.number is None:
        return None
    body = render_evidence_comment(upgrade, context.tracker.url if context.tracker else "")
    return PullCommentPost(upgrade.pull_request.number, markers.evidence(upgrade.kind), body)


CHANNEL = Channel("evidence", wants, post, latest_only=True)
