"""What people read when Google Cloud refuses or fails."""

from __future__ import annotations

import pytest

from bot.domain.failures.google import (
    BackupImpossible,
    BackupObstacle,
    GoogleAction,
    GoogleApiDisabled,
    GoogleBillingDisabled,
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
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from bot.rendering.wording.failures.google import SERVICES

COMPUTE, SQL, MONITORING = GoogleService


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            GoogleSignInFailed(SignInProblem.NO_CREDENTIALS),
            "mibot found no Google credentials that it can use: run it with a service account, or let "
            "GOOGLE_APPLICATION_CREDENTIALS name a key file that it can read.",
        ),
        (
            GoogleSignInFailed(SignInProblem.REJECTED),
            "Google rejected mibot's credentials as expired, revoked or wrong: renew them, and check the clock of "
            "the machine that runs mibot.",
        ),
        (
            GoogleSignInFailed(SignInProblem.UNREACHABLE),
            "Google's sign-in service could not be reached: check the network of the machine that runs mibot.",
        ),
        (
            GoogleScopeMissing("https://www.googleapis.com/auth/compute.readonly"),
            "mibot's Google credentials are limited to other services: give the machine or key that mibot runs with "
            "the access scope https://www.googleapis.com/auth/compute.readonly.",
        ),
        (
            GooglePermissionMissing(
                GoogleAction.LIST_MACHINES, "compute.instances.list", "Compute Viewer", GoogleProject.INSTANCE
            ),
            "mibot's Google account may not list the machines: grant it the permission compute.instances.list "
            "(role Compute Viewer) in the instance's project.",
        ),
        (
            GooglePermissionMissing(
                GoogleAction.LIST_ALERTS,
                "monitoring.alerts.list",
                "Monitoring Alert Viewer",
                GoogleProject.MONITORING,
                "mibot@example.test",
            ),
            "mibot's Google account mibot@example.test may not list the open alerts: grant it the permission "
            "monitoring.alerts.list (role Monitoring Alert Viewer) in the scoped monitoring project.",
        ),
        (
            GoogleApiDisabled(SQL, "sqladmin.googleapis.com", GoogleProject.INSTANCE),
            "The Cloud SQL Admin API is not enabled in the instance's project: enable sqladmin.googleapis.com there, "
            "and check again a few minutes later.",
        ),
        (
            GoogleNotFound(GoogleProject.INSTANCE, ("gcp.project_template", "gcp.zone")),
            "The instance's project or zone was not found: check the settings gcp.project_template and gcp.zone.",
        ),
        (
            GoogleNotFound(GoogleProject.MONITORING, ("gcp.monitoring_project",)),
            "The scoped monitoring project was not found: check the setting gcp.monitoring_project.",
        ),
        (
            GoogleBillingDisabled(GoogleProject.INSTANCE),
            "Billing is off for the instance's project: link the project to a billing account.",
        ),
        (
            GoogleQuotaExceeded(COMPUTE),
            "Google's request quota for Compute Engine is used up: check again in a minute, or have the quota "
            "raised if this happens often.",
        ),
        (
            GoogleUnreachable(MONITORING, "gcp.monitoring_endpoint"),
            "Cloud Monitoring could not be reached (the connection was refused or broken): check the setting "
            "gcp.monitoring_endpoint and the network of the machine that runs mibot.",
        ),
        (
            GoogleWrongServer(MONITORING, "gcp.alerts_endpoint"),
            "The response did not come from the Cloud Monitoring API: check the setting gcp.alerts_endpoint, and "
            "whether a proxy is in between.",
        ),
        (
            GoogleTimedOut(COMPUTE, 0.3),
            "Compute Engine did not answer within 0.3 seconds: check again, and check the network between mibot and "
            "Google if that persists.",
        ),
        (
            GoogleServerError(COMPUTE, 503),
            "Compute Engine failed with error 503, even after a retry: check again in a few minutes, and see "
            "https://status.cloud.google.com if that persists.",
        ),
        (
            GoogleRefused(SQL, 409),
            "Cloud SQL Admin refused the request with error 409: see mibot's log for its response.",
        ),
        (
            GoogleZonesUnreachable(COMPUTE),
            "Compute Engine could not search every zone and region: check again in a few minutes, and see "
            "https://status.cloud.google.com if that persists.",
        ),
        (
            BackupImpossible(BackupObstacle.NO_DATA_DISK),
            "There is no data disk to take a snapshot of: attach one to the active VM, or correct active_deployment "
            "in terraform.tfvars and the setting gcp.zone.",
        ),
        (
            BackupImpossible(BackupObstacle.REGIONAL_DISK),
            "A data disk is regional, and mibot does not back up regional disks: move the data to a disk of the VM's "
            "zone.",
        ),
        (
            BackupImpossible(BackupObstacle.NO_DATABASE),
            "There is no Cloud SQL instance to back up: create one, or correct the setting gcp.project_template if "
            "it is elsewhere.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence


@pytest.mark.parametrize("action", GoogleAction)
def test_every_action_has_words(action: GoogleAction) -> None:
    reason = GooglePermissionMissing(action, "a.b", "Role", GoogleProject.INSTANCE)
    assert describe(reason).startswith("mibot's Google account may not ")


def test_every_service_has_a_name() -> None:
    assert SERVICES.keys() == set(GoogleService)
