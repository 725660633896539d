"""Alembic's entry: runs the migrations on the engine that mibot hands it."""

from alembic import context

from bot.edges.store.tables import metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, version_table="mibot_migrations")
    with context.begin_transaction():
        context.run_migrations()
