"""The workflow that deploys: it is there, it is active, and it starts in the way that the settings say."""

from __future__ import annotations

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext, Finding, failed, ok, unknown
from bot.cli.doctor.workflow_file import DISPATCH, Triggers, parse_triggers
from bot.formats.yaml.parse import YamlDocumentError
from bot.ports import ExternalError
from bot.rendering.wording import describe

DISPATCH_INPUTS = ("customer", "version")
"""The inputs that mibot starts the workflow with."""
TRIGGER_BY_MODE = {"workflow_dispatch": DISPATCH, "on_push": "push"}
"""What has to start the workflow, by deploy.mode; people who deploy by hand need none."""
REPAIR = "Add it there, or correct deploy.workflow."


def deploy_workflow(patient: DoctorContext) -> Finding:
    """What can't be read is not known: why the App may not read it is said where its permissions are."""
    deploy = patient.settings.deploy
    event = TRIGGER_BY_MODE.get(deploy.mode)
    if event is None:
        return ok(f"none is needed, for deploy.mode is {deploy.mode}")
    try:
        return _workflow_problem(patient) or _check_trigger(patient, event)
    except ExternalError as error:
        return unknown(describe(error.reason))


def _workflow_problem(patient: DoctorContext) -> Finding | None:
    """What is wrong with the workflow as GitHub knows it, if anything. Raises WorldError."""
    repository, file = patient.settings.repositories.deployment, patient.settings.deploy.workflow
    state = doctor.workflow_state(patient.session, repository, file)
    if state in {None, "deleted"}:
        return failed(f"{repository} has no workflow {file}.", REPAIR)
    if state != "active":
        return failed(f"{file} can't be started: GitHub says {state}.", f"Enable it under “Actions” in {repository}.")
    return None


def _check_trigger(patient: DoctorContext, event: str) -> Finding:
    """Whether the event starts the workflow, by its file. Raises WorldError."""
    repository, file = patient.settings.repositories.deployment, patient.settings.deploy.workflow
    content = doctor.workflow_file(patient.session, repository, file)
    if content is None:
        return failed(f"{repository} has no .github/workflows/{file} on its default branch.", REPAIR)
    try:
        triggers = parse_triggers(content)
    except YamlDocumentError as problem:
        return unknown(f"{file} {problem}.", "See under “Actions” whether GitHub can read it.")
    if event not in triggers.events:
        return failed(f"{file} is not started by {event}.", f"Add `{event}` to its `on`, or correct deploy.mode.")
    return _check_inputs(file, triggers) if event == DISPATCH else ok(f"{file} is active, and started by {event}")


def _check_inputs(file: str, triggers: Triggers) -> Finding:
    """Whether it takes exactly the inputs that mibot gives: GitHub refuses one too many as well as one too few."""
    where = "on.workflow_dispatch.inputs"
    if missing := [name for name in DISPATCH_INPUTS if name not in triggers.inputs]:
        return failed(f"{file} does not declare: {', '.join(missing)}.", f"Declare these under `{where}`.")
    beyond = [name for name, needed in triggers.inputs.items() if needed and name not in DISPATCH_INPUTS]
    if beyond:
        repair = f"Give each a `default` under `{where}`, or do not require it."
        return failed(f"{file} requires what mibot does not give: {', '.join(beyond)}.", repair)
    return ok(f"{file} is active, and takes {' and '.join(DISPATCH_INPUTS)}")


DIAGNOSTICS = (Diagnostic("workflow", deploy_workflow),)
