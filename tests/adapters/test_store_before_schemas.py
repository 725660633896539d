"""A store that was written before documents had a schema version is carried on with, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.adapters.store import Database, SqlStore
from bot.domain.upgrade.preparation import UNPREPARED
from bot.domain.upgrade.stages import UNFINISHED
from bot.domain.versions import parse_version
from bot.notifications import interested_channels
from bot.schema import CODEC
from tests.adapters import before_schemas, upgrades_before_schemas
from tests.adapters.before_schemas import EXPECTED


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """The old store, with the migrations of today. Tests save only what it has already."""
    folder = tmp_path_factory.mktemp("before_schemas")
    url = f"sqlite:///{folder / 'mibot.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create(f"old_{folder.name}")
    before_schemas.into(url)
    database = Database(url)
    database.migrate()
    yield SqlStore(database, CODEC, interested_channels)
    database.close()


def test_every_tracker_means_what_it_meant(store: SqlStore) -> None:
    expected = [before_schemas.tracker(entry["record"]) for entry in EXPECTED["trackers"]]
    assert sorted(store.trackers(), key=lambda tracker: str(tracker.version)) == expected
    for tracker in expected:
        store.save_tracker(tracker)
        assert store.tracker(tracker.version) == tracker


def test_every_reply_means_what_it_meant(store: SqlStore) -> None:
    expected = [before_schemas.reply(entry["record"]) for entry in EXPECTED["replies"]]
    assert [store.reply(reply.comment) for reply in expected] == expected
    waiting = [reply.comment for reply in expected if reply.written is None]
    assert store.unwritten_replies() == sorted(waiting)
    for reply in expected:
        store.save_reply(reply)
    assert [store.reply(reply.comment) for reply in expected] == expected
    assert store.unwritten_replies() == sorted(waiting)


def test_every_upgrade_means_what_it_meant(store: SqlStore) -> None:
    expected = [upgrades_before_schemas.upgrade(entry["record"]) for entry in EXPECTED["upgrades"]]
    assert [store.upgrade(upgrade.slug, upgrade.version) for upgrade in expected] == expected
    assert len(store.upgrades()) == len(expected)
    unfinished = {upgrade.key for upgrade in expected if upgrade.stage in UNFINISHED}
    assert {upgrade.key for upgrade in store.unfinished_upgrades()} == unfinished
    for upgrade in expected:
        store.save_upgrade(upgrade)
    assert [store.upgrade(upgrade.slug, upgrade.version) for upgrade in expected] == expected


def test_every_preparation_means_what_it_meant(store: SqlStore) -> None:
    expected = [upgrades_before_schemas.preparation(entry["record"]) for entry in EXPECTED["preparations"]]
    assert [store.preparation(preparation.version) for preparation in expected] == expected
    assert len(store.preparations()) == len(expected)
    unfinished = {preparation.version for preparation in expected if preparation.stage in UNPREPARED}
    assert {preparation.version for preparation in store.unfinished_preparations()} == unfinished
    for preparation in expected:
        store.save_preparation(preparation)
    assert [store.preparation(preparation.version) for preparation in expected] == expected


def test_replies_are_found_by_what_they_show(store: SqlStore) -> None:
    for slug, version, comment in EXPECTED["reply_upgrades"]:
        assert comment in store.replies_about(slug, parse_version(version))


def test_cursors_and_blobs_are_as_they_were(store: SqlStore) -> None:
    for name, moment in EXPECTED["cursors"].items():
        assert store.cursor(name) == before_schemas.moment(moment)
    blobs = {sha: bytes.fromhex(content) for sha, content in EXPECTED["blobs"].items()}
    assert store.get_many(blobs) == blobs
