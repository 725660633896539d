"""Backups of an instance's database and data disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.upgrade.backups import Backup, BackupRequest


class Backups(Protocol):
    """Takes backups and lists them."""

    def ensure(self, order: BackupRequest) -> Sequence[Backup]:
        """Begin each backup of the request that is missing, and return the state of all of them. Safe to repeat.

        Raises PermanentError if there is nothing to back up or Google refuses, TransientError if another try may
        help.
        """

    def beyond_retention(self, order: BackupRequest, keep: int) -> Sequence[Backup]:
        """mibot's own backups, of any request, beyond the newest `keep` of each disk and database instance."""
