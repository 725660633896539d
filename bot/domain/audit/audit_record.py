"""Audit records: an upgrade, its rollback, the upgrade after that; each without customers' names.

People outside the deployment repository read them (domain.md, "Rules"). They are made private here, before anything
writes them: people's words are redacted, and links are dropped that may have a customer's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.fleet.redaction import Redact, redact_value
from bot.domain.health.model import CheckResult
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.record import Deployment, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version

_LINK = re.compile(
    r"https?://[\w.:-]+(?:/[\w.-]+){2,3}/(?:(?:pull|issues)/\d+(?:#issuecomment-\d+)?|actions/runs/\d+(?:/attempts/\d+)?)",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Milestones:
    """When a change was requested, merged, deployed and proven healthy (UTC), and the seconds between. None for what
    did not happen."""

    requested_at: datetime
    merged_at: datetime | None
    deployed_at: datetime | None
    proven_at: datetime | None

    @property
    def requested_to_merged(self) -> float | None:
        return _seconds(self.requested_at, self.merged_at)

    @property
    def merged_to_deployed(self) -> float | None:
        return _seconds(self.merged_at, self.deployed_at)

    @property
    def deployed_to_proven(self) -> float | None:
        return _seconds(self.deployed_at, self.proven_at)

    @property
    def requested_to_proven(self) -> float | None:
        return _seconds(self.requested_at, self.proven_at)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start is not None and end is not None else None


@dataclass(frozen=True)
class AuditRecord:
    """One upgrade or rollback without customers' names.

    `why` is a rollback's reason. `accepted_checks` names the checks after the deployment that were unknown and that
    `accepted_by` accepted. `earlier_runs` and `earlier_backups` are those of attempts that no longer count. Results
    and backups have no links, because the links have the project's name.
    """

    kind: ChangeKind
    stage: Stage
    reason: Reason | None
    note: Reason | None
    from_version: Version | None
    to_version: Version | None
    requested_by: str
    why: str
    forced_by: str
    forced: str
    number: int | None
    url: str
    approved_by: tuple[str, ...]
    stale_approvals: tuple[str, ...]
    objections_by: tuple[str, ...]
    merged_by: str
    merge_commit: str
    attempt: int
    earlier_runs: tuple[int, ...]
    deployment: Deployment | None
    backups: tuple[Backup, ...]
    earlier_backups: tuple[Backup, ...]
    before: tuple[CheckResult, ...]
    after: tuple[CheckResult, ...]
    accepted_checks: tuple[str, ...]
    accepted_by: str
    accepted: str
    history: tuple[StageTransition, ...]
    times: Milestones


def proven_at(upgrade: Upgrade) -> datetime | None:
    """When it was proven healthy, or None."""
    end = Stage.DONE if upgrade.rollback is None else Stage.ROLLED_BACK
    return upgrade.entered_at(end) if upgrade.stage is end else None


def audit_record(upgrade: Upgrade, redact: Redact) -> AuditRecord:
    """An upgrade without customers' names."""
    back = upgrade.rollback
    deployment = upgrade.deployment
    acceptance = upgrade.verification.acceptance
    deployed_at = deployment.ended_at if deployment is not None and upgrade.deployed else None
    return AuditRecord(
        kind=upgrade.kind,
        stage=upgrade.stage,
        reason=redact_value(upgrade.reason, redact),
        note=redact_value(upgrade.pull_request.note, redact),
        from_version=upgrade.from_version,
        to_version=upgrade.version if back is None else back.to_version,
        requested_by=redact(upgrade.requested_by),
        why=redact(back.why) if back else "",
        forced_by=redact(upgrade.force.by) if upgrade.force else "",
        forced=redact(upgrade.force.why) if upgrade.force else "",
        number=upgrade.pull_request.number,
        url=public_link(upgrade.pull_request.url),
        approved_by=_redact_all(redact, upgrade.pull_request.approved_by),
        stale_approvals=_redact_all(redact, upgrade.pull_request.stale_approvals),
        objections_by=_redact_all(redact, upgrade.pull_request.changes_requested_by),
        merged_by=redact(upgrade.pull_request.merged_by),
        merge_commit=upgrade.pull_request.merge_commit
        if _COMMIT.fullmatch(upgrade.pull_request.merge_commit)
        else "",
        attempt=upgrade.attempt.number,
        earlier_runs=upgrade.earlier_run_ids,
        deployment=_redact_deployment(deployment, redact),
        backups=tuple(_redact_backup(copy, redact) for copy in upgrade.backups),
        earlier_backups=tuple(_redact_backup(copy, redact) for copy in upgrade.earlier_backups),
        before=tuple(_redact_result(one, redact) for one in upgrade.verification.before),
        after=tuple(_redact_result(one, redact) for one in upgrade.verification.after),
        accepted_checks=_redact_all(
            redact, (one.name for one in upgrade.verification.after if isinstance(one.finding, AcceptedByPerson))
        ),
        accepted_by=redact(acceptance.by) if acceptance else "",
        accepted=redact(acceptance.why) if acceptance else "",
        history=tuple(_redact_transition(step, redact) for step in upgrade.history),
        times=Milestones(upgrade.requested_at, upgrade.merged_at, deployed_at, proven_at(upgrade)),
    )


def _redact_all(redact: Redact, words: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(redact, words))


def _redact_deployment(deployment: Deployment | None, redact: Redact) -> Deployment | None:
    if deployment is None:
        return None
    return replace(
        deployment,
        run_url=public_link(deployment.run_url),
        conclusion=redact(deployment.conclusion),
        failure=redact_value(deployment.failure, redact),
        deployed_by=redact(deployment.deployed_by),
    )


def _redact_backup(copy: Backup, redact: Redact) -> Backup:
    return replace(
        copy, source=redact(copy.source), name=redact(copy.name), problem=redact_value(copy.problem, redact), link=""
    )


def _redact_result(result: CheckResult, redact: Redact) -> CheckResult:
    return replace(redact_value(result, redact), link="")


def _redact_transition(step: StageTransition, redact: Redact) -> StageTransition:
    return replace(step, by=redact(step.by), why=redact_value(step.why, redact), link=public_link(step.link))


def public_link(url: str) -> str:
    """The link if it leads to a pull request, an issue or a workflow run, which have no names. Else empty."""
    return url if _LINK.fullmatch(url) else ""
