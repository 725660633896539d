"""The store in SQL: every method is one transaction.

Every `document` column holds a document of the codec, with its schema version. Rows of earlier schemas stay as they
are until they are saved next, because the codec reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, not_, select, text, update

from bot.adapters.store.database import Database
from bot.adapters.store.outbox import SqlOutbox, insert_notifications
from bot.adapters.store.statements import insert_or_ignore, upsert
from bot.adapters.store.tables import blobs, cursors, preparations, replies, reply_upgrades, trackers, upgrades
from bot.domain.chat.replies import PreparationProgress, Reply, UpgradeProgress
from bot.domain.notifications.transition import ChannelSelector, Transition
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.dispatch import blocks_dispatch
from bot.domain.upgrade.preparation import UNPREPARED, Preparation
from bot.domain.upgrade.record import IN_FLIGHT, UNFINISHED, Stage, Upgrade
from bot.domain.versions import Version
from bot.formats.documents import Codec

_CHUNK = 500
_SLOT_LOCK = 0x6D69626F74  # any number will do, so long as nobody else uses it for a lock


class SqlStore(SqlOutbox):
    """Implements `Store`, and the blob cache of the GitHub adapter. `channels` selects who is notified of what."""

    def __init__(self, database: Database, codec: Codec, channels: ChannelSelector) -> None:
        super().__init__(database, codec)
        self._channels = channels

    # Trackers

    def tracker(self, version: Version) -> TrackerRecord | None:
        with self._database.transaction() as connection:
            row = connection.execute(select(trackers).where(trackers.c.version == str(version))).first()
        return self._tracker(row) if row else None

    def trackers(self) -> Sequence[TrackerRecord]:
        with self._database.transaction() as connection:
            return [self._tracker(row) for row in connection.execute(select(trackers))]

    def save_tracker(self, tracker: TrackerRecord) -> None:
        values = {"document": self._codec.encode_document(tracker), "clean": tracker.clean}
        with self._database.transaction() as connection:
            upsert(connection, trackers, {"version": str(tracker.version)}, values, {"dirty": tracker.dirty})

    def mark_tracker_dirty(self, version: Version) -> None:
        with self._database.transaction() as connection:
            _mark_tracker_dirty(connection, version)

    def _tracker(self, row: Row[Any]) -> TrackerRecord:
        document = {"version": row.version, **row.document}  # schema 1 has it in the column only
        return replace(self._codec.decode_document(TrackerRecord, document), dirty=row.dirty, clean=row.clean)

    # Replies

    def reply(self, comment: int) -> Reply | None:
        with self._database.transaction() as connection:
            row = connection.execute(select(replies).where(replies.c.comment == comment)).first()
        return self._reply(row) if row else None

    def save_reply(self, reply: Reply) -> None:
        values = {"written": reply.written, "document": self._codec.encode_document(reply)}
        shown = {(i.slug, str(i.version)) for i in reply.items if isinstance(i, UpgradeProgress)}
        shown |= {("", str(i.version)) for i in reply.items if isinstance(i, PreparationProgress)}
        with self._database.transaction() as connection:
            upsert(connection, replies, {"comment": reply.comment}, values)
            connection.execute(delete(reply_upgrades).where(reply_upgrades.c.comment == reply.comment))
            if shown:
                rows = [{"slug": slug, "version": version, "comment": reply.comment} for slug, version in shown]
                connection.execute(insert(reply_upgrades), rows)

    def replies_about(self, slug: str, version: Version) -> Sequence[int]:
        query = select(reply_upgrades.c.comment).where(
            reply_upgrades.c.slug == slug, reply_upgrades.c.version == str(version)
        )
        with self._database.transaction() as connection:
            return sorted(connection.execute(query).scalars())

    def unwritten_replies(self) -> Sequence[int]:
        query = select(replies.c.comment).where(replies.c.written.is_(None)).order_by(replies.c.comment)
        with self._database.transaction() as connection:
            return list(connection.execute(query).scalars())

    def _reply(self, row: Row[Any]) -> Reply:
        document = {"comment": row.comment, **row.document}  # schema 1 has it in the column only
        return replace(self._codec.decode_document(Reply, document), written=row.written)

    # Upgrades

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
        _mark_tracker_dirty(connection, upgrade.version)

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

    # Preparations

    def preparation(self, version: Version) -> Preparation | None:
        return next(iter(self._preparations(preparations.c.version == str(version))), None)

    def preparations(self) -> Sequence[Preparation]:
        return self._preparations()

    def unfinished_preparations(self) -> Sequence[Preparation]:
        return self._preparations(preparations.c.stage.in_([stage.value for stage in UNPREPARED]))

    def _preparations(self, *where: Any) -> list[Preparation]:
        query = select(preparations.c.document).where(*where).order_by(preparations.c.version)
        with self._database.transaction() as connection:
            return [
                self._codec.decode_document(Preparation, document) for document in connection.execute(query).scalars()
            ]

    def save_preparation(self, preparation: Preparation) -> None:
        """Save it and note, in the same transaction, that its tracker shows it no longer."""
        values = {"stage": preparation.stage.value, "document": self._codec.encode_document(preparation)}
        with self._database.transaction() as connection:
            upsert(connection, preparations, {"version": str(preparation.version)}, values)
            _mark_tracker_dirty(connection, preparation.version)

    # Cursors and blobs

    def cursor(self, name: str) -> datetime | None:
        with self._database.transaction() as connection:
            value: datetime | None = connection.execute(
                select(cursors.c.value).where(cursors.c.name == name)
            ).scalar_one_or_none()
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def set_cursor(self, name: str, value: datetime) -> None:
        with self._database.transaction() as connection:
            upsert(connection, cursors, {"name": name}, {"value": value.astimezone(UTC)})

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        wanted = sorted(set(shas))
        found: dict[str, bytes] = {}
        with self._database.transaction() as connection:
            for start in range(0, len(wanted), _CHUNK):
                query = select(blobs.c.sha, blobs.c.content).where(blobs.c.sha.in_(wanted[start : start + _CHUNK]))
                found |= {row.sha: row.content for row in connection.execute(query)}
        return found

    def put_many(self, contents: Mapping[str, bytes]) -> None:
        rows = [{"sha": sha, "content": content} for sha, content in contents.items()]
        with self._database.transaction() as connection:
            statement = insert_or_ignore(connection, blobs)
            for start in range(0, len(rows), _CHUNK):
                connection.execute(statement, rows[start : start + _CHUNK])


def _is_same_upgrade(upgrade: Upgrade) -> ColumnElement[bool]:
    return and_(upgrades.c.slug == upgrade.slug, upgrades.c.version == str(upgrade.version))


def _mark_tracker_dirty(connection: Connection, version: Version) -> None:
    query = update(trackers).where(trackers.c.version == str(version)).values(dirty=trackers.c.dirty + 1)
    connection.execute(query)
