"""The pace of all workers of one database, by its clock. One row has the time of the next turn to write."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, update

from bot.adapters.store.database import Database
from bot.adapters.store.statements import database_seconds, insert_into, larger
from bot.adapters.store.tables import pacing

_WRITE = "write"
_LONGEST_TURN = 60.0
_LONGEST_PAUSE = 3900.0
"""Seconds that nobody waits beyond: GitHub's limits last an hour at most. A time later than that was written before
the database's clock was set back, or comes from an answer that makes no sense, and must not stop all workers."""


class SqlPacing:
    """Implements `Pacing`. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_turn(self, interval: float) -> float:
        with self._database.transaction() as connection:
            now = database_seconds(connection)
            first = insert_into(connection, pacing).values(name=_WRITE, until=now + interval)
            free = or_(pacing.c.until <= now, pacing.c.until > now + interval + _LONGEST_TURN)
            taken = first.on_conflict_do_update(
                index_elements=[pacing.c.name], set_={"until": now + interval}, where=free
            )
            if connection.execute(taken.returning(pacing.c.name)).first() is not None:
                return 0.0
            return self._left(connection, _WRITE)

    def restart_turn(self, interval: float) -> None:
        with self._database.transaction() as connection:
            until = larger(connection, pacing.c.until, database_seconds(connection) + interval)
            connection.execute(update(pacing).where(pacing.c.name == _WRITE).values(until=until))

    def pause(self, caller: str, seconds: float) -> None:
        with self._database.transaction() as connection:
            until = database_seconds(connection) + min(seconds, _LONGEST_PAUSE)
            first = insert_into(connection, pacing).values(name=_pause(caller), until=until)
            longer = larger(connection, pacing.c.until, until)
            connection.execute(first.on_conflict_do_update(index_elements=[pacing.c.name], set_={"until": longer}))

    def pause_left(self, caller: str) -> float:
        with self._database.transaction() as connection:
            left = self._left(connection, _pause(caller))
        return left if left <= _LONGEST_PAUSE else 0.0

    def _left(self, connection: Connection, name: str) -> float:
        left = func.coalesce(func.max(pacing.c.until - database_seconds(connection)), 0.0)
        return max(float(connection.execute(select(left).where(pacing.c.name == name)).scalar_one()), 0.0)


def _pause(caller: str) -> str:
    return f"pause {caller}"[:200]
