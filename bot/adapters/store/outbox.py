"""The outbox in SQL. A row is written in the transaction that saves the upgrade, and stays when it is done: it says
what became of the notification. Its document, the upgrade as it was then, is kept only while it waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, null, select, update

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import insert_or_ignore
from bot.adapters.store.tables import outbox
from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version, parse_version

_PENDING = "pending"


def insert_notifications(
    connection: Connection, upgrade: Upgrade, revision: int, channels: Iterable[str], document: dict[str, Any]
) -> None:
    """Add a row for each channel that has none for this revision of the upgrade."""
    key = {"slug": upgrade.slug, "version": str(upgrade.version), "revision": revision}
    rows = [{**key, "channel": name, "state": _PENDING, "document": document} for name in channels]
    if rows:
        connection.execute(insert_or_ignore(connection, outbox), rows)


class SqlOutbox(SqlRecords):
    """Implements `Outbox`."""

    def pending_notifications(self, slug: str, version: Version) -> Sequence[Notification]:
        query = (
            select(outbox.c.channel, outbox.c.revision, outbox.c.document)
            .where(outbox.c.slug == slug, outbox.c.version == str(version), outbox.c.state == _PENDING)
            .order_by(outbox.c.revision, outbox.c.channel)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return [
            Notification(row.channel, row.revision, self._codec.decode_document(Upgrade, row.document))
            for row in rows
        ]

    def unpublished_upgrades(self) -> Sequence[tuple[str, Version]]:
        query = (
            select(outbox.c.slug, outbox.c.version)
            .where(outbox.c.state == _PENDING)
            .distinct()
            .order_by(outbox.c.version, outbox.c.slug)
        )
        with self._database.transaction() as connection:
            return [(row.slug, parse_version(row.version)) for row in connection.execute(query)]

    def finish_notification(self, notification: Notification, outcome: Outcome) -> None:
        query = (
            update(outbox)
            .where(
                outbox.c.slug == notification.upgrade.slug,
                outbox.c.version == str(notification.upgrade.version),
                outbox.c.revision == notification.revision,
                outbox.c.channel == notification.channel,
            )
            .values(state=outcome.value, document=null())
        )
        with self._database.transaction() as connection:
            connection.execute(query)
