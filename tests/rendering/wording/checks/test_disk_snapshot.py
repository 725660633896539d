"""What people read of the check `disk_snapshot`."""

from __future__ import annotations

import pytest

from bot.checks.disk_snapshot import NoDataDisk
from bot.domain.health.recovery import BackedUpResource, BackupFreshness, BackupsSeen
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 330),
            "The newest snapshot of the data disk is 5 hours 30 minutes old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1),
            "The newest snapshot of the data disk is 0 minutes old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 1439),
            "The newest snapshot of the data disk is 23 hours 59 minutes old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 1, 1440),
            "The newest snapshot of the data disk is 24 hours old (limit: 24 hours): "
            "take a snapshot, and check whether the disk's snapshot schedule is attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 1, 6000),
            "The newest snapshot of the data disk is 100 hours old (limit: 24 hours): "
            "take a snapshot, and check whether the disk's snapshot schedule is attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 1),
            "The data disk has no snapshot: take a snapshot, and check whether the disk's snapshot schedule is "
            "attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 300),
            "The newest snapshot of the data disk is 5 hours old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FAILED, 1, 1, 300),
            "The last snapshot of the data disk failed: find the reason in the Google Cloud console, and take a "
            "snapshot, and check whether the disk's snapshot schedule is attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 1, 1, 60),
            "The newest snapshot of the data disk is 1 hour old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.IN_FUTURE, 1, 1),
            "The newest snapshot of the data disk has a time in the future: correct the clock of the machine that "
            "runs mibot, then check again.",
        ),
        (
            NoDataDisk(),
            "The active VM has no data disk, or does not exist: attach one, or correct active_deployment "
            "in terraform.tfvars.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 1, 2),
            "1 of 2 data disks has no snapshot: take a snapshot, and check whether the disk's snapshot schedule is "
            "attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 2, 2),
            "Each of 2 data disks has no snapshot: take a snapshot, and check whether the disk's snapshot schedule "
            "is attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.NONE, 2, 3),
            "2 of 3 data disks have no snapshot: take a snapshot, and check whether the disk's snapshot schedule is "
            "attached.",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.FRESH, 2, 2, 420),
            "The newest snapshot of each of 2 data disks is up to 7 hours old (limit: 24 hours).",
        ),
        (
            BackupsSeen(BackedUpResource.DATA_DISK, BackupFreshness.STALE, 1, 2, 1800),
            "The newest snapshot of 1 of 2 data disks is 30 hours old (limit: 24 hours): take a snapshot, and check "
            "whether the disk's snapshot schedule is attached.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
