"""GitHub and the store, for a command that reads and ends."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.blob_cache import TolerantCache
from bot.adapters.github import GitHubDeploymentRepository
from bot.adapters.store import SqlStore
from bot.adapters.store.database import StoreError
from bot.domain.versions import Version
from bot.ports.errors import TransientError
from bot.wiring.services import Services


class ReadOnlyWiring(Services):
    """The services with a store that is used only if it exists: it is never created or migrated."""

    @cached_property
    def pacing(self) -> None:
        """It writes nothing, and the store may be absent."""
        return

    @cached_property
    def existing_store(self) -> SqlStore | None:
        """The store of the mibot that serves, or None if this machine does not have it."""
        try:
            file = self.database.url.database
        except StoreError:
            return None
        absent = self.database.is_sqlite and not (file and Path(file).is_file())
        return None if absent else self.store

    @cached_property
    def deployment(self) -> GitHubDeploymentRepository:
        cache = TolerantCache(self.existing_store)
        return GitHubDeploymentRepository(self.session, self.settings.repositories.deployment, cache)

    def tracker_url(self, version: Version) -> str:
        """The URL of the version's tracker: from the store, else from GitHub. Empty if there is none."""
        with suppress(TransientError, SQLAlchemyError):
            record = self.existing_store.tracker(version) if self.existing_store else None
            if record is not None:
                return record.url
        found = next(self.tracker_search.marked(version), None)
        return found.issue.url if found else ""
