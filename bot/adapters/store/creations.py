"""The journal of creations in SQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.adapters.store.cursors import as_utc
from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import creations
from bot.domain.flow.creations import RETENTION, Creation


class SqlCreations(SqlRecords):
    """Implements `CreationJournal`."""

    def creation(self, key: str) -> Creation | None:
        with self._database.transaction() as connection:
            row = connection.execute(select(creations).where(creations.c.key == key)).first()
        if row is None:
            return None
        since = None if row.unclear_since is None else as_utc(row.unclear_since)
        known_since = None if row.number is None else as_utc(row.changed_at)
        return Creation(row.key, row.attempt, row.number, since, known_since)

    def begin_creation(self, key: str, before: Creation | None, now: datetime) -> bool:
        values = {"number": None, "unclear_since": None, "changed_at": now.astimezone(UTC)}
        try:
            with self._database.transaction() as connection:
                if before is None:
                    old = (creations.c.number.is_not(None), creations.c.changed_at < now.astimezone(UTC) - RETENTION)
                    connection.execute(delete(creations).where(*old))
                    connection.execute(insert(creations).values(key=key, attempt=1, **values))
                    return True
                unchanged = (creations.c.key == key, creations.c.attempt == before.attempt)
                again = update(creations).where(*unchanged).values(attempt=before.attempt + 1, **values)
                return connection.execute(again).rowcount == 1
        except IntegrityError:  # there is an entry by now
            return False

    def mark_creation_unclear(self, key: str, since: datetime) -> None:
        clear = (creations.c.key == key, creations.c.number.is_(None), creations.c.unclear_since.is_(None))
        values = {"unclear_since": since.astimezone(UTC), "changed_at": since.astimezone(UTC)}
        with self._database.transaction() as connection:
            connection.execute(update(creations).where(*clear).values(**values))

    def finish_creation(self, key: str, number: int, now: datetime) -> None:
        values = {"number": number, "unclear_since": None, "changed_at": now.astimezone(UTC)}
        with self._database.transaction() as connection:
            upsert(connection, creations, {"key": key}, values, {"attempt": 1})

    def forget_creation(self, key: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(creations).where(creations.c.key == key, creations.c.number.is_(None)))
