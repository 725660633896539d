"""How the storage is, without touching it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.store import Database
from bot.adapters.store.diagnosis import schema_state
from bot.domain.doctor.services import SchemaState
from bot.ports.errors import ExternalError


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}")


def test_asking_makes_no_file(database: Database, tmp_path: Path) -> None:
    assert schema_state(database) is SchemaState.ABSENT
    assert list(tmp_path.iterdir()) == []


def test_from_empty_to_current(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mibot.sqlite").touch()
    assert schema_state(database) is SchemaState.EMPTY
    database.migrate()
    assert schema_state(database) is SchemaState.CURRENT
    with database.transaction() as connection:
        connection.execute(text("UPDATE mibot_migrations SET version_num = 'from the future'"))
    assert schema_state(database) is SchemaState.NEWER
    database.close()


def test_what_can_not_be_used_is_an_error_of_the_world(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/nowhere/mibot.sqlite", "postgresql://bot@127.0.0.1:1/mibot"):
        with pytest.raises(ExternalError):
            schema_state(Database(url))
