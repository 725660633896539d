"""The workflow that deploys: it exists, it is active, and it starts in the way that the settings say."""

from __future__ import annotations

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.finding import Finding, ok, unknown
from bot.domain.doctor.workflow import TRIGGER_BY_MODE, WorkflowNotNeeded, judge_workflow_file, judge_workflow_state
from bot.ports.errors import ExternalError


def deploy_workflow(context: DoctorContext) -> Finding:
    """What can't be read is unknown: the finding about permissions says why the App may not read it."""
    deploy, repository = context.settings.deploy, context.settings.repositories.deployment
    event = TRIGGER_BY_MODE.get(deploy.mode)
    if event is None:
        return ok(WorkflowNotNeeded(deploy.mode))
    try:
        state = doctor.workflow_state(context.session, repository, deploy.workflow)
        problem = judge_workflow_state(repository, deploy.workflow, state)
        if problem is not None:
            return problem
        content = doctor.workflow_file(context.session, repository, deploy.workflow)
    except ExternalError as error:
        return unknown(error.reason)
    return judge_workflow_file(repository, deploy.workflow, content, event)


DIAGNOSTICS = (Diagnostic("workflow", deploy_workflow),)
