"""Cursors in SQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import cursors


class SqlCursors(SqlRecords):
    """Implements `CursorStore`."""

    def cursor(self, name: str) -> datetime | None:
        with self._database.transaction() as connection:
            value: datetime | None = connection.execute(
                select(cursors.c.value).where(cursors.c.name == name)
            ).scalar_one_or_none()
        return None if value is None else as_utc(value)

    def set_cursor(self, name: str, value: datetime) -> None:
        with self._database.transaction() as connection:
            upsert(connection, cursors, {"name": name}, {"value": value.astimezone(UTC)})


def as_utc(value: datetime) -> datetime:
    """A stored time. SQLite forgets the zone, which is UTC."""
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
