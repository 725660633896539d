"""Finds out whether a pooler between mibot and PostgreSQL gives a session away between two transactions.

The worker's lock is a session's, and so are the engine's notifications. With transaction pooling the lock would be
held by a session that others use too, and two workers would have one name.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.adapters.store.database import Database, StoreError
from bot.domain.failures.storage import TransactionPooling

_BACKEND = text("SELECT pg_backend_pid()")
_ROUNDS = 3
"""A pooler that uses its sessions in turn may hand out the same ones once, by chance."""


def refuse_transaction_pooling(database: Database) -> None:
    """Raises StoreError if sessions are not kept. Raises SQLAlchemyError if the storage does not answer."""
    if database.is_sqlite:
        return
    try:
        with database.engine.connect() as one, database.engine.connect() as other:
            keeps = _keeps_sessions(one.execution_options(isolation_level="AUTOCOMMIT"), other)
    except DBAPIError as error:
        if "statement pooling" not in str(error.orig):  # there PgBouncer refuses the transaction itself
            raise
        keeps = False
    if not keeps:
        raise StoreError(TransactionPooling())


def _keeps_sessions(one: Connection, other: Connection) -> bool:
    """Whether a connection stays with its session while another one is in a transaction, which a pooler would serve
    with the session that was used last."""
    session = _backend(one)
    for _ in range(_ROUNDS):
        busy = _backend(other)  # its transaction holds that session
        if busy == session or _backend(one) != session:
            return False
        other.rollback()
    return True


def _backend(connection: Connection) -> int:
    return int(connection.execute(_BACKEND).scalar_one())
