"""GitHub and the store as a command needs them that looks and ends."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.blob_cache import TolerantCache
from bot.adapters.github import GitHubDeploymentRepository
from bot.adapters.store import SqlStore
from bot.adapters.store.database import StoreError
from bot.domain.chat import markers
from bot.domain.versions import Version
from bot.handlers.trackers import LABELS
from bot.ports.errors import TransientError
from bot.wiring.services import Services


class ReadOnlyWiring(Services):
    """The wiring, but the store is used only if there is one: none is ever made or migrated."""

    @cached_property
    def existing_store(self) -> SqlStore | None:
        """The ledger of the mibot that serves, when this machine has it."""
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
        """The address of the version's tracker: as the store has it, else as GitHub does; nothing without one."""
        with suppress(TransientError, SQLAlchemyError):
            record = self.existing_store.tracker(version) if self.existing_store else None
            if record is not None:
                return record.url
        found = self.issues.list_issues(LABELS, state="all")
        return next((issue.url for issue in found if markers.tracker_version(issue.body) == version), "")
