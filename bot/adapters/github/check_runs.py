"""mibot's own check runs on the commits of the deployment repository: found, and put right or made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.adapters.github.purpose import Purpose
from bot.adapters.github.repo_client import Place
from bot.adapters.github.session import Session
from bot.domain.github_models import Report

FIND_REPORT = Purpose("find mibot's own check run", "checks=read")
MAKE_REPORT = Purpose("create the check run", "checks=write")
CHANGE_REPORT = Purpose("change the check run", "checks=write")

OURS = "mibot"  # the `external_id` of our check runs: some servers do not tell which App made one
LONGEST_TITLE = 255
LONGEST_SUMMARY = 65_535
SHORTENED = "\n\n… shortened: GitHub takes no more."


@dataclass(frozen=True)
class Found:
    """A check run of ours as it is: its number, and what we would have sent to make it so."""

    number: int
    body: dict[str, Any]

    def goes_on(self) -> bool:
        return "conclusion" not in self.body


class Reports:
    """The check runs of one repository that are ours."""

    def __init__(self, session: Session, here: Place) -> None:
        self._session = session
        self._here = here

    def put(self, commit: str, report: Report) -> None:
        """See that the commit's check run of that name says this; nothing is written when it does."""
        wanted = _body(report)
        found = self._newest(commit, report.name)
        if found is not None and found.body == wanted:
            return
        if found is None or not (found.goes_on() or report.conclusion):
            # GitHub does not let a completed one go on; of several of one name it shows the newest.
            self._here.post("/check-runs", MAKE_REPORT, {**wanted, "head_sha": commit})
        else:
            self._here.patch(f"/check-runs/{found.number}", CHANGE_REPORT, wanted)

    def _newest(self, commit: str, name: str) -> Found | None:
        """Our own one of that name, or None when there is none."""
        path, me = f"/commits/{commit}/check-runs", self._session.app_slug

        def ours(data: Any) -> Found | None:
            return _found(data) if data["name"] == name and _is_ours(data, me) else None

        found = self._here.all(path, FIND_REPORT, ours, inside="check_runs", check_name=name)
        return max((one for one in found if one), key=lambda one: one.number, default=None)


def _is_ours(data: Any, me: str) -> bool:
    app = data.get("app")
    return bool(app["slug"] == me if app else data.get("external_id") == OURS)


def _body(report: Report) -> dict[str, Any]:
    title = report.title if len(report.title) <= LONGEST_TITLE else f"{report.title[: LONGEST_TITLE - 1]}…"
    output = {"title": title, "summary": within(report.summary, LONGEST_SUMMARY)}
    return {"name": report.name, "external_id": OURS, **_state(report.conclusion), "output": output}


def _found(data: Any) -> Found:
    conclusion = str(data["conclusion"]) if data["status"] == "completed" else ""
    output = {"title": data["output"]["title"], "summary": data["output"]["summary"]}
    body = {"name": data["name"], "external_id": data.get("external_id"), **_state(conclusion), "output": output}
    return Found(int(data["id"]), body)


def _state(conclusion: str) -> dict[str, str]:
    return {"status": "completed", "conclusion": conclusion} if conclusion else {"status": "in_progress"}


def within(summary: str, limit: int) -> str:
    """The summary as far as it fits, whole lines where it can be.

    It is measured in bytes: GitHub says characters, and where the two differ bytes are on the safe side.
    """
    if len(summary.encode()) <= limit:
        return summary
    kept = summary.encode()[: limit - len(SHORTENED.encode())].decode(errors="ignore")
    return (kept.rpartition("\n")[0] or kept) + SHORTENED
