"""The check runs and commit statuses of a commit, and which of them its branch requires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.adapters.github.deployment.check_results import (
    StatusCheck,
    keep_newest,
    parse_check_run,
    parse_status,
)
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.domain.failures.github import GitHubRefused
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import NotFoundError, PermanentError

READ_CHECKS = Purpose(GitHubAction.READ_CHECK_RUNS, "checks=read")
READ_STATUSES = Purpose(GitHubAction.READ_COMMIT_STATUSES, "statuses=read")
READ_PROTECTION = Purpose(GitHubAction.READ_BRANCH_PROTECTION, "contents=read")
READ_RULES = Purpose(GitHubAction.READ_BRANCH_RULES, "metadata=read")

REQUIRED = "required_status_checks"
NOT_IN_THE_PLAN = "Upgrade to GitHub"  # how GitHub refuses, with 403, what an organization's plan does not have


def list_status_checks(client: GitHubClient, commit: str) -> list[StatusCheck]:
    """The newest check run of every App and name, and the newest status of every context."""
    runs = client.list_all(f"/commits/{commit}/check-runs", READ_CHECKS, parse_check_run, items_key="check_runs")
    return [*keep_newest(runs), *keep_newest(_statuses(client, commit))]


def _statuses(client: GitHubClient, commit: str) -> list[StatusCheck]:
    try:
        return client.list_all(f"/commits/{commit}/status", READ_STATUSES, parse_status, items_key="statuses")
    except NotFoundError:  # a server without commit statuses; that the commit is there, the check runs have shown
        return []


@dataclass(frozen=True)
class RequiredCheck:
    """A check that must succeed. With an `app_id`, only that App's check run counts, and no status."""

    name: str
    app_id: int | None = None

    def is_reported_by(self, signals: Iterable[StatusCheck]) -> bool:
        return any(one.name == self.name and self.app_id in {None, one.app_id} for one in signals)


def required_checks(client: GitHubClient, branch: str) -> frozenset[RequiredCheck]:
    """What must succeed before anything is merged into the branch, by its protection or by rules."""
    protection = client.get(f"/branches/{quote(branch)}", READ_PROTECTION, _protection)
    return protection | _rules(client, branch)


def _rules(client: GitHubClient, branch: str) -> frozenset[RequiredCheck]:
    try:
        found = client.list_all(f"/rules/branches/{quote(branch)}", READ_RULES, _rule)
    except NotFoundError:  # a server that is older than rules
        return frozenset()
    except PermanentError as refusal:
        reason = refusal.reason
        if not (isinstance(reason, GitHubRefused) and NOT_IN_THE_PLAN in reason.said):
            raise
        return frozenset()
    return frozenset().union(*found)


def _protection(data: Any) -> frozenset[RequiredCheck]:
    required = (data.get("protection") or {}).get(REQUIRED) or {}
    checks = _contexts(required.get("checks") or [])
    named = {check.name for check in checks}  # `contexts` has the same names, without the Apps
    return checks | {RequiredCheck(str(name)) for name in required.get("contexts") or [] if name not in named}


def _rule(data: Any) -> frozenset[RequiredCheck]:
    return _contexts(data["parameters"][REQUIRED]) if data["type"] == REQUIRED else frozenset()


def _contexts(checks: Any) -> frozenset[RequiredCheck]:
    return frozenset(RequiredCheck(str(check["context"]), _app_id(check)) for check in checks)


def _app_id(check: Any) -> int | None:
    """The App that has to report it, None for any: protection says `app_id` (-1 for any), rules `integration_id`."""
    number = check.get("app_id", check.get("integration_id"))
    return None if number in {None, -1} else int(number)
