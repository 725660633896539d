"""The check run on the head commit of an upgrade's pull request: the results of the pre-upgrade checks."""

from __future__ import annotations

from bot.domain.notifications.posts import CheckRunPost
from bot.domain.notifications.transition import Transition
from bot.domain.upgrade.record import Upgrade
from bot.notifications import Channel, NotificationContext
from bot.rendering.notifications import render_pre_upgrade_check


def wants(transition: Transition) -> bool:
    return transition.changed(_verdict)


def _verdict(upgrade: Upgrade) -> object:
    """What makes a check run new. How long a check took, and in which words it says the same, does not.

    Records without a history are of early versions of mibot, which had no check runs.
    """
    pull, results = upgrade.pull_request, upgrade.verification.before
    if not results or not pull.head or pull.number is None or not upgrade.history:
        return None
    force = upgrade.force.why if upgrade.force else ""
    return (pull.head, tuple((one.name, one.state) for one in results), force, pull.obstacle)


def post(upgrade: Upgrade, context: NotificationContext) -> CheckRunPost:  # noqa: ARG001 - every channel takes the same
    return CheckRunPost(upgrade.pull_request.head, render_pre_upgrade_check(upgrade))


CHANNEL = Channel("check_run", wants, post, latest_only=True)
