"""What `mibot doctor` reads from the storage. It creates and changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.adapters.store.database import Database, StoreError
from bot.adapters.store.pooling import refuse_transaction_pooling
from bot.domain.doctor.services import SchemaState
from bot.domain.failures.storage import StoreCheckFailed, StoreFolderNotWritable
from bot.ports.errors import PermanentError

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def schema_state(database: Database) -> SchemaState:
    """The state of the tables. Raises TransientError if the store does not answer, PermanentError if it can't be
    used."""
    if database.is_sqlite and database.url.database:
        file = Path(database.url.database)
        if not file.exists():
            return _check_creatable(file)
    try:
        _refuse_transaction_pooling(database)
        with database.transaction() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": "mibot_migrations"})
            applied = context.get_current_revision()
        database.ping()
    except SQLAlchemyError as error:
        raise PermanentError(StoreCheckFailed(type(error).__name__)) from error
    scripts = ScriptDirectory(str(_MIGRATIONS))
    if applied is None:
        return SchemaState.EMPTY
    if applied == scripts.get_current_head():
        return SchemaState.CURRENT
    return (
        SchemaState.OLD if applied in {script.revision for script in scripts.walk_revisions()} else SchemaState.NEWER
    )


def _refuse_transaction_pooling(database: Database) -> None:
    try:
        refuse_transaction_pooling(database)
    except StoreError as error:
        raise PermanentError(error.reason) from error
    except OperationalError:
        database.ping()  # raises what this means
        raise


def _check_creatable(file: Path) -> SchemaState:
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise PermanentError(StoreFolderNotWritable(str(file)))
    return SchemaState.ABSENT
