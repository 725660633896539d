"""A blob cache for commands that only look: the store's if it answers, and this process's memory in any case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from bot.ports.errors import ExternalError
from bot.ports.files import BlobCache

_FAILURES = (ExternalError, SQLAlchemyError)  # the latter for tables that were never made


class TolerantCache:
    """Implements BlobCache.

    `store` is what a running mibot fills; after its first failure it is not used any more.
    """

    def __init__(self, store: BlobCache | None) -> None:
        self._store = store
        self._memory: dict[str, bytes] = {}

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        wanted = set(shas)
        found = {sha: self._memory[sha] for sha in wanted & self._memory.keys()}
        if self._store is not None:
            try:
                found |= self._store.get_many(wanted - found.keys())
            except _FAILURES:
                self._store = None
        return found

    def put_many(self, blobs: Mapping[str, bytes]) -> None:
        self._memory |= blobs
        if self._store is not None:
            try:
                self._store.put_many(blobs)
            except _FAILURES:
                self._store = None
