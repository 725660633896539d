"""Alembic's entry: runs the migrations on the engine that mibot hands it, all or none, one process at a time."""

from alembic import context
from sqlalchemy import text

from bot.adapters.store.tables import metadata

LOCK = 0x6D696D6967  # any number will do, so long as nobody else uses it for a lock

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    # SQLite's driver would begin a transaction with the first INSERT only, after tables were made.
    sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_xact_lock({LOCK})"))
    context.configure(connection=connection, target_metadata=metadata, version_table="mibot_migrations")
    context.run_migrations()
