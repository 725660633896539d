"""What check runs and commit statuses say of a commit, and which of them its branch requires."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.adapters.github.check_results import Signal, check_run, status
from bot.adapters.github.purpose import Purpose
from bot.adapters.github.repo_client import Place
from bot.ports import Missing, Refused

READ_CHECKS = Purpose("read the check runs", "checks=read")
READ_STATUSES = Purpose("read the commit statuses", "statuses=read")
READ_PROTECTION = Purpose("read what the base branch requires", "contents=read")
READ_RULES = Purpose("read the rules of the base branch", "metadata=read")

REQUIRED = "required_status_checks"
NOT_IN_THE_PLAN = "Upgrade to GitHub"  # how GitHub refuses, with 403, what an organisation's plan does not have


def signals_of(here: Place, commit: str) -> list[Signal]:
    """The latest check run of every name, and the latest status of every context."""
    runs = here.all(f"/commits/{commit}/check-runs", READ_CHECKS, check_run, inside="check_runs")
    return [*runs, *_statuses(here, commit)]


def _statuses(here: Place, commit: str) -> list[Signal]:
    try:
        return here.all(f"/commits/{commit}/status", READ_STATUSES, status, inside="statuses")
    except Missing:  # a server without commit statuses; that the commit is there, the check runs have shown
        return []


def required_of(here: Place, branch: str) -> frozenset[str]:
    """The names that must succeed before anything is merged into the branch, by its protection or by rules."""
    protection = here.get(f"/branches/{quote(branch)}", READ_PROTECTION, _protection)
    return protection | _rules(here, branch)


def _rules(here: Place, branch: str) -> frozenset[str]:
    try:
        found = here.all(f"/rules/branches/{quote(branch)}", READ_RULES, _rule)
    except Missing:  # a server that is older than rules
        return frozenset()
    except Refused as refusal:
        if NOT_IN_THE_PLAN not in str(refusal):
            raise
        return frozenset()
    return frozenset().union(*found)


def _protection(data: Any) -> frozenset[str]:
    required = (data.get("protection") or {}).get(REQUIRED) or {}
    return frozenset(map(str, required.get("contexts") or [])) | _contexts(required.get("checks") or [])


def _rule(data: Any) -> frozenset[str]:
    return _contexts(data["parameters"][REQUIRED]) if data["type"] == REQUIRED else frozenset()


def _contexts(checks: Any) -> frozenset[str]:
    return frozenset(str(check["context"]) for check in checks)
