"""Trackers in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import trackers
from bot.domain.tracker.record import TrackerRecord
from bot.domain.versions import Version


class SqlTrackers(SqlRecords):
    """Implements `TrackerStore`."""

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
            mark_tracker_dirty(connection, version)

    def _tracker(self, row: Row[Any]) -> TrackerRecord:
        document = {"version": row.version, **row.document}  # schema 1 has it in the column only
        return replace(self._codec.decode_document(TrackerRecord, document), dirty=row.dirty, clean=row.clean)


def mark_tracker_dirty(connection: Connection, version: Version) -> None:
    """Note, in a transaction that changes what the tracker shows, that it is out of date."""
    query = update(trackers).where(trackers.c.version == str(version)).values(dirty=trackers.c.dirty + 1)
    connection.execute(query)
