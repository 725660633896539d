"""Upgrades and preparations: flat records, whose keys came one after another over the years.

A key that an older version did not write has the value that it stands for here, so that every document of schema 1
reads in the same way.
"""

from __future__ import annotations

from typing import Final

from bot.schema.version_1.backups import read_backup
from bot.schema.version_1.health import read_result
from bot.schema.version_1.names import Document
from bot.schema.version_1.reasons import plain_text, read_text

_MANUAL: Final = "by hand"
"""The conclusion of a deployment that people did. `by` says who, too."""


def read_upgrade(document: Document) -> Document:
    """The document of an upgrade in schema 2."""
    rollback, previous = document.get("back"), document.get("earlier")
    return {
        "slug": document["slug"],
        "version": document["version"],
        "stage": document["stage"],
        "requested_by": document["asked_by"],
        "requested_at": document["asked_at"],
        "reason": read_text(document["reason"]),
        "from_version": document["from_version"],
        "force": _override(document.get("forced_by", ""), document.get("forced", "")),
        "pull_request": _pull_request(document),
        "verification": _verification(document),
        "attempts": [_attempt(document)],
        "rollback": _rollback(rollback) if rollback else None,
        "previous": read_upgrade(previous) if previous else None,
        "history": [_transition(step) for step in document.get("history", [])],
    }


def read_preparation(document: Document) -> Document:
    """The document of a preparation in schema 2."""
    by = document["accepted_by"]
    return {
        "version": document["version"],
        "stage": document["stage"],
        "requested_by": document["asked_by"],
        "requested_at": document["asked_at"],
        "reason": read_text(document["reason"]),
        "pull_request": _pull_request(document),
        "mistagged_images": [{"service": service, "image": image} for service, image in document["stray"]],
        "acceptance": {"by": by, "reason": "", "at": document["accepted_at"]} if by else None,
    }


def _pull_request(document: Document) -> Document:
    merged_at = document["merged_at"]
    merge = {"at": merged_at, "by": document["merged_by"], "commit": document.get("merge_commit", "")}
    return {
        "number": document["number"],
        "url": document["url"],
        "head": document["head"],
        "checks": document.get("checks", "none"),
        "failing_checks": document.get("failing", []),
        "approved_by": document["approved_by"],
        "changes_requested_by": document.get("objections_by", []),
        "merge": merge if merged_at else None,
        "branch": {
            "built_commit": document.get("built", ""),
            "base_commit": document.get("base", ""),
            "change_fingerprint": document.get("meaning", ""),
        },
        "warnings": [plain_text(words) for words in document.get("warnings", [])],
        "note": read_text(document.get("note", "")),
    }


def _verification(document: Document) -> Document:
    accepted_by, accept_reason = document.get("accepted_by", ""), document.get("accepted", "")
    return {
        "before": [read_result(result) for result in document["before"]],
        "after": [read_result(result, accepted_by, accept_reason) for result in document["after"]],
        "checked_for": document.get("checked", ""),
        "healthy_since": document.get("green_since"),
        "acceptance": _override(accepted_by, accept_reason),
    }


def _override(by: str, reason: str) -> Document | None:
    """Schema 1 does not say when somebody decided."""
    return {"by": by, "reason": reason, "at": None} if reason else None


def _attempt(document: Document) -> Document:
    """The attempt that counts. Schema 1 does not say which of the earlier backups and runs belong to which earlier
    attempt, so that this one has them all."""
    deployment = document.get("deployment")
    return {
        "number": document.get("attempt", 1),
        "backups": [read_backup(backup) for backup in document.get("copies", [])],
        "superseded_backups": [read_backup(backup) for backup in document.get("earlier_copies", [])],
        "deployment": _deployment(deployment) if deployment else None,
        "extra_runs": document.get("loose", []),
        "run_missing_since": document.get("lost_since"),
    }


def _deployment(document: Document) -> Document:
    return {
        "requested_at": document["asked_at"],
        "confirmed": document["accepted"],
        "tries": document["tries"],
        "run": document["run"],
        "run_url": document["url"],
        "conclusion": "" if document["conclusion"] == _MANUAL else document["conclusion"],
        "failure": read_text(document["failed"]),
        "ended_at": document["ended_at"],
        "deployed_by": document["by"],
    }


def _rollback(document: Document) -> Document:
    return {
        "requested_by": document["by"],
        "reason": document["why"],
        "to_version": document["to"] or None,
        "comment": document["comment"],
    }


def _transition(document: Document) -> Document:
    return {
        "stage": document["stage"],
        "at": document["at"],
        "by": document["by"],
        "reason": read_text(document["why"]),
        "link": document["link"],
    }
