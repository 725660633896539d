"""GitHub Actions in the deployment repository: the port `Workflows` on GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.adapters.github.base_branch import BaseBranch
from bot.adapters.github.parsing import failed_job, run
from bot.adapters.github.purpose import Purpose
from bot.adapters.github.session import Session
from bot.domain.github_models import FailedJob, Run
from bot.ports import Missing, Refused

START_RUN = Purpose("start the workflow", "actions=write")
READ_RUN = Purpose("read the workflow run", "actions=read")
LIST_RUNS = Purpose("list the workflow's runs", "actions=read")
READ_JOBS = Purpose("read the jobs of the workflow run", "actions=read")

DETAILS = "return_run_details"


class GitHubWorkflows:
    """The workflows of `repository` (`owner/name`); their runs start on its default branch."""

    def __init__(self, session: Session, repository: str) -> None:
        self._session = session
        self._here = session.repository(repository)
        self._base = BaseBranch(self._here)

    @property
    def me(self) -> str:
        return self._session.me

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        order = {"ref": self._base.name, "inputs": dict(inputs)}
        try:
            return self._start(workflow, order | {DETAILS: True})
        except Missing:
            raise _no_workflow(workflow) from None
        except Refused as refusal:
            # A server from before February 2026 (GitHub Enterprise) refuses a key that it does not know, by name.
            if DETAILS not in str(refusal):
                raise
        return self._start(workflow, order)

    def _start(self, workflow: str, order: Mapping[str, Any]) -> int | None:
        return self._here.post(f"{_path(workflow)}/dispatches", START_RUN, order, _started)

    def run(self, number: int) -> Run:
        return self._here.get(f"/actions/runs/{number}", READ_RUN, run)

    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[Run]:
        earliest = since.astimezone(UTC).replace(microsecond=0)  # GitHub's times are whole seconds
        query = {"event": event, "created": f">={earliest:%Y-%m-%dT%H:%M:%SZ}"}
        query |= {"head_sha": commit} if commit else {}
        try:
            found = self._here.all(f"{_path(workflow)}/runs", LIST_RUNS, run, inside="workflow_runs", **query)
        except Missing:
            raise _no_workflow(workflow) from None
        # Again on our side: a server that does not know one of the filters answers as if it had not been there.
        wanted = {
            one.id: one
            for one in found
            if one.event == event and one.created_at >= earliest and commit in {"", one.commit}
        }
        return sorted(wanted.values(), key=lambda one: (one.created_at, one.id))

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        """Those of its latest attempt."""
        found = self._here.all(f"/actions/runs/{run}/jobs", READ_JOBS, failed_job, inside="jobs", filter="latest")
        return [job for job in found if job is not None]


def _path(workflow: str) -> str:
    return f"/actions/workflows/{quote(workflow, safe='')}"


def _started(data: Any) -> int | None:
    """The run's number. An answer without one is no failure: the run was started all the same, and can be found."""
    number = data.get("workflow_run_id") if isinstance(data, dict) else None
    return number if isinstance(number, int) else None


def _no_workflow(workflow: str) -> Missing:
    return Missing(
        f"The deployment repository has no workflow file .github/workflows/{workflow} on its base branch, or the App "
        "may not see it."
    )
