"""The machines: the active deployment's one is RUNNING, and only that one (domain.md, "Health", first row)."""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.fleet.model import Colour
from bot.domain.health.model import Check, Judgement, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, MachineQuery, Machines

RUNNING = "RUNNING"
# The rest of Compute Engine's instance states (compute_v1.Instance.Status), in people's words.
AT_REST = {"TERMINATED": "is stopped", "STOPPED": "is stopped", "SUSPENDED": "is suspended"}
ON_THE_WAY = {
    "PENDING": "is waiting to start",
    "PROVISIONING": "is starting",
    "STAGING": "is starting",
    "REPAIRING": "is being repaired by Google",
    "PENDING_STOP": "is stopping",
    "STOPPING": "is stopping",
    "SUSPENDING": "is being suspended",
    "DEPROVISIONING": "is being torn down",
}
_WORDS = {RUNNING: "is running"} | AT_REST | ON_THE_WAY
_STATE_NAME = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)
# Google's machine types: `n2-standard-16`, `c2d-highmem-8`, `n2-custom-8-16384`, `custom-4-8192-ext`.
_KIND_NAME = re.compile(r"(?:[a-z]{1,2}[0-9]{1,2}[a-z]?|custom)(?:-[a-z0-9]{1,12}){1,5}", re.ASCII)


def machine(colour: Colour) -> str:
    """The name of the deployment's machine."""
    return f"default-{colour}-instance"


def query(subject: Subject, places: Places) -> MachineQuery:
    """Both machines: the active one first."""
    instance = subject.instance
    names = (machine(instance.active), machine(instance.active.other))
    return MachineQuery(places.project(instance), places.zone, names)


def judge(subject: Subject, answer: Answer) -> Judgement:
    """Pass only when the active machine is RUNNING and the other is absent or at rest; no answer is unknown."""
    if not isinstance(answer, Machines):
        return no_answer(answer)
    instance = subject.instance
    name = machine(instance.active)
    active = answer.statuses.get(name)
    other = answer.statuses.get(machine(instance.active.other))
    details = _details(answer, name) if active == RUNNING else ""
    sentence = (
        f"The active VM ({instance.active}) {_describe(active, details)} and the inactive one "
        f"({instance.active.other}) {_describe(other)}"
    )
    if active == RUNNING and (other is None or other in AT_REST):
        return Judgement(State.PASS, f"{sentence}.")
    # With the active one right, a state of the other that we can't read is not known to be wrong.
    state = State.UNKNOWN if active == RUNNING and other not in _WORDS else State.FAIL
    return Judgement(state, f"{sentence}: {_advice(active, other)}.")


def link(subject: Subject, places: Places) -> str:
    """The active machine in the Google Cloud console. It names the project."""
    instance = subject.instance
    return (
        f"https://console.cloud.google.com/compute/instancesDetail/zones/{quote(places.zone, safe='')}"
        f"/instances/{machine(instance.active)}?project={quote(places.project(instance), safe='')}"
    )


def _details(answer: Machines, name: str) -> str:
    """A machine's type and since when it runs, as far as they are known, to go on with after its status."""
    kind, since = answer.kinds.get(name, ""), answer.since.get(name)
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
    if active in ON_THE_WAY or other in ON_THE_WAY:
        return "check again when that is over"
    if active == RUNNING and other == RUNNING:
        return "only the active one may run, so stop the other"
    if other == RUNNING:
        return "start the active one and stop the other, or correct active_deployment in terraform.tfvars"
    if active is None:
        return "create the active one, or correct active_deployment in terraform.tfvars"
    if active in AT_REST:
        return "start the active one"
    return "look at it in the Google Cloud console"


CHECK = Check(name="vm", title="Virtual machine", query=query, judge=judge, link=link)
