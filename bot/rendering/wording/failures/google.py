"""Words for what Google Cloud refuses or fails at."""

from __future__ import annotations

from bot.domain.failures.google import (
    BackupImpossible,
    BackupObstacle,
    GoogleAction,
    GoogleApiDisabled,
    GoogleBillingDisabled,
    GoogleBusy,
    GoogleForbiddenByPolicy,
    GoogleNotFound,
    GooglePermissionMissing,
    GoogleProject,
    GoogleQuotaExceeded,
    GoogleRefused,
    GoogleScopeMissing,
    GoogleServerError,
    GoogleService,
    GoogleSignInFailed,
    GoogleTimedOut,
    GoogleUnreachable,
    GoogleWrongServer,
    GoogleZonesUnreachable,
    SignInProblem,
)
from bot.rendering.wording.dispatch import describe

SERVICES = {
    GoogleService.COMPUTE_ENGINE: "Compute Engine",
    GoogleService.CLOUD_SQL_ADMIN: "Cloud SQL Admin",
    GoogleService.CLOUD_MONITORING: "Cloud Monitoring",
}
_PROJECTS = {
    GoogleProject.INSTANCE: "the instance's project",
    GoogleProject.MONITORING: "the scoped monitoring project",
}
# They complete "mibot's Google account may not …".
_ACTIONS = {
    GoogleAction.LIST_MACHINES: "list the machines",
    GoogleAction.LIST_DISKS: "list the disks",
    GoogleAction.LIST_SNAPSHOTS: "list the disk snapshots",
    GoogleAction.LIST_INSTANCE_GROUPS: "list the instance groups",
    GoogleAction.LIST_AUTOSCALERS: "list the autoscalers",
    GoogleAction.LIST_DATABASES: "list the database instances",
    GoogleAction.LIST_DATABASE_BACKUPS: "list the databases' backups",
    GoogleAction.LIST_UPTIME_CHECKS: "list the uptime checks",
    GoogleAction.READ_UPTIME_RESULTS: "read how the uptime checks went",
    GoogleAction.LIST_ALERTS: "list the open alerts",
    GoogleAction.CREATE_SNAPSHOTS: "take snapshots of the disks",
    GoogleAction.CREATE_DATABASE_BACKUPS: "back up the databases",
}
_SIGN_IN_PROBLEMS = {
    SignInProblem.NO_CREDENTIALS: (
        "mibot found no Google credentials that it can use: run it with a service account, or let "
        "GOOGLE_APPLICATION_CREDENTIALS name a key file that it can read."
    ),
    SignInProblem.REJECTED: (
        "Google rejected mibot's credentials as expired, revoked or wrong: renew them, and check the clock of the "
        "machine that runs mibot."
    ),
    SignInProblem.CLOCK_DIFFERS: (
        "Google rejected mibot's credentials because the clock of the machine that runs mibot differs from Google's: "
        "set it right."
    ),
    SignInProblem.UNREACHABLE: (
        "Google's sign-in service could not be reached: check the network of the machine that runs mibot."
    ),
}
_OBSTACLES = {
    BackupObstacle.NO_DATA_DISK: (
        "There is no data disk to take a snapshot of: attach one to the active VM, or correct active_deployment in "
        "terraform.tfvars and the setting gcp.zone."
    ),
    BackupObstacle.REGIONAL_DISK: (
        "A data disk is regional, and mibot does not back up regional disks: move the data to a disk "
        "of the VM's zone."
    ),
    BackupObstacle.NO_DATABASE: (
        "There is no Cloud SQL instance to back up: create one, or correct the setting gcp.project_template if it is "
        "elsewhere."
    ),
}


@describe.register
def _(reason: GoogleSignInFailed) -> str:
    return _SIGN_IN_PROBLEMS[reason.problem]


@describe.register
def _(reason: GoogleScopeMissing) -> str:
    return (
        "mibot's Google credentials are limited to other services: give the machine or key that mibot runs with the "
        f"access scope {reason.scope}."
    )


@describe.register
def _(reason: GooglePermissionMissing) -> str:
    account = f"mibot's Google account{f' {reason.account}' if reason.account else ''}"
    return (
        f"{account} may not {_ACTIONS[reason.action]}: grant it the permission {reason.permission} "
        f"(role {reason.role}) in {_PROJECTS[reason.project]}."
    )


@describe.register
def _(reason: GoogleApiDisabled) -> str:
    return (
        f"The {SERVICES[reason.service]} API is not enabled in {_PROJECTS[reason.project]}: enable {reason.api} "
        "there, and check again a few minutes later."
    )


@describe.register
def _(reason: GoogleNotFound) -> str:
    project = _PROJECTS[reason.project]
    place = f"{project[0].upper()}{project[1:]}{' or zone' if 'gcp.zone' in reason.settings else ''}"
    settings = f"the setting{'s' if len(reason.settings) > 1 else ''} {' and '.join(reason.settings)}"
    return f"{place} was not found: check {settings}."


@describe.register
def _(reason: GoogleBillingDisabled) -> str:
    return f"Billing is off for {_PROJECTS[reason.project]}: link the project to a billing account."


@describe.register
def _(reason: GoogleQuotaExceeded) -> str:
    return (
        f"Google's request quota for {SERVICES[reason.service]} is used up: check again in a minute, or have the "
        "quota raised if this happens often."
    )


@describe.register
def _(reason: GoogleUnreachable) -> str:
    return (
        f"{SERVICES[reason.service]} could not be reached (the connection was refused or broken): check the setting "
        f"{reason.setting} and the network of the machine that runs mibot."
    )


@describe.register
def _(reason: GoogleWrongServer) -> str:
    return (
        f"The response did not come from the {SERVICES[reason.service]} API: check the setting "
        f"{reason.setting}, and whether a proxy is in between."
    )


@describe.register
def _(reason: GoogleTimedOut) -> str:
    return (
        f"{SERVICES[reason.service]} did not answer within {reason.deadline:g} seconds: check again, and "
        "check the network between mibot and Google if that persists."
    )


@describe.register
def _(reason: GoogleServerError) -> str:
    return (
        f"{SERVICES[reason.service]} failed with error {reason.status}, even after a retry: check again in a few "
        "minutes, and see https://status.cloud.google.com if that persists."
    )


@describe.register
def _(reason: GoogleRefused) -> str:
    service = SERVICES[reason.service]
    return f"{service} refused the request with error {reason.status}: see mibot's log for its response."


@describe.register
def _(reason: GoogleBusy) -> str:
    return (
        f"{SERVICES[reason.service]} can't do it right now, because something that it needs is in use, not ready or "
        "used up for the moment."
    )


@describe.register
def _(reason: GoogleForbiddenByPolicy) -> str:
    return (
        f"A policy of the organization keeps mibot from using {SERVICES[reason.service]} in "
        f"{_PROJECTS[reason.project]}: let the organization's administrators allow it (VPC Service Controls or "
        "organization policies)."
    )


@describe.register
def _(reason: GoogleZonesUnreachable) -> str:
    return (
        f"{SERVICES[reason.service]} could not search every zone and region: check again in a few minutes, and "
        "see https://status.cloud.google.com if that persists."
    )


@describe.register
def _(reason: BackupImpossible) -> str:
    return _OBSTACLES[reason.obstacle]
