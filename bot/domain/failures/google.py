"""Why a request to Google Cloud fails. No reason names a project or a customer: the words may go to a tracker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class GoogleService(StrEnum):
    """One of Google's APIs. The values are stored."""

    COMPUTE_ENGINE = "compute_engine"
    CLOUD_SQL_ADMIN = "cloud_sql_admin"
    CLOUD_MONITORING = "cloud_monitoring"


class GoogleProject(StrEnum):
    """Which project a request is about. The values are stored."""

    INSTANCE = "instance"
    MONITORING = "monitoring"


class GoogleAction(StrEnum):
    """What a request attempts. The values are stored."""

    LIST_MACHINES = "list_machines"
    LIST_DISKS = "list_disks"
    LIST_SNAPSHOTS = "list_snapshots"
    LIST_INSTANCE_GROUPS = "list_instance_groups"
    LIST_AUTOSCALERS = "list_autoscalers"
    LIST_DATABASES = "list_databases"
    LIST_DATABASE_BACKUPS = "list_database_backups"
    LIST_UPTIME_CHECKS = "list_uptime_checks"
    READ_UPTIME_RESULTS = "read_uptime_results"
    LIST_ALERTS = "list_alerts"
    CREATE_SNAPSHOTS = "create_snapshots"
    CREATE_DATABASE_BACKUPS = "create_database_backups"


class SignInProblem(StrEnum):
    """Why mibot gets no token from Google. The values are stored."""

    NO_CREDENTIALS = "no_credentials"
    REJECTED = "rejected"
    CLOCK_DIFFERS = "clock_differs"
    UNREACHABLE = "unreachable"


@stored("google.sign_in_failed", problem="problem")
@dataclass(frozen=True)
class GoogleSignInFailed(Reason):
    """mibot cannot sign in."""

    problem: SignInProblem


@stored("google.scope_missing", scope="scope")
@dataclass(frozen=True)
class GoogleScopeMissing(Reason):
    """The credentials lack the access scope that the request needs."""

    scope: str


@stored(
    "google.permission_missing",
    action="action",
    permission="permission",
    role="role",
    project="project",
    account="account",
)
@dataclass(frozen=True)
class GooglePermissionMissing(Reason):
    """mibot's account lacks a permission, which `role` has. `account` is its e-mail address, empty if unknown."""

    action: GoogleAction
    permission: str
    role: str
    project: GoogleProject
    account: str = ""


@stored("google.api_disabled", service="service", api="api", project="project")
@dataclass(frozen=True)
class GoogleApiDisabled(Reason):
    """The project has not enabled the API (`compute.googleapis.com`)."""

    service: GoogleService
    api: str
    project: GoogleProject


@stored("google.not_found", project="project", settings="settings")
@dataclass(frozen=True)
class GoogleNotFound(Reason):
    """There is no such project or zone. `settings` are the ones that say where it is."""

    project: GoogleProject
    settings: tuple[str, ...]


@stored("google.billing_disabled", project="project")
@dataclass(frozen=True)
class GoogleBillingDisabled(Reason):
    """The project has no billing account."""

    project: GoogleProject


@stored("google.quota_exceeded", service="service")
@dataclass(frozen=True)
class GoogleQuotaExceeded(Reason):
    """Google's quota of requests is used up."""

    service: GoogleService


@stored("google.unreachable", service="service", setting="setting")
@dataclass(frozen=True)
class GoogleUnreachable(Reason):
    """No connection, or one that broke. `setting` holds the endpoint."""

    service: GoogleService
    setting: str


@stored("google.wrong_server", service="service", setting="setting")
@dataclass(frozen=True)
class GoogleWrongServer(Reason):
    """Something else than the API answered. `setting` holds the endpoint."""

    service: GoogleService
    setting: str


@stored("google.timed_out", service="service", deadline="deadline_seconds")
@dataclass(frozen=True)
class GoogleTimedOut(Reason):
    """There was no answer within `deadline` seconds."""

    service: GoogleService
    deadline: float


@stored("google.server_error", service="service", status="status")
@dataclass(frozen=True)
class GoogleServerError(Reason):
    """Google failed with a status of 500 or above, and again on every retry."""

    service: GoogleService
    status: int


@stored("google.refused", service="service", status="status")
@dataclass(frozen=True)
class GoogleRefused(Reason):
    """Google refuses the request for a reason that mibot does not know. The log has Google's own words."""

    service: GoogleService
    status: int


@stored("google.busy", service="service")
@dataclass(frozen=True)
class GoogleBusy(Reason):
    """What the request needs is in use, not ready yet, or used up for the moment."""

    service: GoogleService


@stored("google.forbidden_by_policy", service="service", project="project")
@dataclass(frozen=True)
class GoogleForbiddenByPolicy(Reason):
    """A policy of the organization (VPC Service Controls, a constraint) forbids the request."""

    service: GoogleService
    project: GoogleProject


@stored("google.zones_unreachable", service="service")
@dataclass(frozen=True)
class GoogleZonesUnreachable(Reason):
    """Google could not look into every zone and region, so its answer is incomplete."""

    service: GoogleService


class BackupObstacle(StrEnum):
    """Why there is nothing that mibot can back up. The values are stored."""

    NO_DATA_DISK = "no_data_disk"
    REGIONAL_DISK = "regional_disk"
    NO_DATABASE = "no_database"


@stored("google.backup_impossible", obstacle="obstacle")
@dataclass(frozen=True)
class BackupImpossible(Reason):
    """The instance lacks something that a backup needs."""

    obstacle: BackupObstacle
