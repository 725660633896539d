"""What people read of the check `sql_backup`."""

from __future__ import annotations

import pytest

from bot.checks.sql_backup import NothingToBackUp
from bot.domain.health.recovery import BackedUpResource, BackupFreshness, BackupsSeen
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 330),
            "The newest backup of the database instance is 5 hours 30 minutes old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 120),
            "The newest backup of the database instance is 2 hours old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1440),
            "The newest backup of the database instance is 24 hours old (limit: 24 hours): make a backup, and check "
            "whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1446),
            "The newest backup of the database instance is 24 hours 6 minutes old (limit: 24 hours): make a backup, "
            "and check whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.NONE, 1, 1),
            "The database instance has no backup: make a backup, and check whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FAILED, 1, 1, 300),
            "The last backup of the database instance failed: find the reason in the Google Cloud console, and "
            "make a backup, and check whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 60),
            "The newest backup of the database instance is 1 hour old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 1, 1, 300),
            "The newest backup of the database instance is 5 hours old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1800),
            "The newest backup of the database instance is 30 hours old (limit: 24 hours): make a backup, and check "
            "whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.STALE, 1, 1, 1500),
            "The newest backup of the database instance is 25 hours old (limit: 24 hours): make a backup, and check "
            "whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.IN_FUTURE, 1, 1),
            "The newest backup of the database instance has a time in the future: correct the clock of the machine "
            "that runs mibot, then check again.",
        ),
        (
            NothingToBackUp(),
            "There is no Cloud SQL instance that has backups: create one, or correct the setting "
            "gcp.project_template if it is elsewhere.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.NONE, 1, 2),
            "1 of 2 database instances has no backup: make a backup, and check whether automated backups are on.",
        ),
        (
            BackupsSeen(BackedUpResource.DATABASE_INSTANCE, BackupFreshness.FRESH, 2, 2, 180),
            "The newest backup of each of 2 database instances is up to 3 hours old (limit: 24 hours).",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
