"""What health checks read from GitHub: the container reports of a workflow run, and the checks of a commit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.check_results import exclude_own, is_own, summarize
from bot.adapters.github.deployment.commit_checks import READ_CHECKS, list_status_checks, required_checks
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.session import Session
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.health.queries import (
    CheckRunOutput,
    CommitStatus,
    CommitStatusQuery,
    ContainerReports,
    ContainersQuery,
    Unavailable,
)
from bot.ports.errors import ExternalError

FIND_RUN = Purpose(GitHubAction.READ_WORKFLOW_RUN, "actions=read")
_WORKFLOW_APP = "github-actions"
"""The App in whose name workflows write, and nobody else."""
_RUN_IN_URL = re.compile(r"/actions/runs/(\d+)(?![\w.])", re.ASCII)


class GitHubInspector:
    """Answers queries about `repository` (`owner/name`). `workflow` is the file of the workflow that deploys, or its
    number; if it is empty, every workflow's report counts.

    Its methods return Unavailable and never raise ExternalError.
    """

    def __init__(self, session: Session, repository: str, workflow: str = "") -> None:
        self._session = session
        self._client = session.repository(repository)
        self._workflow = workflow
        self._base = DefaultBranch(self._client, session.clock)

    def containers(self, query: ContainersQuery) -> ContainerReports | Unavailable:
        """The check runs with text that belong to the run, the newest of each name.

        Only what the workflow wrote itself counts: any App and any person with a token may create a check run that
        names the run.
        """
        try:
            run = self._client.get(f"/actions/runs/{query.run}", FIND_RUN, _parse_run)
            if self._workflow and not run.is_of(self._workflow):
                return ContainerReports(())
            commit, suite = run.commit, run.suite
            path = f"/commits/{commit}/check-runs"
            found = self._client.list_all(path, READ_CHECKS, _parse_check_run, items_key="check_runs", filter="all")
        except ExternalError as error:
            return Unavailable(error.reason)
        # The newest last, so that a second attempt's report takes the place of the first one's.
        mine = sorted(
            (one for one in found if one["app"] in {"", _WORKFLOW_APP} and _belongs_to_run(one, query.run, suite)),
            key=lambda one: int(one["id"]),
        )
        newest = {report.name: report for report in map(_to_output, mine) if report.text}
        return ContainerReports(tuple(newest.values()))

    def commit(self, query: CommitStatusQuery) -> CommitStatus | Unavailable:
        """What the checks of people and other Apps say of the commit. mibot's own are left out."""
        try:
            signals = list_status_checks(self._client, query.commit)
            own_app = self._session.app_slug
            required = required_checks(self._client, self._base.name)
        except ExternalError as error:
            return Unavailable(error.reason)
        others = exclude_own(signals, own_app)
        wanted = [one for one in required if not is_own(one.name)]
        # A name counts as seen only if whoever has to report it has done so.
        missing = {one.name for one in wanted if not one.is_reported_by(others)}
        seen = frozenset(signal.name for signal in others) - missing
        return CommitStatus(summarize(signals, own_app), frozenset(one.name for one in wanted), seen)


@dataclass(frozen=True)
class _Run:
    """What of a workflow run tells which reports are its own. `workflow` is its workflow's file and number."""

    commit: str
    suite: int | None
    workflow: tuple[str, str]

    def is_of(self, workflow: str) -> bool:
        """Whether it is a run of that workflow, as far as the server tells."""
        return workflow in self.workflow or not any(self.workflow)


def _parse_run(data: Any) -> _Run:
    suite = data.get("check_suite_id")
    file = str(data.get("path") or "").partition("@")[0].rpartition("/")[2]
    return _Run(
        str(data["head_sha"]), None if suite is None else int(suite), (file, str(data.get("workflow_id", "")))
    )


def _parse_check_run(data: Any) -> Mapping[str, Any]:
    """The parts of a check run that are needed, flat."""
    output = data.get("output") or {}
    return {
        "id": int(data["id"]),
        "name": str(data["name"]),
        "words": "\n\n".join(str(output[part]) for part in ("title", "summary", "text") if output.get(part)),
        "url": str(data.get("html_url") or data.get("details_url") or ""),
        "external_id": str(data.get("external_id") or ""),
        "details_url": str(data.get("details_url") or ""),
        "app": str((data.get("app") or {}).get("slug", "")),  # some servers do not tell it
        "suite": (data.get("check_suite") or {}).get("id"),
    }


def _belongs_to_run(check_run: Mapping[str, Any], run: int, suite: int | None) -> bool:
    """What a check run itself says of its workflow run goes before the check suite: what a workflow creates through
    the API, GitHub may put into the suite of another run of the same commit. An `external_id`, which its writer
    chooses, proves nothing against the run that its link names."""
    named = _RUN_IN_URL.search(check_run["details_url"])
    if named is not None:
        return int(named[1]) == run
    if check_run["external_id"] == str(run):
        return True
    return suite is not None and check_run["suite"] == suite


def _to_output(check_run: Mapping[str, Any]) -> CheckRunOutput:
    return CheckRunOutput(check_run["name"], check_run["words"], check_run["url"])
