"""Evidence as JSON, for programs.

The keys are stable: whoever reads them may rely on them. Times are ISO 8601 in UTC, durations in seconds. What is not
known or was not done is null, or an empty list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from bot.domain.audit.audit_record import AuditRecord, Milestones
from bot.domain.audit.evidence import Evidence, InstanceEvidence, UnrecordedInstance
from bot.domain.health.model import CheckResult
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.record import Deployment, StageTransition

FORMAT_VERSION = 1
"""The number of the document's form; another one means that a key means something else."""


def to_document(evidence: Evidence) -> dict[str, Any]:
    """The evidence as it is written in JSON."""
    return {
        "format": FORMAT_VERSION,
        "version": str(evidence.version),
        "tracker": evidence.tracker or None,
        "generated_at": iso(evidence.generated_at),
        "satisfied": not evidence.incomplete,
        "counts": dict(evidence.counts),
        "instances": [entry_document(entry) for entry in evidence.entries],
        "without_record": [unrecorded_document(absent) for absent in evidence.unrecorded],
    }


def iso(at: datetime | None) -> str | None:
    """A time as programs read it."""
    return at.astimezone(UTC).isoformat() if at is not None else None


def entry_document(entry: InstanceEvidence) -> dict[str, Any]:
    return {
        "instance": entry.name.plain,
        "ordinal": entry.name.ordinal,
        "type": entry.name.type,
        "stage": entry.last.stage,
        "reason": entry.last.reason or None,
        "satisfied": not entry.gaps,
        "missing": [{"control": gap.control, "sentence": gap.sentence} for gap in entry.gaps],
        "stories": [_audit_record(story) for story in entry.audit_records],
    }


def unrecorded_document(absent: UnrecordedInstance) -> dict[str, Any]:
    return {
        "instance": absent.name.plain,
        "ordinal": absent.name.ordinal,
        "type": absent.name.type,
        "state": absent.state,
        "reason": absent.reason or None,
    }


def _audit_record(story: AuditRecord) -> dict[str, Any]:
    return {
        "kind": story.kind,
        "stage": story.stage,
        "reason": story.reason or None,
        "note": story.note or None,
        "from_version": _text(story.from_version),
        "to_version": _text(story.to_version),
        "asked_by": story.requested_by,
        "why": story.why or None,
        "forced": {"by": story.forced_by, "why": story.forced} if story.forced else None,
        "pull_request": {"number": story.number, "url": story.url or None} if story.number is not None else None,
        "approved_by": list(story.approved_by),
        "changes_requested_by": list(story.objections_by),
        "merged_by": story.merged_by or None,
        "merge_commit": story.merge_commit or None,
        "attempt": story.attempt,
        "earlier_runs": list(story.earlier_runs),
        "deployment": _deployment(story.deployment) if story.deployment else None,
        "backups": [_backup(copy) for copy in story.backups],
        "earlier_backups": [_backup(copy) for copy in story.earlier_backups],
        "checks_before": [_check(one, ()) for one in story.before],
        "checks_after": [_check(one, story.accepted_checks) for one in story.after],
        "vouched": {"by": story.accepted_by, "words": story.accepted} if story.accepted else None,
        "history": [_step(step) for step in story.history],
        "times": _times(story.times),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _deployment(deployment: Deployment) -> dict[str, Any]:
    return {
        "asked_at": iso(deployment.asked_at),
        "run": deployment.run,
        "url": deployment.url or None,
        "ended_at": iso(deployment.ended_at),
        "conclusion": deployment.conclusion or None,
        "failed": deployment.failed or None,
        "by_hand_by": deployment.by or None,
    }


def _backup(copy: Backup) -> dict[str, Any]:
    told = {"kind": copy.kind, "of": copy.of, "name": copy.name, "state": copy.state}
    return told | {"made_at": iso(copy.made_at), "said": copy.said or None}


def _check(result: CheckResult, vouched: Collection[str]) -> dict[str, Any]:
    told = {"name": result.name, "title": result.title, "state": result.state, "sentence": result.sentence}
    return told | {
        "taken_at": iso(result.taken_at),
        "seconds": result.seconds,
        "vouched": result.name in vouched,
    }


def _step(step: StageTransition) -> dict[str, Any]:
    told = {"stage": step.stage, "at": iso(step.at), "by": step.by or None}
    return told | {"why": step.why or None, "link": step.link or None}


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
