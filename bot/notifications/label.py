"""The label of a pull request whose instance is proven healthy."""

from __future__ import annotations

from bot.domain.notifications.posts import LabelPost
from bot.domain.notifications.transition import Transition
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.notifications import Channel, NotificationContext

LABELS = {Stage.DONE: "mi-upgrade-done", Stage.ROLLED_BACK: "mi-rolled-back"}


def wants(transition: Transition) -> bool:
    return transition.entered(*LABELS) and transition.after.pull_request.number is not None


def post(upgrade: Upgrade, context: NotificationContext) -> LabelPost | None:  # noqa: ARG001 - as every channel
    if upgrade.pull_request.number is None or upgrade.stage not in LABELS:
        return None
    return LabelPost(upgrade.pull_request.number, (LABELS[upgrade.stage],))


CHANNEL = Channel("label", wants, post, latest_only=True)
