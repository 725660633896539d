"""The machines: the active deployment's one is RUNNING, and only that one (domain.md, "Health", first row)."""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.fleet.model import DeploymentColor
from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, MachineQuery, Machines

RUNNING = "RUNNING"
# The rest of Compute Engine's instance states (compute_v1.Instance.Status), in people's words.
STOPPED_STATES = {"TERMINATED": "is stopped", "STOPPED": "is stopped", "SUSPENDED": "is suspended"}
TRANSITIONAL_STATES = {
    "PENDING": "is waiting to start",
    "PROVISIONING": "is starting",
    "STAGING": "is starting",
    "REPAIRING": "is being repaired by Google",
    "PENDING_STOP": "is stopping",
    "STOPPING": "is stopping",
    "SUSPENDING": "is being suspended",
    "DEPROVISIONING": "is being torn down",
}
_WORDS = {RUNNING: "is running"} | STOPPED_STATES | TRANSITIONAL_STATES
_STATE_NAME = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)
# Google's machine types: `n2-standard-16`, `c2d-highmem-8`, `n2-custom-8-16384`, `custom-4-8192-ext`.
_KIND_NAME = re.compile(r"(?:[a-z]{1,2}[0-9]{1,2}[a-z]?|custom)(?:-[a-z0-9]{1,12}){1,5}", re.ASCII)


def machine_name(colour: DeploymentColor) -> str:
    """The name of the deployment's machine."""
    return f"default-{colour}-instance"


def query(subject: CheckContext, places: CloudConfig) -> MachineQuery:
    """Both machines: the active one first."""
    instance = subject.instance
    names = (machine_name(instance.active), machine_name(instance.active.other))
    return MachineQuery(places.project(instance), places.zone, names)


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when the active machine is RUNNING and the other is absent or at rest; no answer is unknown."""
    if not isinstance(answer, Machines):
        return unavailable_verdict(answer)
    instance = subject.instance
    name = machine_name(instance.active)
    active = answer.statuses.get(name)
    other = answer.statuses.get(machine_name(instance.active.other))
    details = _details(answer, name) if active == RUNNING else ""
    sentence = (
        f"The active VM ({instance.active}) {_describe(active, details)} and the inactive one "
        f"({instance.active.other}) {_describe(other)}"
    )
    if active == RUNNING and (other is None or other in STOPPED_STATES):
        return Verdict(CheckState.PASS, f"{sentence}.")
    # With the active one right, a state of the other that we can't read is not known to be wrong.
    state = CheckState.UNKNOWN if active == RUNNING and other not in _WORDS else CheckState.FAIL
    return Verdict(state, f"{sentence}: {_advice(active, other)}.")


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The active machine in the Google Cloud console. It names the project."""
    instance = subject.instance
    return (
        f"https://console.cloud.google.com/compute/instancesDetail/zones/{quote(places.zone, safe='')}"
        f"/instances/{machine_name(instance.active)}?project={quote(places.project(instance), safe='')}"
    )


def _details(answer: Machines, name: str) -> str:
    """A machine's type and since when it runs, as far as they are known, to go on with after its status."""
    kind, since = answer.machine_types.get(name, ""), answer.started_at.get(name)
    told = [kind] if _KIND_NAME.fullmatch(kind) else []
    return "".join(f", {word}" for word in [*told, *([f"since {since:%Y-%m-%d %H:%M} UTC"] if since else [])])


def _describe(status: str | None, details: str = "") -> str:
    """The predicate of a sentence about a machine in that state; None is a machine that is not there."""
    if status is None:
        return "does not exist"
    if status in _WORDS:
        return f"{_WORDS[status]} ({status}{details})"
    # Only what looks like a state's name is repeated: the sentence goes to a tracker.
    return f"is in a state that mibot does not know{f' ({status})' if _STATE_NAME.fullmatch(status) else ''}"


def _advice(active: str | None, other: str | None) -> str:
    """What a person does about it, when it is not as it should be."""
    if active is None and other is None:
        return "create them, or correct the settings gcp.project_template and gcp.zone if they exist elsewhere"
    if active in TRANSITIONAL_STATES or other in TRANSITIONAL_STATES:
        return "check again when that is over"
    if active == RUNNING and other == RUNNING:
        return "only the active one may run, so stop the other"
    if other == RUNNING:
        return "start the active one and stop the other, or correct active_deployment in terraform.tfvars"
    if active is None:
        return "create the active one, or correct active_deployment in terraform.tfvars"
    if active in STOPPED_STATES:
        return "start the active one"
    return "look at it in the Google Cloud console"


CHECK = Check(name="vm", title="Virtual machine", query=query, evaluate=evaluate, link=link)
