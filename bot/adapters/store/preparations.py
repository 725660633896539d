"""Preparations in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import preparations
from bot.adapters.store.trackers import mark_tracker_dirty
from bot.domain.upgrade.preparation import UNPREPARED, Preparation
from bot.domain.versions import Version


class SqlPreparations(SqlRecords):
    """Implements `PreparationStore`."""

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
            mark_tracker_dirty(connection, preparation.version)
