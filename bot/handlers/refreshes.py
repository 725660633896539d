"""The effects that refresh whatever shows an upgrade or a preparation."""

from __future__ import annotations

from bot.domain.chat.effects import RefreshReply
from bot.domain.effects import Effect
from bot.domain.tracker.effects import RefreshTracker
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.ports.store import ReplyIndex


def refresh_effects(store: ReplyIndex, upgrade: Upgrade) -> list[Effect]:
    """For every reply and tracker that shows the upgrade."""
    replies = store.replies_about(upgrade.slug, upgrade.version)
    return [*(RefreshReply(comment) for comment in replies), RefreshTracker(str(upgrade.version))]


def preparation_refresh_effects(store: ReplyIndex, preparation: Preparation) -> list[Effect]:
    """For every reply and tracker that shows the preparation."""
    replies = store.replies_about("", preparation.version)
    return [*(RefreshReply(comment) for comment in replies), RefreshTracker(str(preparation.version))]
