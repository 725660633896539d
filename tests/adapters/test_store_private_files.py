"""Nobody but their owner may read the files that hold data."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def use(file: Path) -> Database:
    """A database in use, so that the files beside it are there."""
    database = Database(f"sqlite:///{file}")
    WorkerLock(database).check()
    database.migrate()
    with database.transaction() as connection:
        connection.execute(text("INSERT OR REPLACE INTO mibot_cursors VALUES ('a', '2026-01-01 00:00:00')"))
    return database


FILES = dict.fromkeys(("mibot.sqlite", "mibot.sqlite-wal", "mibot.sqlite-shm", "mibot.sqlite.lock"), 384)


def test_new_files_are_their_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    database = use(tmp_path / "mibot.sqlite")
    assert modes(tmp_path) == FILES
    database.close()


def test_others_lose_the_rights_that_an_earlier_version_gave_them(tmp_path: Path, umask: int) -> None:
    file = tmp_path / "mibot.sqlite"
    earlier = use(file)
    for made in tmp_path.iterdir():
        made.chmod(0o666)
    later = use(file)
    assert modes(tmp_path) == FILES
    later.close()
    earlier.close()


def test_the_file_behind_a_link_is_protected_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    behind = tmp_path / "data" / "real.sqlite"
    behind.touch(0o644)
    link = tmp_path / "mibot.sqlite"
    link.symlink_to(behind)
    use(link).close()
    assert link.is_symlink()
    assert set(modes(tmp_path / "data").values()) == {0o600}
