"""A database whose transactions are committed only while this process may still change what they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.adapters.store.database import Database

Guard = Callable[[Connection], None]
"""Called at the end of a transaction that changed something; what it raises rolls the transaction back."""
_CHANGED = "mibot_changed"


class GuardedDatabase(Database):
    """Another database's connections, with a guard at the end of each transaction. Its owner closes it."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self.url = database.url
        self._database = database
        self._guard = guard
        self._watched: Engine | None = None

    @property
    def engine(self) -> Engine:
        engine = self._database.engine
        if engine is not self._watched:  # another one after a fork
            event.listen(engine, "before_cursor_execute", _note_change)
            self._watched = engine
        return engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            connection.info.pop(_CHANGED, None)
            yield connection
            if connection.info.pop(_CHANGED, False):
                self._guard(connection)


def _note_change(
    connection: Connection, _cursor: object, _statement: str, _values: object, context: Any, _many: bool
) -> None:
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        connection.info[_CHANGED] = True
