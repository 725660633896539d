"""What mibot's backups are called at Google, so that they are found again. Pure."""

from __future__ import annotations

import hashlib
import re

from bot.domain.upgrade.backups import BackupRequest

DESCRIPTION_PREFIX = "mibot "
"""The start of the description of each of our database backups."""
LABEL = ("mibot", "true")
"""The label of each of our snapshots."""


def snapshot_name(request: BackupRequest, path: str) -> str:
    """The name of the request's snapshot of the disk at `path` (`zones/Z/disks/D`); at most 63 characters."""
    return f"{request.request_id}-{hashlib.sha256(path.encode()).hexdigest()[:10]}"


def snapshot_labels(request: BackupRequest) -> dict[str, str]:
    """The labels of the request's snapshots. Google allows lower-case letters, digits, dashes and underscores."""
    labels = {"slug": request.slug, "version": request.version, "tracker": request.tracker}
    return dict([LABEL]) | {key: re.sub(r"[^a-z0-9_-]", "-", value.lower())[:63] for key, value in labels.items()}


def description(request: BackupRequest) -> str:
    """The description of the request's database backups."""
    return f"{DESCRIPTION_PREFIX}{request.request_id}"
