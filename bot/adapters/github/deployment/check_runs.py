"""mibot's own check runs on the commits of the deployment repository: listed, read, created and updated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import CheckRun, PublishedCheckRun

FIND_CHECK_RUN = Purpose(GitHubAction.FIND_CHECK_RUN, "checks=read")
CREATE_CHECK_RUN = Purpose(GitHubAction.CREATE_CHECK_RUN, "checks=write")
UPDATE_CHECK_RUN = Purpose(GitHubAction.UPDATE_CHECK_RUN, "checks=write")

EXTERNAL_ID = "mibot"  # the `external_id` of our check runs: some servers do not tell which App made one
MAX_TITLE_LENGTH = 255
MAX_SUMMARY_BYTES = 65_535
TRUNCATION_NOTICE = "\n\n… shortened: GitHub takes no more."


class GitHubCheckRuns:
    """Implements `CheckRuns` for one repository."""

    def __init__(self, session: Session, here: GitHubClient) -> None:
        self._session = session
        self._client = here

    def newest_check_run(self, commit: str, name: str) -> PublishedCheckRun | None:
        path, me = f"/commits/{commit}/check-runs", self._session.app_slug

        def ours(data: Any) -> PublishedCheckRun | None:
            return _parse_check_run(data) if data["name"] == name and _is_ours(data, me) else None

        found = self._client.list_all(path, FIND_CHECK_RUN, ours, items_key="check_runs", check_name=name)
        return max((one for one in found if one), key=lambda one: one.number, default=None)

    def check_run(self, number: int) -> PublishedCheckRun:
        return self._client.get(f"/check-runs/{number}", FIND_CHECK_RUN, _parse_check_run)

    def create_check_run(self, commit: str, report: CheckRun) -> int:
        new = {**self._body(report), "head_sha": commit}
        return self._client.post("/check-runs", CREATE_CHECK_RUN, new, lambda data: int(data["id"]))

    def update_check_run(self, number: int, report: CheckRun) -> None:
        self._client.patch(f"/check-runs/{number}", UPDATE_CHECK_RUN, self._body(report))

    def fit_check_run(self, report: CheckRun) -> CheckRun:
        title = report.title
        title = title if len(title) <= MAX_TITLE_LENGTH else f"{title[: MAX_TITLE_LENGTH - 1]}…"
        return replace(report, title=title, summary=truncate(report.summary, MAX_SUMMARY_BYTES))

    def _body(self, report: CheckRun) -> dict[str, Any]:
        fitting = self.fit_check_run(report)
        output = {"title": fitting.title, "summary": fitting.summary}
        return {"name": report.name, "external_id": EXTERNAL_ID, **_state(report.conclusion), "output": output}


def _is_ours(data: Any, me: str) -> bool:
    app = data.get("app")
    return bool(app["slug"] == me if app else data.get("external_id") == EXTERNAL_ID)


def _parse_check_run(data: Any) -> PublishedCheckRun:
    conclusion = str(data["conclusion"]) if data["status"] == "completed" else ""
    output = data["output"]
    return PublishedCheckRun(
        int(data["id"]), CheckRun(str(data["name"]), conclusion, output["title"] or "", output["summary"] or "")
    )


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
