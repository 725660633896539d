"""The words for findings about the workflow that deploys."""

from __future__ import annotations

from bot.domain.doctor import workflow as found
from bot.formats.workflow_triggers import WorkflowProblem
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.doctor.repairs import describe_repair
from bot.rendering.wording.failures.formats import describe_yaml_problem

_ADD_OR_CORRECT = "Add it there, or correct deploy.workflow."
_PROBLEMS = {WorkflowProblem.NOT_UTF8: "is not UTF-8 text", WorkflowProblem.NO_TRIGGERS: "has no `on`"}
_INPUTS = "`on.workflow_dispatch.inputs`"


@describe.register
def _(reason: found.WorkflowNotNeeded) -> str:
    return f"none is needed because deploy.mode is {reason.mode}"


@describe.register
def _(reason: found.WorkflowMissing) -> str:
    return f"{reason.repository} has no workflow {reason.file}."


@describe_repair.register
def _(_: found.WorkflowMissing) -> str:
    return _ADD_OR_CORRECT


@describe.register
def _(reason: found.WorkflowFileMissing) -> str:
    return f"{reason.repository} has no .github/workflows/{reason.file} on its default branch."


@describe_repair.register
def _(_: found.WorkflowFileMissing) -> str:
    return _ADD_OR_CORRECT


@describe.register
def _(reason: found.WorkflowInactive) -> str:
    return f"{reason.file} can't be started: GitHub says {reason.state}."


@describe_repair.register
def _(reason: found.WorkflowInactive) -> str:
    return f"Enable it under “Actions” in {reason.repository}."


@describe.register
def _(reason: found.WorkflowUnreadable) -> str:
    return f"{reason.file} {_describe_problem(reason)}."


def _describe_problem(reason: found.WorkflowUnreadable) -> str:
    return _PROBLEMS.get(reason.problem) or describe_yaml_problem(reason.yaml_problem, reason.line)


@describe_repair.register
def _(_: found.WorkflowUnreadable) -> str:
    return "Check under “Actions” whether GitHub can read it."


@describe.register
def _(reason: found.TriggerMissing) -> str:
    return f"{reason.file} is not started by {reason.event}."


@describe_repair.register
def _(reason: found.TriggerMissing) -> str:
    return f"Add `{reason.event}` to its `on`, or correct deploy.mode."


@describe.register
def _(reason: found.InputsMissing) -> str:
    return f"{reason.file} does not declare: {', '.join(reason.inputs)}."


@describe_repair.register
def _(_: found.InputsMissing) -> str:
    return f"Declare these under {_INPUTS}."


@describe.register
def _(reason: found.InputsUnexpected) -> str:
    return f"{reason.file} requires inputs that mibot does not send: {', '.join(reason.inputs)}."


@describe_repair.register
def _(_: found.InputsUnexpected) -> str:
    return f"Give each a `default` under {_INPUTS}, or do not require it."


@describe.register
def _(reason: found.WorkflowReady) -> str:
    if reason.inputs:
        return f"{reason.file} is active, and takes {' and '.join(reason.inputs)}"
    return f"{reason.file} is active, and started by {reason.event}"
