"""What people read of the check `vm`."""

from __future__ import annotations

import pytest

from bot.checks.vm import VmStatus
from bot.domain.fleet.model import DeploymentColor
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.checks.seen import NOW


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            VmStatus(DeploymentColor.RED, "RUNNING", None),
            "The active VM (red) is running (RUNNING) and the inactive one (black) does not exist.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "TERMINATED"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is stopped (TERMINATED).",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "STOPPED"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is stopped (STOPPED).",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "SUSPENDED"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is suspended (SUSPENDED).",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "RUNNING"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is running (RUNNING): "
            "only the active one may run, so stop the other.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "STAGING"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is starting (STAGING): "
            "check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "STOPPING"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is stopping "
            "(STOPPING): check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "REPAIRING"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is being repaired by "
            "Google (REPAIRING): check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", "DREAMING"),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is in an unknown state "
            "(DREAMING): look at it in the Google Cloud console.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", ""),
            "The active VM (red) is running (RUNNING) and the inactive one (black) is in an unknown state: look at "
            "it in the Google Cloud console.",
        ),
        (
            VmStatus(DeploymentColor.RED, "PENDING", None),
            "The active VM (red) is waiting to start (PENDING) and the inactive one (black) does not "
            "exist: check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "PROVISIONING", None),
            "The active VM (red) is starting (PROVISIONING) and the inactive one (black) does not exist: "
            "check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "STAGING", "TERMINATED"),
            "The active VM (red) is starting (STAGING) and the inactive one (black) is stopped "
            "(TERMINATED): check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "STOPPING", None),
            "The active VM (red) is stopping (STOPPING) and the inactive one (black) does not exist: "
            "check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "PENDING_STOP", None),
            "The active VM (red) is stopping (PENDING_STOP) and the inactive one (black) does not exist: "
            "check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "SUSPENDING", None),
            "The active VM (red) is being suspended (SUSPENDING) and the inactive one (black) does not "
            "exist: check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "DEPROVISIONING", None),
            "The active VM (red) is being deleted (DEPROVISIONING) and the inactive one (black) does "
            "not exist: check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "REPAIRING", None),
            "The active VM (red) is being repaired by Google (REPAIRING) and the inactive one (black) "
            "does not exist: check again afterwards.",
        ),
        (
            VmStatus(DeploymentColor.RED, "TERMINATED", None),
            "The active VM (red) is stopped (TERMINATED) and the inactive one (black) does not exist: "
            "start the active one.",
        ),
        (
            VmStatus(DeploymentColor.RED, "SUSPENDED", "SUSPENDED"),
            "The active VM (red) is suspended (SUSPENDED) and the inactive one (black) is suspended "
            "(SUSPENDED): start the active one.",
        ),
        (
            VmStatus(DeploymentColor.RED, "TERMINATED", "RUNNING"),
            "The active VM (red) is stopped (TERMINATED) and the inactive one (black) is running "
            "(RUNNING): start the active one and stop the other, or correct active_deployment in "
            "terraform.tfvars.",
        ),
        (
            VmStatus(DeploymentColor.RED, None, "RUNNING"),
            "The active VM (red) does not exist and the inactive one (black) is running (RUNNING): start "
            "the active one and stop the other, or correct active_deployment in terraform.tfvars.",
        ),
        (
            VmStatus(DeploymentColor.RED, None, "TERMINATED"),
            "The active VM (red) does not exist and the inactive one (black) is stopped (TERMINATED): "
            "create the active one, or correct active_deployment in terraform.tfvars.",
        ),
        (
            VmStatus(DeploymentColor.RED, None, None),
            "The active VM (red) does not exist and the inactive one (black) does not exist: create them, "
            "or correct the settings gcp.project_template and gcp.zone if they exist elsewhere.",
        ),
        (
            VmStatus(DeploymentColor.RED, "DREAMING", None),
            "The active VM (red) is in an unknown state (DREAMING) and the inactive one "
            "(black) does not exist: look at it in the Google Cloud console.",
        ),
        (
            VmStatus(DeploymentColor.RED, "", None),
            "The active VM (red) is in an unknown state and the inactive one (black) does "
            "not exist: look at it in the Google Cloud console.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", None, "n2-standard-16", NOW),
            "The active VM (red) is running (RUNNING, n2-standard-16, since 2026-01-05 09:00 UTC) and the "
            "inactive one (black) does not exist.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", None, "n2-standard-16"),
            "The active VM (red) is running (RUNNING, n2-standard-16) and the inactive one (black) does not exist.",
        ),
        (
            VmStatus(DeploymentColor.RED, "RUNNING", None, started_at=NOW),
            "The active VM (red) is running (RUNNING, since 2026-01-05 09:00 UTC) and the inactive one "
            "(black) does not exist.",
        ),
        (
            VmStatus(DeploymentColor.BLACK, "RUNNING", "TERMINATED"),
            "The active VM (black) is running (RUNNING) and the inactive one (red) is stopped (TERMINATED).",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
