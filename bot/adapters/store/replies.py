"""Replies in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import insert_or_ignore, upsert
from bot.adapters.store.tables import replies, reply_upgrades
from bot.domain.chat.replies import PreparationProgress, Reply, UpgradeProgress
from bot.domain.versions import Version


class SqlReplies(SqlRecords):
    """Implements `ReplyStore` and `ReplyIndex`."""

    def reply(self, comment: int) -> Reply | None:
        with self._database.transaction() as connection:
            row = connection.execute(select(replies).where(replies.c.comment == comment)).first()
        return self._reply(row) if row else None

    def save_reply(self, reply: Reply) -> None:
        with self._database.transaction() as connection:
            self._save(connection, reply)

    def claim_reply(self, reply: Reply) -> Reply:
        """The comment's row is unique: of two transactions at once, the second waits, and finds the first one's."""
        values = {"comment": reply.comment, **self._values(reply)}
        with self._database.transaction() as connection:
            added = insert_or_ignore(connection, replies).values(values).returning(replies.c.comment)
            inserted = connection.execute(added).first() is not None
            query = select(replies).where(replies.c.comment == reply.comment).with_for_update()
            known = self._reply(connection.execute(query).one())
            if known.effects is not None and not inserted:
                return known
            claimed = reply.written_as(known)
            self._save(connection, claimed)
            return claimed

    def _save(self, connection: Connection, reply: Reply) -> None:
        upsert(connection, replies, {"comment": reply.comment}, self._values(reply))
        shown = {(i.slug, str(i.version)) for i in reply.items if isinstance(i, UpgradeProgress)}
        shown |= {("", str(i.version)) for i in reply.items if isinstance(i, PreparationProgress)}
        connection.execute(delete(reply_upgrades).where(reply_upgrades.c.comment == reply.comment))
        if shown:
            rows = [{"slug": slug, "version": version, "comment": reply.comment} for slug, version in shown]
            connection.execute(insert(reply_upgrades), rows)

    def _values(self, reply: Reply) -> dict[str, Any]:
        return {"written": reply.written, "document": self._codec.encode_document(reply)}

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
