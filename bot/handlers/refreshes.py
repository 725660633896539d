"""The places that show something: refreshing one that is up to date costs nothing."""

from __future__ import annotations

from bot.domain.chat.effects import RefreshReply
from bot.domain.effects import Effect
from bot.domain.tracker.effects import RefreshTracker
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.ports.store import ReplyIndex


def refresh_effects(ledger: ReplyIndex, upgrade: Upgrade) -> list[Effect]:
    """Every place that shows this upgrade."""
    replies = ledger.replies_about(upgrade.slug, upgrade.version)
    return [*(RefreshReply(comment) for comment in replies), RefreshTracker(str(upgrade.version))]


def preparation_refresh_effects(ledger: ReplyIndex, preparation: Preparation) -> list[Effect]:
    """Every place that shows this preparation."""
    replies = ledger.replies_about("", preparation.version)
    return [*(RefreshReply(comment) for comment in replies), RefreshTracker(str(preparation.version))]
