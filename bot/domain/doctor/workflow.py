"""The workflow that deploys: it exists, it is active, and it starts in the way that the settings say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.doctor.finding import Finding, failed, ok, unknown
from bot.domain.reasons import Reason
from bot.formats.workflow_triggers import DISPATCH, Triggers, WorkflowFileError, WorkflowProblem, parse_triggers
from bot.formats.yaml import YamlProblem

DISPATCH_INPUTS = ("customer", "version")
"""The inputs that mibot starts the workflow with."""
TRIGGER_BY_MODE = {"workflow_dispatch": DISPATCH, "on_push": "push"}
"""The event that starts the workflow, by deploy.mode. People who deploy by hand need none."""
_ACTIVE = "active"
_DELETED = "deleted"


@dataclass(frozen=True)
class WorkflowNotNeeded(Reason):
    """In that `mode` of deployment, no workflow is started."""

    mode: str


@dataclass(frozen=True)
class WorkflowMissing(Reason):
    """The repository has no such workflow."""

    repository: str
    file: str


@dataclass(frozen=True)
class WorkflowFileMissing(Reason):
    """The default branch of the repository has no such workflow file."""

    repository: str
    file: str


@dataclass(frozen=True)
class WorkflowInactive(Reason):
    """GitHub does not start the workflow. `state` is GitHub's word."""

    repository: str
    file: str
    state: str


@dataclass(frozen=True)
class WorkflowUnreadable(Reason):
    """The workflow's file cannot be parsed. The last two fields are about its YAML."""

    file: str
    problem: WorkflowProblem
    yaml_problem: YamlProblem | None = None
    line: int | None = None


@dataclass(frozen=True)
class TriggerMissing(Reason):
    """The event does not start the workflow."""

    file: str
    event: str


@dataclass(frozen=True)
class InputsMissing(Reason):
    """The workflow does not declare inputs that mibot gives."""

    file: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class InputsUnexpected(Reason):
    """The workflow requires inputs that mibot does not give."""

    file: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class WorkflowReady(Reason):
    """The workflow is active and starts on the event, with exactly these inputs (empty for a push)."""

    file: str
    event: str
    inputs: tuple[str, ...] = ()


def judge_workflow_state(repository: str, file: str, state: str | None) -> Finding | None:
    """What is wrong with the workflow as GitHub knows it (`state` is None if GitHub does not), or None."""
    if state in {None, _DELETED}:
        return failed(WorkflowMissing(repository, file))
    return None if state == _ACTIVE else failed(WorkflowInactive(repository, file, str(state)))


def judge_workflow_file(repository: str, file: str, content: bytes | None, event: str) -> Finding:
    """Whether the event starts the workflow, given the content of its file (None if there is no file)."""
    if content is None:
        return failed(WorkflowFileMissing(repository, file))
    try:
        triggers = parse_triggers(content)
    except WorkflowFileError as error:
        cause = error.cause
        return unknown(
            WorkflowUnreadable(file, error.problem, cause.problem if cause else None, cause.line if cause else None)
        )
    if event not in triggers.events:
        return failed(TriggerMissing(file, event))
    return _judge_inputs(file, triggers) if event == DISPATCH else ok(WorkflowReady(file, event))


def _judge_inputs(file: str, triggers: Triggers) -> Finding:
    """Whether it takes exactly the inputs that mibot gives. GitHub refuses a missing input and an extra one."""
    if missing := tuple(name for name in DISPATCH_INPUTS if name not in triggers.inputs):
        return failed(InputsMissing(file, missing))
    unexpected = tuple(name for name, is_required in triggers.inputs.items() if is_required)
    if beyond := tuple(name for name in unexpected if name not in DISPATCH_INPUTS):
        return failed(InputsUnexpected(file, beyond))
    return ok(WorkflowReady(file, DISPATCH, DISPATCH_INPUTS))
