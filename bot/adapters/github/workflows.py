"""GitHub Actions in the deployment repository: the port `Workflows` on GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.session import Session
from bot.adapters.github.parsing import parse_failed_job, parse_run
from bot.domain.failures.github import GitHubRefused, WorkflowFileMissing
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import FailedJob, WorkflowRun
from bot.ports.errors import NotFoundError, PermanentError

START_RUN = Purpose(GitHubAction.START_WORKFLOW, "actions=write")
READ_RUN = Purpose(GitHubAction.READ_WORKFLOW_RUN, "actions=read")
LIST_RUNS = Purpose(GitHubAction.LIST_WORKFLOW_RUNS, "actions=read")
READ_JOBS = Purpose(GitHubAction.READ_WORKFLOW_JOBS, "actions=read")

DETAILS = "return_run_details"


class GitHubWorkflows:
    """The workflows of `repository` (`owner/name`); their runs start on its default branch."""

    def __init__(self, session: Session, repository: str) -> None:
        self._session = session
        self._client = session.repository(repository)
        self._base = DefaultBranch(self._client, session.clock)

    @property
    def bot_login(self) -> str:
        return self._session.bot_login

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        return self._base.use(lambda base: self._dispatch(workflow, {"ref": base, "inputs": dict(inputs)}))

    def _dispatch(self, workflow: str, request: Mapping[str, Any]) -> int | None:
        try:
            return self._start(workflow, {**request, DETAILS: True})
        except NotFoundError:
            raise NotFoundError(WorkflowFileMissing(workflow)) from None
        except PermanentError as refusal:
            # A server from before February 2026 (GitHub Enterprise) refuses a key that it does not know, by name.
            reason = refusal.reason
            if not (isinstance(reason, GitHubRefused) and DETAILS in reason.said):
                raise
        return self._start(workflow, request)

    def _start(self, workflow: str, request: Mapping[str, Any]) -> int | None:
        return self._client.post(f"{_path(workflow)}/dispatches", START_RUN, request, _parse_run_id)

    def run(self, number: int) -> WorkflowRun:
        return self._client.get(f"/actions/runs/{number}", READ_RUN, parse_run)

    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[WorkflowRun]:
        earliest = since.astimezone(UTC).replace(microsecond=0)  # GitHub's times are whole seconds
        query = {"event": event, "created": f">={earliest:%Y-%m-%dT%H:%M:%SZ}"}
        query |= {"head_sha": commit} if commit else {}
        try:
            found = self._client.list_all(
                f"{_path(workflow)}/runs", LIST_RUNS, parse_run, items_key="workflow_runs", **query
            )
        except NotFoundError:
            raise NotFoundError(WorkflowFileMissing(workflow)) from None
        # Again on our side: a server that does not know one of the filters answers as if it had not been there.
        wanted = {
            one.id: one
            for one in found
            if one.event == event and one.created_at >= earliest and commit in {"", one.commit}
        }
        return sorted(wanted.values(), key=lambda one: (one.created_at, one.id))

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        """The failed jobs of its latest attempt."""
        found = self._client.list_all(
            f"/actions/runs/{run}/jobs", READ_JOBS, parse_failed_job, items_key="jobs", filter="latest"
        )
        return [job for job in found if job is not None]


def _path(workflow: str) -> str:
    return f"/actions/workflows/{quote(workflow, safe='')}"


def _parse_run_id(data: Any) -> int | None:
    """The run's id, None if the response has none: the run was started all the same, and can be found."""
    number = data.get("workflow_run_id") if isinstance(data, dict) else None
    return number if isinstance(number, int) else None
