"""The whole store in SQL."""

from __future__ import annotations

from bot.adapters.store.blobs import SqlBlobs
from bot.adapters.store.creations import SqlCreations
from bot.adapters.store.cursors import SqlCursors
from bot.adapters.store.outbox import SqlOutbox
from bot.adapters.store.preparations import SqlPreparations
from bot.adapters.store.replies import SqlReplies
from bot.adapters.store.trackers import SqlTrackers
from bot.adapters.store.upgrades import SqlUpgrades


class SqlStore(SqlUpgrades, SqlPreparations, SqlTrackers, SqlReplies, SqlCursors, SqlOutbox, SqlBlobs, SqlCreations):
    """All records in one database, so that one transaction can change several of them."""
