"""The cache of commands that look and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.adapters.blob_cache import TolerantCache
from bot.adapters.store import Database, SqlStore
from bot.domain.reasons import PlainText
from bot.notifications import interested_channels
from bot.ports.errors import TransientError
from bot.schema import CODEC

BLOBS = {"a" * 40: b"one", "b" * 40: b"two"}


class Broken:
    """A store that is down."""

    def __init__(self) -> None:
        self.asked = 0

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:  # noqa: ARG002 - the protocol's
        self.asked += 1
        raise TransientError(PlainText("the storage does not answer"))

    def put_many(self, blobs: Mapping[str, bytes]) -> None:  # noqa: ARG002
        self.asked += 1
        raise TransientError(PlainText("the storage does not answer"))


def test_without_a_store_it_remembers_by_itself() -> None:
    cache = TolerantCache(None)
    assert cache.get_many(BLOBS) == {}
    cache.put_many(BLOBS)
    assert cache.get_many([*BLOBS, "c" * 40]) == BLOBS


def test_a_store_is_used_and_filled(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}")
    database.migrate()
    TolerantCache(SqlStore(database, CODEC, interested_channels)).put_many(BLOBS)
    assert TolerantCache(SqlStore(database, CODEC, interested_channels)).get_many(BLOBS) == BLOBS
    database.close()


def test_a_store_that_fails_is_left_alone() -> None:
    store = Broken()
    cache = TolerantCache(store)
    assert cache.get_many(BLOBS) == {}
    cache.put_many(BLOBS)
    assert cache.get_many(BLOBS) == BLOBS
    assert store.asked == 1
    writing = TolerantCache(store)
    writing.put_many(BLOBS)
    assert writing.get_many(BLOBS) == BLOBS


def test_a_store_without_tables_fails_softly(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    cache = TolerantCache(SqlStore(database, CODEC, interested_channels))
    cache.put_many(BLOBS)
    assert cache.get_many(BLOBS) == BLOBS
    database.close()


def test_a_store_that_may_only_be_read_fails_softly(tmp_path: Path) -> None:
    file = tmp_path / "mibot.sqlite"
    file.write_bytes(b"this is no database at all, but some other file of somebody's")
    database = Database(f"sqlite:///{file}")
    cache = TolerantCache(SqlStore(database, CODEC, interested_channels))
    assert cache.get_many(BLOBS) == {}
    cache.put_many(BLOBS)
    assert cache.get_many(BLOBS) == BLOBS
    database.close()
    assert file.read_bytes().startswith(b"this is no database")
