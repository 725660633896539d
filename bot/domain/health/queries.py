"""What health checks ask the world for and what comes back, as plain data. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.github_models import CommitChecks


@dataclass(frozen=True)
class Unavailable:
    """No answer, and why. The reason holds no secret and no customer's name."""

    reason: Any  # a Reason; a str where an adapter does not give one yet


@dataclass(frozen=True)
class MachineQuery:
    """Ask Compute Engine for these machines by name, in one project and zone."""

    project: str
    zone: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Machines:
    """The answer to a MachineQuery: machine name to its status (`RUNNING`, `TERMINATED` …); absent is missing.

    `kinds` are the machine types (`n2-standard-16`), `since` when each was last started, where that is known.
    """

    statuses: Mapping[str, str]
    machine_types: Mapping[str, str] = field(default_factory=dict)
    started_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class SnapshotQuery:
    """Ask Compute Engine for the snapshots of a machine's data disks (all of its disks but the boot disk)."""

    project: str
    zone: str
    machine: str


@dataclass(frozen=True)
class DiskSnapshot:
    """One snapshot: its name, the disk it is of, Google's status (`READY` …), when it was taken, its labels."""

    name: str
    disk: str
    status: str
    taken_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DiskSnapshots:
    """The answer to a SnapshotQuery: the names of the data disks, and their snapshots, newest first."""

    disks: tuple[str, ...]
    snapshots: tuple[DiskSnapshot, ...] = ()


@dataclass(frozen=True)
class InstanceGroupQuery:
    """Ask Compute Engine for the managed instance groups of a project, in every zone and region."""

    project: str


@dataclass(frozen=True)
class InstanceGroup:
    """A managed instance group: its name, its target size now, and the most that its autoscaler lets it have (None
    without an autoscaler: then it is resized by hand and may have any size)."""

    name: str
    target_size: int
    max_size: int | None = None


@dataclass(frozen=True)
class InstanceGroups:
    """The answer to a GroupQuery."""

    groups: tuple[InstanceGroup, ...]


@dataclass(frozen=True)
class SqlInstanceQuery:
    """Ask the Cloud SQL Admin API for the database instances of a project."""

    project: str


@dataclass(frozen=True)
class SqlInstance:
    """One database instance: Google's state (`RUNNABLE` …), disk size and use in GB where Google tells, whether the
    disk grows by itself (up to `limit_gb`, 0 for no limit), and whether Google has shut it down for a full disk."""

    name: str
    state: str
    disk_gb: float | None = None
    used_gb: float | None = None
    auto_resize: bool = False
    limit_gb: float = 0.0
    out_of_disk: bool = False


@dataclass(frozen=True)
class SqlInstances:
    """The answer to a SqlQuery."""

    instances: tuple[SqlInstance, ...]


@dataclass(frozen=True)
class SqlBackupQuery:
    """Ask the Cloud SQL Admin API for the backups of every database instance of a project."""

    project: str


@dataclass(frozen=True)
class SqlBackup:
    """One backup run: Google's status (`SUCCESSFUL`, `FAILED`, `RUNNING` …) and type (`AUTOMATED`, `ON_DEMAND`), when
    it was begun and ended (None while it runs), and what was said when it was asked for."""

    instance: str
    id: str
    status: str
    type: str
    started_at: datetime
    ended_at: datetime | None = None
    description: str = ""
    error: str = ""


@dataclass(frozen=True)
class SqlBackups:
    """The answer to a SqlBackupQuery: the names of the database instances, and their backups, newest first."""

    instances: tuple[str, ...]
    backups: tuple[SqlBackup, ...] = ()


@dataclass(frozen=True)
class UptimeQuery:
    """Ask Cloud Monitoring for the uptime checks of a project that watch `host`, and how they went over the last
    `seconds`."""

    project: str
    host: str
    seconds: float


@dataclass(frozen=True)
class UptimeRegion:
    """How one region saw an uptime check: how often it looked, how often that failed, and how the last look went."""

    region: str
    results: int
    failures: int
    is_passing: bool


@dataclass(frozen=True)
class UptimeCheck:
    """One uptime check: its display name, and every region that reported."""

    name: str
    regions: tuple[UptimeRegion, ...]


@dataclass(frozen=True)
class UptimeChecks:
    """The answer to an UptimeQuery."""

    checks: tuple[UptimeCheck, ...]


@dataclass(frozen=True)
class AlertQuery:
    """Ask Cloud Monitoring for open alerts: all of the instance's `project`, and those of the scoped monitoring
    project that are about a resource of `project`."""

    project: str
    monitoring_project: str


@dataclass(frozen=True)
class Alert:
    """One open alert: the name of its policy, its severity (`CRITICAL`, `ERROR`, `WARNING`, or nothing), since when,
    and where it was found (`project`, `scoped` or `opsgenie`)."""

    policy: str
    severity: str
    since: datetime
    source: str


@dataclass(frozen=True)
class Alerts:
    """The answer to an AlertQuery or an OpsgenieQuery."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class OpsgenieQuery:
    """Ask Opsgenie for the open alerts that bear the instance's slug or project as a tag or detail."""

    slug: str
    project: str


@dataclass(frozen=True)
class FrontEndQuery:
    """Ask an instance's front end over HTTPS: `/`, `/__version`, `/ready`, `/healthz`."""

    domain: str


@dataclass(frozen=True)
class FrontEnd:
    """The answer to a FrontEndQuery. Statuses are HTTP's, 0 where there was no answer; `headers` (lower case names)
    are those of `/`; `version` is the text of `/__version`; `certificate_ends` when the certificate runs out.

    `refused` says that the front end or what stands before it turned us away (403, 401, a closed port), and how: a
    clause without a name. `certificate_fault` is what its certificate does wrong (`has expired`); then nothing else
    is known."""

    status: int
    version: str
    ready: int
    healthz: int
    certificate_ends: datetime | None
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    certificate_fault: str = ""


@dataclass(frozen=True)
class ContainersQuery:
    """Ask GitHub for what a workflow run published about the instance's containers, as check runs."""

    run: int


@dataclass(frozen=True)
class CheckRunOutput:
    """A check run that belongs to a workflow run: its name, summary and text, and where a person sees it."""

    name: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class ContainerReports:
    """The answer to a ContainersQuery."""

    reports: tuple[CheckRunOutput, ...]


@dataclass(frozen=True)
class CommitStatusQuery:
    """Ask GitHub for the check runs and statuses of a pull request's head commit, and which are required."""

    commit: str


@dataclass(frozen=True)
class CommitStatus:
    """The answer to a CommitQuery; `required` are the names that branch protection asks for, `seen` all that
    reported."""

    checks: CommitChecks
    required: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


Query = (
    MachineQuery
    | SnapshotQuery
    | InstanceGroupQuery
    | SqlInstanceQuery
    | SqlBackupQuery
    | UptimeQuery
    | AlertQuery
    | OpsgenieQuery
    | FrontEndQuery
    | ContainersQuery
    | CommitStatusQuery
)
Answer = (
    Machines
    | DiskSnapshots
    | InstanceGroups
    | SqlInstances
    | SqlBackups
    | UptimeChecks
    | Alerts
    | FrontEnd
    | ContainerReports
    | CommitStatus
    | Unavailable
)
