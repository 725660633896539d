"""What mibot remembers, in SQLite or PostgreSQL."""

from bot.adapters.store.database import Database
from bot.adapters.store.outbox import SqlOutbox
from bot.adapters.store.sql_store import SqlStore

__all__ = ["Database", "SqlOutbox", "SqlStore"]
