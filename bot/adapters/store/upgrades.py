"""Upgrades in SQL. Saving one adds its notifications and marks its tracker dirty, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select, text, update

from bot.adapters.store.database import Database
from bot.adapters.store.outbox import insert_notifications
from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import upgrades
from bot.adapters.store.trackers import mark_tracker_dirty
from bot.domain.notifications.transition import ChannelSelector, Transition
from bot.domain.upgrade.dispatch import blocks_dispatch
from bot.domain.upgrade.record import IN_FLIGHT, UNFINISHED, Stage, Upgrade
from bot.domain.versions import Version
from bot.formats.documents import Codec

_SLOT_LOCK = 0x6D69626F74  # any number will do, as long as nothing else uses it for a lock


class SqlUpgrades(SqlRecords):
    """Implements `UpgradeStore`, `SlotClaims` and `DispatchClaims`. `channels` selects who is notified of what."""

    def __init__(self, database: Database, codec: Codec, channels: ChannelSelector) -> None:
        super().__init__(database, codec)
        self._channels = channels

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        where = (upgrades.c.slug == slug, upgrades.c.version == str(version))
        return next(iter(self._upgrades(*where)), None)

    def upgrades(self, version: Version | None = None) -> Sequence[Upgrade]:
        return self._upgrades(*([] if version is None else [upgrades.c.version == str(version)]))

    def unfinished_upgrades(self) -> Sequence[Upgrade]:
        return self._upgrades(upgrades.c.stage.in_([stage.value for stage in UNFINISHED]))

    def upgrades_by_head(self, commit: str) -> Sequence[Upgrade]:
        return self._upgrades(upgrades.c.head == commit) if commit else []

    def _upgrades(self, *where: Any) -> list[Upgrade]:
        query = select(upgrades.c.document).where(*where).order_by(upgrades.c.version, upgrades.c.slug)
        with self._database.transaction() as connection:
            return [
                self._codec.decode_document(Upgrade, document) for document in connection.execute(query).scalars()
            ]

    def save_upgrade(self, upgrade: Upgrade) -> None:
        """Save it. The same transaction adds its notifications, and notes that its tracker is out of date."""
        with self._database.transaction() as connection:
            self._save_upgrade(connection, upgrade)

    def claim_slot(self, planned: Upgrade, limit: int) -> bool:
        with self._database.transaction() as connection:
            self._lock_upgrades(connection)
            in_flight = upgrades.c.stage.in_([stage.value for stage in IN_FLIGHT])
            flying = select(func.count()).where(in_flight, not_(_is_same_upgrade(planned)))
            if connection.execute(flying).scalar_one() >= limit:
                return False
            self._save_upgrade(connection, planned)
            return True

    def claim_dispatch(self, intended: Upgrade) -> bool:
        with self._database.transaction() as connection:
            self._lock_upgrades(connection)
            deploying = upgrades.c.stage == Stage.DEPLOYING.value
            query = select(upgrades.c.document).where(deploying, not_(_is_same_upgrade(intended)))
            others = [
                self._codec.decode_document(Upgrade, document) for document in connection.execute(query).scalars()
            ]
            if any(blocks_dispatch(other, intended) for other in others):
                return False
            self._save_upgrade(connection, intended)
            return True

    def _save_upgrade(self, connection: Connection, upgrade: Upgrade) -> None:
        before, revision = self._next_revision(connection, upgrade)
        key = {"slug": upgrade.slug, "version": str(upgrade.version)}
        document = self._codec.encode_document(upgrade)
        values = {
            "stage": upgrade.stage.value,
            "head": upgrade.pull_request.head,
            "document": document,
            "revision": revision,
        }
        upsert(connection, upgrades, key, values)
        channels = self._channels(Transition(before, upgrade))
        insert_notifications(connection, upgrade, revision, channels, document)
        mark_tracker_dirty(connection, upgrade.version)

    def _next_revision(self, connection: Connection, upgrade: Upgrade) -> tuple[Upgrade | None, int]:
        """The upgrade as it is stored, and the number of its next revision. Nobody else saves it until the end of the
        transaction, because its row is locked by the update."""
        same = _is_same_upgrade(upgrade)
        connection.execute(update(upgrades).where(same).values(revision=upgrades.c.revision + 1))
        row = connection.execute(select(upgrades.c.document, upgrades.c.revision).where(same)).first()
        return (self._codec.decode_document(Upgrade, row.document), row.revision) if row else (None, 1)

    def _lock_upgrades(self, connection: Connection) -> None:
        """Hold the lock of all that counts upgrades, until the transaction ends."""
        if self._database.is_sqlite:
            connection.execute(update(upgrades).where(upgrades.c.slug == "").values(stage=""))
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SLOT_LOCK})


def _is_same_upgrade(upgrade: Upgrade) -> ColumnElement[bool]:
    return and_(upgrades.c.slug == upgrade.slug, upgrades.c.version == str(upgrade.version))
