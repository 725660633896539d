"""Statements that SQLite and PostgreSQL share in meaning but not in SQLAlchemy's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Table, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> Any:
    """An insert that can say what happens to a row that is there already."""
    return _dialect(connection).insert(table)


def insert_or_ignore(connection: Connection, table: Table) -> Any:
    """An insert that leaves rows alone which are there already."""
    return insert_into(connection, table).on_conflict_do_nothing()


def upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    only_new: Mapping[str, Any] | None = None,
) -> None:
    """Insert the row or change it; `only_new` are values that an existing row keeps as they are."""
    statement = insert_into(connection, table).values(**key, **values, **(only_new or {}))
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def database_seconds(connection: Connection) -> ColumnElement[float]:
    """The database's own clock, which is the same for all workers: seconds since the epoch."""
    if connection.dialect.name == "sqlite":
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return literal_column("extract(epoch from clock_timestamp())::double precision", Float)


def larger(connection: Connection, one: Any, other: Any) -> Any:
    """The larger of two values."""
    return func.max(one, other) if connection.dialect.name == "sqlite" else func.greatest(one, other)
