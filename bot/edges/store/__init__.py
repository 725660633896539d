"""What mibot remembers, in SQLite or PostgreSQL."""

from bot.edges.store.database import Database
from bot.edges.store.ledger import SqlLedger

__all__ = ["Database", "SqlLedger"]
