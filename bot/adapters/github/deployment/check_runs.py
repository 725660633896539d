"""mibot's own check runs on the commits of the deployment repository: found, then updated or created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import CheckRun

FIND_CHECK_RUN = Purpose(GitHubAction.FIND_CHECK_RUN, "checks=read")
CREATE_CHECK_RUN = Purpose(GitHubAction.CREATE_CHECK_RUN, "checks=write")
UPDATE_CHECK_RUN = Purpose(GitHubAction.UPDATE_CHECK_RUN, "checks=write")

EXTERNAL_ID = "mibot"  # the `external_id` of our check runs: some servers do not tell which App made one
MAX_TITLE_LENGTH = 255
MAX_SUMMARY_BYTES = 65_535
TRUNCATION_NOTICE = "\n\n… shortened: GitHub takes no more."


@dataclass(frozen=True)
class ExistingCheckRun:
    """A check run of ours: its id, and the request that would create it as it is."""

    number: int
    body: dict[str, Any]

    def is_in_progress(self) -> bool:
        return "conclusion" not in self.body


class GitHubCheckRuns:
    """Implements `CheckRuns` for one repository."""

    def __init__(self, session: Session, here: GitHubClient) -> None:
        self._session = session
        self._client = here

    def publish_check_run(self, commit: str, report: CheckRun) -> None:
        """Make sure that the commit's check run of that name says this. Nothing is written if it does."""
        wanted = _body(report)
        found = self._newest(commit, report.name)
        if found is not None and found.body == wanted:
            return
        if found is None or not (found.is_in_progress() or report.conclusion):
            # GitHub does not let a completed one go on; of several of one name it shows the newest.
            self._client.post("/check-runs", CREATE_CHECK_RUN, {**wanted, "head_sha": commit})
        else:
            self._client.patch(f"/check-runs/{found.number}", UPDATE_CHECK_RUN, wanted)

    def _newest(self, commit: str, name: str) -> ExistingCheckRun | None:
        """Our own newest one of that name, or None."""
        path, me = f"/commits/{commit}/check-runs", self._session.app_slug

        def ours(data: Any) -> ExistingCheckRun | None:
            return _parse_check_run(data) if data["name"] == name and _is_ours(data, me) else None

        found = self._client.list_all(path, FIND_CHECK_RUN, ours, items_key="check_runs", check_name=name)
        return max((one for one in found if one), key=lambda one: one.number, default=None)


def _is_ours(data: Any, me: str) -> bool:
    app = data.get("app")
    return bool(app["slug"] == me if app else data.get("external_id") == EXTERNAL_ID)


def _body(report: CheckRun) -> dict[str, Any]:
    title = report.title if len(report.title) <= MAX_TITLE_LENGTH else f"{report.title[: MAX_TITLE_LENGTH - 1]}…"
    output = {"title": title, "summary": truncate(report.summary, MAX_SUMMARY_BYTES)}
    return {"name": report.name, "external_id": EXTERNAL_ID, **_state(report.conclusion), "output": output}


def _parse_check_run(data: Any) -> ExistingCheckRun:
    conclusion = str(data["conclusion"]) if data["status"] == "completed" else ""
    output = {"title": data["output"]["title"], "summary": data["output"]["summary"]}
    body = {"name": data["name"], "external_id": data.get("external_id"), **_state(conclusion), "output": output}
    return ExistingCheckRun(int(data["id"]), body)


def _state(conclusion: str) -> dict[str, str]:
    return {"status": "completed", "conclusion": conclusion} if conclusion else {"status": "in_progress"}


def truncate(summary: str, limit: int) -> str:
    """The summary as far as it fits, in whole lines if possible.

    The limit is in bytes: GitHub documents characters, and bytes are on the safe side where the two differ.
    """
    if len(summary.encode()) <= limit:
        return summary
    kept = summary.encode()[: limit - len(TRUNCATION_NOTICE.encode())].decode(errors="ignore")
    return (kept.rpartition("\n")[0] or kept) + TRUNCATION_NOTICE
