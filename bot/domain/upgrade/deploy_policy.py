"""How merged upgrades are deployed: the rules from the settings, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeployMode(StrEnum):
    """How a merged upgrade comes onto its VM (`deploy.mode`)."""

    DISPATCH = "workflow_dispatch"
    ON_PUSH = "on_push"
    MANUAL = "manual"


@dataclass(frozen=True)
class VerifyPolicy:
    """How a deployed upgrade is verified (`[verify]`). Times are in seconds."""

    timeout: float = 1800.0
    stable_for: float = 300.0
    interval: float = 30.0


@dataclass(frozen=True)
class DeployPolicy:
    """How a merged upgrade is deployed (`[deploy]`), and how it is verified then. Times are in seconds."""

    mode: DeployMode = DeployMode.DISPATCH
    workflow: str = "mi_upgrade.yml"
    backup: bool = True
    backup_timeout: float = 1800.0
    keep_backups: int = 3
    start_timeout: float = 300.0
    timeout: float = 3600.0
    poll: float = 15.0
    verify: VerifyPolicy = VerifyPolicy()
