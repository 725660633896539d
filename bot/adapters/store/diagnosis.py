"""What `mibot doctor` asks of the storage. Nothing is made or changed by asking."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store.database import Database
from bot.ports import PermanentError

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class SchemaState(Enum):
    """How our tables are."""

    ABSENT = "there is no file yet"
    EMPTY = "it has no tables yet"
    OLD = "its tables are an older version's"
    CURRENT = "its tables are up to date"
    NEWER = "its tables are a newer version's"


def schema_state(database: Database) -> SchemaState:
    """How the storage is. Raises Passing when it does not answer, Refused when it can't be used."""
    if database.is_sqlite and database.url.database:
        file = Path(database.url.database)
        if not file.exists():
            return _check_creatable(file)
    try:
        with database.transaction() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": "mibot_migrations"})
            applied = context.get_current_revision()
        database.ping()
    except SQLAlchemyError as error:
        raise PermanentError(f"store.url can't be used ({type(error).__name__}).") from error
    scripts = ScriptDirectory(str(_MIGRATIONS))
    if applied is None:
        return SchemaState.EMPTY
    if applied == scripts.get_current_head():
        return SchemaState.CURRENT
    return (
        SchemaState.OLD if applied in {script.revision for script in scripts.walk_revisions()} else SchemaState.NEWER
    )


def _check_creatable(file: Path) -> SchemaState:
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise PermanentError(f"store.url: the folder of {file} does not exist or can't be written to.")
    return SchemaState.ABSENT
