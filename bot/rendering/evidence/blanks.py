"""What a blank means in the evidence: an auditor must be able to tell "not required" from "not recorded"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.audit.audit_record import AuditRecord
from bot.domain.plans.change_set import ChangeKind
from bot.domain.upgrade.stages import Stage

NOT_RECORDED = "not recorded"
NO_RECORD = "no record"
_NEVER_MERGED = frozenset({Stage.SKIPPED, Stage.CLOSED, Stage.FAILED})

_ALWAYS: Mapping[str, str] = {
    "reason": "none",
    "note": "none",
    "forced": "not forced",
    "forced_by": "not forced",
    "changes_requested_by": "nobody",
    "stale_approvals": "nobody",
    "pull_request": "none opened",
    "earlier_runs": "none",
    "earlier_backups": "none",
    "vouched": "nothing was accepted",
    "vouched_by": "nothing was accepted",
    "to_version": "not known yet",
    "earlier": "no earlier change",
    "asked_by": NOT_RECORDED,
    "history": NOT_RECORDED,
}
"""Keys of a record, as the JSON and the table have them, whose blank means the same in every record."""


def explain_blank(record: AuditRecord, key: str) -> str:
    """What it means that a record has nothing for a key of the JSON or a column of the table."""
    if key in _ALWAYS:
        return _ALWAYS[key]
    match key:
        case "why":
            return "no reason given" if record.kind is ChangeKind.ROLLBACK else "not required"
        case "from_version":
            return NOT_RECORDED if record.number is not None else "not known yet"
        case "approved_by":
            return "nobody" if _merged(record) else _before_merge(record, "nobody yet")
        case "merged_by" | "merge_commit":
            return NOT_RECORDED if _merged(record) else _before_merge(record, "not merged")
        case "merged_at" | "asked_to_merged_seconds":
            return _before_merge(record, "not merged")
        case "backups":
            return "none taken" if record.deployment is not None else _after_merge(record, "not taken")
        case "checks_before" | "checks_after":
            return _explain_checks(record, after=key == "checks_after")
        case "proven_at" | "deployed_to_proven_seconds" | "asked_to_proven_seconds":
            finished = record.stage in {Stage.DONE, Stage.ROLLED_BACK}
            return NOT_RECORDED if finished else _after_merge(record, "not verified")
        case _:
            return _explain_deployment(record, key)


def _merged(record: AuditRecord) -> bool:
    return record.times.merged_at is not None


def _before_merge(record: AuditRecord, words: str) -> str:
    """The words for what the merge needs; what ended without one needs nothing."""
    return "not required: it ended unmerged" if record.stage in _NEVER_MERGED and not _merged(record) else words


def _after_merge(record: AuditRecord, words: str) -> str:
    return words if _merged(record) else _before_merge(record, "not merged")


def _explain_checks(record: AuditRecord, *, after: bool) -> str:
    if after:
        return "none ran" if record.deployment is not None else _after_merge(record, "not deployed")
    if record.kind is ChangeKind.ROLLBACK:
        return "not required for a rollback"
    return "not required: forced" if record.forced else _before_merge(record, "none ran")


def _explain_deployment(record: AuditRecord, key: str) -> str:
    """The columns about the deployment."""
    deployment = record.deployment
    if deployment is None:
        return _after_merge(record, "not deployed")
    match key:
        case "run":
            return "by hand" if deployment.deployed_by else NOT_RECORDED
        case "by_hand_by":
            return "not by hand"
        case "failed":
            return "nothing failed"
        case _ if deployment.ended_at is None:
            return "not ended"
        case "deployed_at" | "merged_to_deployed_seconds":
            return "it failed" if deployment.failure is not None else NOT_RECORDED
        case _:
            return NOT_RECORDED
