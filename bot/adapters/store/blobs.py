"""The blob cache in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from bot.adapters.store.records import SqlRecords
from bot.adapters.store.statements import insert_or_ignore
from bot.adapters.store.tables import blobs

_CHUNK = 500


class SqlBlobs(SqlRecords):
    """Implements `BlobCache`."""

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
