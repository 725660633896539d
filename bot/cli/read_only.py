"""GitHub and the store as a command needs them that looks and ends."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.blob_cache import TolerantCache
from bot.adapters.github import GitHubDeployment
from bot.adapters.store import SqlLedger
from bot.adapters.store.database import StoreProblem
from bot.domain.chat import markers
from bot.domain.versions import Version
from bot.handlers.trackers import LABELS
from bot.ports import Passing
from bot.wiring import Wiring


class Glance(Wiring):
    """The wiring, but the store is used only if there is one: none is ever made or migrated."""

    @cached_property
    def records(self) -> SqlLedger | None:
        """The ledger of the mibot that serves, when this machine has it."""
        try:
            file = self.database.url.database
        except StoreProblem:
            return None
        absent = self.database.is_sqlite and not (file and Path(file).is_file())
        return None if absent else self.ledger

    @cached_property
    def deployment(self) -> GitHubDeployment:
        cache = TolerantCache(self.records)
        return GitHubDeployment(self.session, self.settings.repositories.deployment, cache)

    def tracker(self, version: Version) -> str:
        """The address of the version's tracker: as the store has it, else as GitHub does; nothing without one."""
        with suppress(Passing, SQLAlchemyError):
            record = self.records.tracker(version) if self.records else None
            if record is not None:
                return record.url
        found = self.issues.issues_with(LABELS, state="all")
        return next((issue.url for issue in found if markers.tracker_version(issue.body) == version), "")
