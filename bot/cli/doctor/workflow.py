"""The workflow that deploys: it is there, it is active, and it starts in the way that the settings say."""

from __future__ import annotations

from bot.adapters.github import doctor
from bot.cli.doctor.context import Examination, Finding, Patient, broken, fine, unsure
from bot.cli.doctor.workflow_file import DISPATCH, Triggers, triggers_of
from bot.formats.yaml.parse import YamlProblem
from bot.ports import WorldError

GIVEN = ("customer", "version")
"""The inputs that mibot starts the workflow with."""
EVENTS = {"workflow_dispatch": DISPATCH, "on_push": "push"}
"""What has to start the workflow, by deploy.mode; people who deploy by hand need none."""
ADD = "Add it there, or correct deploy.workflow."


def deployment(patient: Patient) -> Finding:
    """What can't be read is not known: why the App may not read it is said where its permissions are."""
    deploy = patient.settings.deploy
    event = EVENTS.get(deploy.mode)
    if event is None:
        return fine(f"none is needed, for deploy.mode is {deploy.mode}")
    try:
        return _active(patient) or _started(patient, event)
    except WorldError as error:
        return unsure(str(error))


def _active(patient: Patient) -> Finding | None:
    """What is wrong with the workflow as GitHub knows it, if anything. Raises WorldError."""
    repository, file = patient.settings.repositories.deployment, patient.settings.deploy.workflow
    state = doctor.workflow_state(patient.session, repository, file)
    if state in {None, "deleted"}:
        return broken(f"{repository} has no workflow {file}.", ADD)
    if state != "active":
        return broken(f"{file} can't be started: GitHub says {state}.", f"Enable it under “Actions” in {repository}.")
    return None


def _started(patient: Patient, event: str) -> Finding:
    """Whether the event starts the workflow, by its file. Raises WorldError."""
    repository, file = patient.settings.repositories.deployment, patient.settings.deploy.workflow
    content = doctor.workflow_file(patient.session, repository, file)
    if content is None:
        return broken(f"{repository} has no .github/workflows/{file} on its default branch.", ADD)
    try:
        triggers = triggers_of(content)
    except YamlProblem as problem:
        return unsure(f"{file} {problem}.", "See under “Actions” whether GitHub can read it.")
    if event not in triggers.events:
        return broken(f"{file} is not started by {event}.", f"Add `{event}` to its `on`, or correct deploy.mode.")
    return _dispatched(file, triggers) if event == DISPATCH else fine(f"{file} is active, and started by {event}")


def _dispatched(file: str, triggers: Triggers) -> Finding:
    """Whether it takes exactly the inputs that mibot gives: GitHub refuses one too many as well as one too few."""
    where = "on.workflow_dispatch.inputs"
    if missing := [name for name in GIVEN if name not in triggers.inputs]:
        return broken(f"{file} does not declare: {', '.join(missing)}.", f"Declare these under `{where}`.")
    beyond = [name for name, needed in triggers.inputs.items() if needed and name not in GIVEN]
    if beyond:
        repair = f"Give each a `default` under `{where}`, or do not require it."
        return broken(f"{file} requires what mibot does not give: {', '.join(beyond)}.", repair)
    return fine(f"{file} is active, and takes {' and '.join(GIVEN)}")


EXAMINATIONS = (Examination("workflow", deployment),)
