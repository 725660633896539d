"""The comment on the tracker that mentions the people on call, once for each upgrade that fails after its merge.

It is a comment of its own each time, because an edit notifies nobody.
"""

from __future__ import annotations

from bot.domain.chat import markers
from bot.domain.notifications.posts import IssueCommentPost
from bot.domain.notifications.transition import Transition
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown
from bot.notifications import Channel, NotificationContext
from bot.rendering.notifications import render_mention


def wants(transition: Transition) -> bool:
    after = transition.after
    return transition.entered(Stage.FAILED) and after.merged_at is not None and after.pull_request.number is not None


def post(upgrade: Upgrade, context: NotificationContext) -> IssueCommentPost | None:
    if context.tracker is None or not context.on_call or upgrade.pull_request.number is None:
        return None
    marker = markers.mention(upgrade.pull_request.number, len(upgrade.history))
    body = render_mention(context.renderer, upgrade, context.on_call, Markdown(marker))
    return IssueCommentPost(context.tracker.issue, marker, body)


CHANNEL = Channel("mention", wants, post)
