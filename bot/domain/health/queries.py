"""What health checks ask of external systems, and the answers, as plain data. Times are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.github_models import CommitChecks
from bot.domain.reasons import Reason


@dataclass(frozen=True)
class Unavailable:
    """No answer, and why. The reason holds no secret and no customer's name."""

    reason: Reason


@dataclass(frozen=True)
class MachineQuery:
    """Ask Compute Engine for these machines by name, in one project and zone."""

    project: str
    zone: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Machines:
    """The answer to a MachineQuery: the status of each machine that exists, by name (`RUNNING`, `TERMINATED` …).

    `machine_types` (`n2-standard-16`) and `started_at`, the last start, are given where they are known.
    """

    statuses: Mapping[str, str]
    machine_types: Mapping[str, str] = field(default_factory=dict)
    started_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class SnapshotQuery:
    """Ask Compute Engine for the snapshots of a machine's data disks (all its disks except the boot disk)."""

    project: str
    zone: str
    machine: str


@dataclass(frozen=True)
class DiskSnapshot:
    """One snapshot: its name, its disk, Google's status (`READY` …), when it was taken, its labels, and the number
    of its disk (empty if unknown), which no other disk of the same name has."""

    name: str
    disk: str
    status: str
    taken_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    disk_id: str = ""


@dataclass(frozen=True)
class DiskSnapshots:
    """The answer to a SnapshotQuery: the names of the data disks, and their snapshots, newest first. Those of a
    deleted disk of the same name are not theirs."""

    disks: tuple[str, ...]
    snapshots: tuple[DiskSnapshot, ...] = ()


@dataclass(frozen=True)
class InstanceGroupQuery:
    """Ask Compute Engine for the managed instance groups of a project, in every zone and region."""

    project: str


@dataclass(frozen=True)
class InstanceGroup:
    """A managed instance group: its name, its target size, and its autoscaler's limit (None without an autoscaler;
    people resize such a group, and it may have any size)."""

    name: str
    target_size: int
    max_size: int | None = None


@dataclass(frozen=True)
class InstanceGroups:
    """The answer to an InstanceGroupQuery."""

    groups: tuple[InstanceGroup, ...]


@dataclass(frozen=True)
class SqlInstanceQuery:
    """Ask the Cloud SQL Admin API for the database instances of a project."""

    project: str


@dataclass(frozen=True)
class SqlInstance:
    """One database instance: Google's state (`RUNNABLE` …), disk size and use in GB (None if unknown), whether the
    disk grows by itself (up to `limit_gb`; 0 means no limit), and whether Google shut it down for a full disk."""

    name: str
    state: str
    disk_gb: float | None = None
    used_gb: float | None = None
    auto_resize: bool = False
    limit_gb: float = 0.0
    out_of_disk: bool = False


@dataclass(frozen=True)
class SqlInstances:
    """The answer to a SqlInstanceQuery."""

    instances: tuple[SqlInstance, ...]


@dataclass(frozen=True)
class SqlBackupQuery:
    """Ask the Cloud SQL Admin API for the backups of every database instance of a project."""

    project: str


@dataclass(frozen=True)
class SqlBackup:
    """One backup run: Google's status (`SUCCESSFUL`, `FAILED`, `RUNNING` …) and type (`AUTOMATED`, `ON_DEMAND`), when
    it started and ended (None while it runs), the description that its request gave, and Google's error code."""

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
    """The answer to a SqlBackupQuery: the names of the database instances, and their backups, newest first. Those of
    a deleted instance of the same name are not theirs."""

    instances: tuple[str, ...]
    backups: tuple[SqlBackup, ...] = ()


@dataclass(frozen=True)
class UptimeQuery:
    """Ask Cloud Monitoring for the uptime checks of a project that watch `host`, and for their results within the
    last `seconds`."""

    project: str
    host: str
    seconds: float


@dataclass(frozen=True)
class UptimeRegion:
    """The results of an uptime check in one region: how many, how many failures, and whether the last one passed."""

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
    """One open alert: the name of its policy, its severity (`CRITICAL`, `ERROR`, `WARNING`, empty if unknown), since
    when it is open, and where it was found (`project`, `scoped` or `opsgenie`)."""

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
    """Ask Opsgenie for the open alerts that have the instance's slug or project as a tag or detail."""

    slug: str
    project: str


@dataclass(frozen=True)
class FrontEndQuery:
    """Ask an instance's front end over HTTPS for `/`, `/__version`, `/ready` and `/healthz`."""

    domain: str


class FrontEndRefusal(StrEnum):
    """How the front end, or a proxy in front of it, turns mibot away. The values are stored."""

    DENIED = "denied"
    """It answers with status 401 or 403."""
    NO_HOST_NAME = "no_host_name"
    """The domain in config.yaml is no host name."""
    UNKNOWN_HOST = "unknown_host"
    NOTHING_ANSWERS = "nothing_answers"
    UNREACHABLE = "unreachable"
    CONNECTION_REFUSED = "connection_refused"
    HANDSHAKE_BROKEN_OFF = "handshake_broken_off"
    CONNECTION_CLOSED = "connection_closed"


class CertificateFault(StrEnum):
    """What is wrong with the front end's certificate. The values are stored."""

    NOT_VALID_YET = "not_valid_yet"
    EXPIRED = "expired"
    OTHER_HOST = "other_host"
    UNTRUSTED = "untrusted"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True)
class FrontEnd:
    """The answer to a FrontEndQuery.

    Statuses are HTTP's, 0 if there was no answer. `headers` (lower case names) are those of `/`, `version` is the
    text of `/__version`, and `certificate_ends` is when the certificate expires. With a `certificate_fault`, nothing
    else is known.
    """

    status: int
    version: str
    ready: int
    healthz: int
    certificate_ends: datetime | None
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: FrontEndRefusal | None = None
    certificate_fault: CertificateFault | None = None


@dataclass(frozen=True)
class ContainersQuery:
    """Ask GitHub for the check runs with which a workflow run reports on the instance's containers."""

    run: int


@dataclass(frozen=True)
class CheckRunOutput:
    """A check run that belongs to a workflow run: its name, its summary and text, and its page."""

    name: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class ContainerReports:
    """The answer to a ContainersQuery."""

    reports: tuple[CheckRunOutput, ...]


@dataclass(frozen=True)
class CommitStatusQuery:
    """Ask GitHub for the check runs and statuses of a pull request's head commit, and which of them are required."""

    commit: str


@dataclass(frozen=True)
class CommitStatus:
    """The answer to a CommitStatusQuery. `required` are the names that branch protection requires, `seen` all names
    that have reported."""

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
