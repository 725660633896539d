"""Killed between any two calls, mibot publishes every notification, and none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import delete

from bot.adapters.store import Database, SqlStore
from bot.adapters.store.tables import creations
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.deployment import retry
from bot.domain.upgrade.effects import Publish
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, move
from bot.handlers.notifications import NotificationHandler
from bot.notifications import all_channels, interested_channels
from bot.schema import CODEC
from bot.services.creator import Creator
from tests.handlers.notification_scene import DONE, FAILED, TO, Scene, make_publisher
from tests.samples import NOW

AGAIN = retry(FAILED, "lee", NOW)
FAILED_TWICE = (FAILED, AGAIN, move(AGAIN, Stage.FAILED, Cause(NOW), PlainText("red again")))


class KilledError(Exception):
    """The process is gone."""


@dataclass
class Clockwork:
    """Counts the moments before and after every call, and kills the process at one of them."""

    left: int

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError

    def wrap(self, port: object) -> Any:
        return _Mortal(port, self)


class _Mortal:
    def __init__(self, port: object, clockwork: Clockwork) -> None:
        self._port, self._clockwork = port, clockwork

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._mortal(found) if callable(found) else found

    def _mortal(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            self._clockwork.tick()
            result = call(*args)
            self._clockwork.tick()
            return result

        return called


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    database = Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}")
    database.migrate()
    yield SqlStore(database, CODEC, interested_channels)
    database.close()


def publish(scene: Scene, store: SqlStore, clockwork: Clockwork) -> None:
    """What the sweep does: publish whatever waits."""
    mortal = clockwork.wrap
    deployment, issues = mortal(scene.deployment), mortal(scene.issues)
    outbox = mortal(store)
    posts = make_publisher(deployment, issues, Creator(outbox, lambda: NOW, lag=0.0))
    handler = NotificationHandler(
        outbox, outbox, scene.fleets, scene.issues, posts, all_channels(), on_call=scene.on_call
    )
    for slug, version in store.unpublished_upgrades():
        handler.publish(Publish(slug, str(version)))


def survives(scene: Scene, store: SqlStore, records: tuple[Upgrade, ...], moment: int) -> bool:
    """Save the records one after the other, publish after each, and be killed at one moment; returns whether it came
    to that. Then publish what waits."""
    clockwork = Clockwork(moment)
    killed = False
    for record in records:
        try:
            cast(SqlStore, clockwork.wrap(store)).save_upgrade(record)
            publish(scene, store, clockwork)
        except KilledError:
            killed = True
            store.save_upgrade(record)  # the job runs again
    publish(scene, store, Clockwork(-1))
    return killed


@pytest.mark.parametrize("records", [(DONE,), FAILED_TWICE], ids=["done", "failed twice"])
def test_killed_at_any_moment(store: SqlStore, records: tuple[Upgrade, ...]) -> None:
    moment = 0
    while True:
        moment += 1
        scene = Scene()
        with store._database.transaction() as connection:
            connection.execute(delete(creations))  # each scene has a GitHub of its own
        store.save_tracker(TrackerRecord(TO, scene.tracker, "https://github.test/12", "dana"))
        store.save_upgrade(Upgrade("rctest", TO, Stage.WAITING, "dana", NOW))
        killed = survives(scene, store, records, moment)
        assert store.unpublished_upgrades() == []
        assert len(scene.evidence) == 1
        assert len(scene.deployment.reports) == 1
        assert len(scene.alarms) == sum(one.stage is Stage.FAILED for one in records)
        assert scene.deployment.labels == ({7: {"mi-upgrade-done"}} if records == (DONE,) else {})
        if not killed:
            break
    assert moment > 20, "there are that many moments to be killed at"
