"""Google Cloud: Compute Engine, Cloud SQL and Cloud Monitoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.adapters.gcp.backups import GoogleBackups
from bot.adapters.gcp.compute import ComputeInspector
from bot.adapters.gcp.monitoring import MonitoringInspector
from bot.adapters.gcp.sqladmin import SqlInspector
from bot.domain.health.queries import (
    AlertQuery,
    Answer,
    InstanceGroupQuery,
    MachineQuery,
    SnapshotQuery,
    SqlBackupQuery,
    SqlInstanceQuery,
    UptimeQuery,
)

__all__ = ["ComputeInspector", "GoogleBackups", "MonitoringInspector", "SqlInspector", "google_query_handlers"]


def google_query_handlers(
    compute: str | None = None,
    sqladmin: str | None = None,
    monitoring: str | None = None,
    alerts: str | None = None,
) -> dict[type, Callable[[Any], Answer]]:
    """Who at Google answers which call; each argument is another endpoint than Google's own."""
    machines, databases = ComputeInspector(compute), SqlInspector(sqladmin)
    watchers = MonitoringInspector(monitoring, alerts)
    return {
        MachineQuery: machines.machines,
        SnapshotQuery: machines.snapshots,
        InstanceGroupQuery: machines.groups,
        SqlInstanceQuery: databases.instances,
        SqlBackupQuery: databases.backups,
        UptimeQuery: watchers.uptime,
        AlertQuery: watchers.alerts,
    }
