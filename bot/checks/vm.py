"""The machines: the one of the active deployment is RUNNING, and only that one (domain.md, "Health", first row)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from bot.domain.fleet.model import DeploymentColor
from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, MachineQuery, Machines
from bot.domain.reasons import Reason
from bot.formats.documents import stored

RUNNING = "RUNNING"
# The rest of Compute Engine's instance states (compute_v1.Instance.Status).
STOPPED_STATES = frozenset({"TERMINATED", "STOPPED", "SUSPENDED"})
TRANSITIONAL_STATES = frozenset(
    {"PENDING", "PROVISIONING", "STAGING", "REPAIRING", "PENDING_STOP", "STOPPING", "SUSPENDING", "DEPROVISIONING"}
)
KNOWN_STATES = STOPPED_STATES | TRANSITIONAL_STATES | {RUNNING}
_STATE_NAME = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)
# Google's machine types: `n2-standard-16`, `c2d-highmem-8`, `n2-custom-8-16384`, `custom-4-8192-ext`.
_MACHINE_TYPE = re.compile(r"(?:[a-z]{1,2}[0-9]{1,2}[a-z]?|custom)(?:-[a-z0-9]{1,12}){1,5}", re.ASCII)


@stored(
    "vm.status",
    active="active",
    active_status="active_status",
    inactive_status="inactive_status",
    machine_type="machine_type",
    started_at="started_at",
)
@dataclass(frozen=True)
class VmStatus(Reason):
    """How both machines are: Google's statuses, None for a machine that does not exist, empty for what is no status.

    `active` is the color of the active one. Its `machine_type` and `started_at` are given if it runs and they are
    known. Only the active machine may run.
    """

    active: DeploymentColor
    active_status: str | None
    inactive_status: str | None
    machine_type: str = ""
    started_at: datetime | None = None


def machine_name(color: DeploymentColor) -> str:
    """The name of the deployment's machine."""
    return f"default-{color}-instance"


def query(context: CheckContext, config: CloudConfig) -> MachineQuery:
    """Both machines: the active one first."""
    instance = context.instance
    names = (machine_name(instance.active), machine_name(instance.active.other))
    return MachineQuery(config.project(instance), config.zone, names)


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if the active machine is RUNNING and the other one is absent or stopped."""
    if not isinstance(answer, Machines):
        return unavailable_verdict(answer)
    finding = _finding(context.instance.active, answer)
    active, inactive = finding.active_status, finding.inactive_status
    if active == RUNNING and (inactive is None or inactive in STOPPED_STATES):
        return Verdict(CheckState.PASS, finding)
    # With the active one right, an unknown state of the other one is not known to be wrong.
    is_unknown = active == RUNNING and inactive not in KNOWN_STATES
    return Verdict(CheckState.UNKNOWN if is_unknown else CheckState.FAIL, finding)


def _finding(color: DeploymentColor, answer: Machines) -> VmStatus:
    name = machine_name(color)
    status = _safe_status(answer.statuses.get(name))
    inactive_status = _safe_status(answer.statuses.get(machine_name(color.other)))
    if status != RUNNING:
        return VmStatus(color, status, inactive_status)
    machine_type = answer.machine_types.get(name, "")
    shown_type = machine_type if _MACHINE_TYPE.fullmatch(machine_type) else ""
    return VmStatus(color, status, inactive_status, shown_type, answer.started_at.get(name))


def _safe_status(status: str | None) -> str | None:
    """The status if it looks like one, else an empty text: a finding may go to a tracker."""
    return status if status is None or _STATE_NAME.fullmatch(status) else ""


def link(context: CheckContext, config: CloudConfig) -> str:
    """The active machine in the Google Cloud console. It names the project."""
    instance = context.instance
    return (
        f"https://console.cloud.google.com/compute/instancesDetail/zones/{quote(config.zone, safe='')}"
        f"/instances/{machine_name(instance.active)}?project={quote(config.project(instance), safe='')}"
    )


CHECK = Check(name="vm", title="Virtual machine", query=query, evaluate=evaluate, link=link)
