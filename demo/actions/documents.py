"""Workflows, runs and jobs as GitHub's REST API and its `workflow_run` event show them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from demo.actions.runs import Step, Workflow, WorkflowRun

SUITE_ID_OFFSET = 7_000_000  # added to a run's id; the emulator's own check suites start at 1
JOB_ID_FACTOR = 100  # allows so many attempts of one run
Json = dict[str, Any]


def workflow_document(file: str, workflow: Workflow, number: int, api: str) -> Json:
    """A workflow as the API shows it. `api` is the repository's URL in the API."""
    return {
        "id": number,
        "name": workflow.name,
        "path": f".github/workflows/{file}",
        "state": "active",
        "url": f"{api}/actions/workflows/{number}",
    }


def run_document(run: WorkflowRun, workflow: Json, api: str, html: str) -> Json:
    """`workflow` is its workflow's document, `html` the repository's URL for people."""
    user = {"login": run.actor, "type": "Bot" if run.actor.endswith("[bot]") else "User"}
    return {
        "id": run.id,
        "name": workflow["name"],
        "display_title": run.title,
        "path": workflow["path"],
        "workflow_id": workflow["id"],
        "run_number": run.id % JOB_ID_FACTOR,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "head_branch": run.branch,
        "head_sha": run.commit,
        "check_suite_id": SUITE_ID_OFFSET + run.id,
        "actor": user,
        "triggering_actor": user,
        "created_at": _time(run.created_at),
        "updated_at": _time(run.updated_at),
        "run_started_at": _time(run.created_at),
        "url": f"{api}/actions/runs/{run.id}",
        "html_url": f"{html}/actions/runs/{run.id}",
        "jobs_url": f"{api}/actions/runs/{run.id}/jobs",
        "pull_requests": [],
    }


def job_document(run: WorkflowRun, api: str, html: str) -> Json:
    """The run's one job, in its latest attempt."""
    number = run.id * JOB_ID_FACTOR + run.attempt
    return {
        "id": number,
        "run_id": run.id,
        "run_attempt": run.attempt,
        "name": "upgrade",
        "head_sha": run.commit,
        "status": run.status,
        "conclusion": run.conclusion,
        "url": f"{api}/actions/jobs/{number}",
        "html_url": f"{html}/actions/runs/{run.id}/job/{number}",
        "steps": [_step(number, step) for number, step in enumerate(run.steps, 1)],
    }


def _step(number: int, step: Step) -> Json:
    return {"number": number, "name": step.name, "status": step.status, "conclusion": step.conclusion}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
