"""Words for the snapshots of the data disks. `wording.backups` has those about their age."""

from __future__ import annotations

from bot.checks.disk_snapshot import NoDataDisk
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: NoDataDisk) -> str:
    return (
        "The active VM has no data disk, or does not exist: attach one, or correct active_deployment in "
        "terraform.tfvars."
    )
