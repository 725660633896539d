"""Evidence as JSON, for programs.

The keys are stable. Times are ISO 8601 in UTC, durations in seconds. What is unknown or was not done is null, or an
empty list; `blank` of a story says for each of them what that means. Evidence is private already: nothing here
redacts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from bot.domain.audit.audit_record import AuditRecord, Milestones
from bot.domain.audit.evidence import Evidence, InstanceEvidence, UnrecordedInstance
from bot.domain.health.model import CheckResult
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.record import Deployment, StageTransition
from bot.rendering.evidence.blanks import explain_blank
from bot.rendering.upgrades import describe_conclusion
from bot.rendering.wording import clause, describe

FORMAT_VERSION = 1
"""The document's format. It changes when the meaning of a key changes."""


def to_document(evidence: Evidence) -> dict[str, Any]:
    """The evidence as it is written in JSON."""
    return {
        "format": FORMAT_VERSION,
        "version": str(evidence.version),
        "tracker": evidence.tracker or None,
        "generated_at": iso(evidence.generated_at),
        "satisfied": not evidence.incomplete,
        "counts": dict(evidence.counts),
        "fleet": _fleet(evidence),
        "instances": [entry_document(entry) for entry in evidence.entries],
        "without_record": [unrecorded_document(one) for one in evidence.unrecorded],
    }


def _fleet(evidence: Evidence) -> dict[str, Any]:
    """How many of all instances are upgraded, and how many are not, by their stage or state."""
    missing = dict(evidence.not_upgraded)
    count = sum(missing.values())
    return {
        "instances": evidence.total,
        "upgraded": evidence.total - count,
        "not_upgraded": count,
        "not_upgraded_by_state": missing,
    }


def iso(at: datetime | None) -> str | None:
    """A time in ISO 8601, in UTC."""
    return at.astimezone(UTC).isoformat() if at is not None else None


def entry_document(entry: InstanceEvidence) -> dict[str, Any]:
    return {
        "instance": entry.name.plain,
        "ordinal": entry.name.ordinal,
        "type": entry.name.type,
        "stage": entry.last.stage,
        "reason": _words(entry.last.reason),
        "satisfied": not entry.gaps,
        "upgraded": entry.upgraded,
        "missing": [{"control": gap.control, "sentence": describe(gap.reason)} for gap in entry.gaps],
        "stories": [_record(record) for record in entry.audit_records],
    }


def unrecorded_document(unrecorded: UnrecordedInstance) -> dict[str, Any]:
    return {
        "instance": unrecorded.name.plain,
        "ordinal": unrecorded.name.ordinal,
        "type": unrecorded.name.type,
        "state": unrecorded.state,
        "upgraded": unrecorded.upgraded,
        "reason": describe(unrecorded.reason) or None,
    }


def _record(record: AuditRecord) -> dict[str, Any]:
    document = _record_values(record)
    empty = [key for key, value in document.items() if value is None or value == []]
    times = [key for key, value in document["times"].items() if value is None]
    return {**document, "blank": {key: explain_blank(record, key) for key in (*empty, *times)}}


def _record_values(record: AuditRecord) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "stage": record.stage,
        "reason": _words(record.reason),
        "note": _words(record.note),
        "from_version": _text(record.from_version),
        "to_version": _text(record.to_version),
        "asked_by": record.requested_by,
        "why": record.why or None,
        "forced": {"by": record.forced_by, "why": record.forced} if record.forced else None,
        "pull_request": {"number": record.number, "url": record.url or None} if record.number is not None else None,
        "approved_by": list(record.approved_by),
        "stale_approvals": list(record.stale_approvals),
        "changes_requested_by": list(record.objections_by),
        "merged_by": record.merged_by or None,
        "merge_commit": record.merge_commit or None,
        "attempt": record.attempt,
        "earlier_runs": list(record.earlier_runs),
        "deployment": _deployment(record.deployment) if record.deployment else None,
        "backups": [_backup(backup) for backup in record.backups],
        "earlier_backups": [_backup(backup) for backup in record.earlier_backups],
        "checks_before": [_check(one, ()) for one in record.before],
        "checks_after": [_check(one, record.accepted_checks) for one in record.after],
        "vouched": {"by": record.accepted_by, "words": record.accepted} if record.accepted else None,
        "history": [_step(step) for step in record.history],
        "times": _times(record.times),
    }


def _words(reason: Reason | None) -> str | None:
    return clause(reason) if reason else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _deployment(deployment: Deployment) -> dict[str, Any]:
    return {
        "asked_at": iso(deployment.requested_at),
        "run": deployment.run_id,
        "url": deployment.run_url or None,
        "ended_at": iso(deployment.ended_at),
        "conclusion": describe_conclusion(deployment) or None,
        "failed": _words(deployment.failure),
        "by_hand_by": deployment.deployed_by or None,
    }


def _backup(backup: Backup) -> dict[str, Any]:
    document = {"kind": backup.kind, "of": backup.source, "name": backup.name, "state": backup.state}
    return document | {
        "made_at": iso(backup.created_at),
        "said": describe(backup.problem) if backup.problem else None,
    }


def _check(result: CheckResult, accepted: Collection[str]) -> dict[str, Any]:
    document = {
        "name": result.name,
        "title": result.title,
        "state": result.state,
        "sentence": describe(result.finding),
    }
    return document | {
        "taken_at": iso(result.taken_at),
        "seconds": result.seconds,
        "vouched": result.name in accepted,
    }


def _step(step: StageTransition) -> dict[str, Any]:
    document = {"stage": step.stage, "at": iso(step.at), "by": step.by or None}
    return document | {"why": _words(step.why), "link": step.link or None}


def _times(times: Milestones) -> dict[str, Any]:
    return {
        "asked_at": iso(times.requested_at),
        "merged_at": iso(times.merged_at),
        "deployed_at": iso(times.deployed_at),
        "proven_at": iso(times.proven_at),
        "asked_to_merged_seconds": times.requested_to_merged,
        "merged_to_deployed_seconds": times.merged_to_deployed,
        "deployed_to_proven_seconds": times.deployed_to_proven,
        "asked_to_proven_seconds": times.requested_to_proven,
    }
