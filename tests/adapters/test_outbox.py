"""The outbox: written with the upgrade or not at all, and taken over from the stores of before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adapters.store import Database, SqlStore
from bot.adapters.store.tables import outbox
from bot.domain.notifications.outbox import Outcome
from bot.domain.notifications.transition import Transition
from bot.domain.upgrade.stages import Stage
from bot.notifications import all_channels, interested_channels
from bot.schema import CODEC
from tests.adapters.postgres import Postgres
from tests.adapters.store_contract import FAILED, UPGRADE, V1
from tests.data.store_before_schemas import load
from tests.samples import modify


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = Database(store_url)
    opened.migrate()
    yield opened
    opened.close()


def wants_failures(transition: Transition) -> tuple[str, ...]:
    """A channel of its own that wants each failure."""
    return ("pager",) if transition.entered(Stage.FAILED) else ()


def with_pager(transition: Transition) -> tuple[str, ...]:
    return (*interested_channels(transition), *wants_failures(transition))


def test_a_channel_that_is_added_later_starts_with_what_happens_from_then_on(database: Database) -> None:
    older = SqlStore(database, CODEC, lambda _: ())
    for slug in ("demo", "rctest", "tpgi"):
        older.save_upgrade(replace(FAILED, slug=slug))
    store = SqlStore(database, CODEC, wants_failures)
    assert store.unpublished_upgrades() == []
    store.save_upgrade(modify(FAILED, note="people look at it"))
    assert store.unpublished_upgrades() == [], "it failed before"
    again = replace(FAILED, slug="demo", history=(*FAILED.history, *FAILED.history))
    store.save_upgrade(again)
    assert store.unpublished_upgrades() == [("demo", V1)]
    assert [one.channel for one in store.pending_notifications("demo", V1)] == ["pager"]


def test_the_upgrade_and_its_notifications_are_saved_together_or_not_at_all(database: Database) -> None:
    def dies(transition: Transition) -> tuple[str, ...]:
        raise RuntimeError(f"the process died at {transition.after.stage}")

    SqlStore(database, CODEC, interested_channels).save_upgrade(UPGRADE)
    with pytest.raises(RuntimeError):
        SqlStore(database, CODEC, dies).save_upgrade(FAILED)
    store = SqlStore(database, CODEC, interested_channels)
    assert store.upgrade("rctest", V1) == UPGRADE
    store.save_upgrade(FAILED)
    assert [one.channel for one in store.pending_notifications("rctest", V1)] == ["evidence", "mention"]


def test_a_row_that_is_done_says_what_became_of_it(database: Database) -> None:
    store = SqlStore(database, CODEC, interested_channels)
    store.save_upgrade(FAILED)
    evidence, mention = store.pending_notifications("rctest", V1)
    store.finish_notification(evidence, Outcome.PUBLISHED)
    store.finish_notification(mention, Outcome.REFUSED)
    with database.transaction() as connection:
        rows = connection.execute(select(outbox.c.channel, outbox.c.state, outbox.c.document)).all()
    assert sorted(map(tuple, rows)) == [("evidence", "published", None), ("mention", "refused", None)]


# The store of before


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The store of the commit before this one, migrated."""
    if request.param == "sqlite":
        file: Path = tmp_path_factory.mktemp("migrated") / "mibot.sqlite"
        load.into_sqlite(file)
        opened = Database(f"sqlite:///{file}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.create("migrated_outbox")
        load.into_postgresql(url)
        opened = Database(url)
    opened.migrate()
    yield opened
    opened.close()


RECORDS = {(one["slug"], one["version"]): one["record"] for one in load.expectation()["upgrades"]}


def waiting(database: Database) -> dict[tuple[str, str], set[str]]:
    """Which channels have something to post, by upgrade."""
    found: dict[tuple[str, str], set[str]] = {}
    with database.transaction() as connection:
        for row in connection.execute(select(outbox)):
            assert (row.revision, row.state) == (0, "pending")
            found.setdefault((row.slug, row.version), set()).add(row.channel)
    return found


def test_what_should_have_been_posted_and_was_not_waits(migrated: Database) -> None:
    pending = waiting(migrated)
    unposted = {key: one for key, one in RECORDS.items() if not one["posted"] and one["history"] and one["number"]}
    for key, record in unposted.items():
        stage, merged, waits = record["stage"], record["merged_at"] is not None, pending.get(key, set())
        assert ("mention" in waits) == (stage == "failed" and merged)
        assert ("label" in waits) == (stage in {"done", "rolled back"})
        assert ("check_run" in waits) == bool(record["before"] and record["head"])
        assert "evidence" in waits or not {"mention", "label"} & waits
    assert set.union(*(pending.get(key, set()) for key in unposted)) == set(all_channels())


@pytest.mark.parametrize(
    ("slug", "version", "channels"),
    [
        ("rctest", "3.40.183", set()),
        ("research", "3.40.80", set()),
        ("rctest", "3.40.156", set()),
        ("rctest", "3.40.174", set()),
        ("demo", "3.40.117", set()),
        ("cobaltosprey", "3.40.53", set()),
        ("demo", "3.39.13", {"check_run"}),
        ("rctest", "3.40.171", {"evidence", "mention"}),
        ("ambermagpie", "3.40.210", {"check_run"}),
    ],
)
def test_what_was_posted_is_not_posted_again(migrated: Database, slug: str, version: str, channels: set[str]) -> None:
    """In the last three, what was posted is out of date."""
    assert RECORDS[slug, version]["posted"]
    assert waiting(migrated).get((slug, version), set()) == channels


def test_records_without_a_history_have_nothing_to_post(migrated: Database) -> None:
    assert not [key for key in waiting(migrated) if not RECORDS[key]["history"]]


def test_what_waits_since_before_is_read_and_finished(migrated: Database) -> None:
    store = SqlStore(migrated, CODEC, with_pager)
    unpublished = store.unpublished_upgrades()
    assert {(slug, str(version)) for slug, version in unpublished} == waiting(migrated).keys()
    for slug, version in unpublished:
        upgrade = store.upgrade(slug, version)
        for notification in store.pending_notifications(slug, version):
            assert notification.upgrade == upgrade
            assert upgrade is not None
    slug, version = unpublished[0]
    upgrade = store.upgrade(slug, version)
    assert upgrade is not None
    before = store.pending_notifications(slug, version)
    store.save_upgrade(modify(upgrade, note="it is saved as it is"))
    assert store.pending_notifications(slug, version) == before, "saving it again is no transition"
