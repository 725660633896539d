"""From the merge to a finished deployment (domain.md, "An upgrade of one instance", step 4): the backups, and the run
or the person that deploys. Pure; `transitions.move` takes every step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import FailedJob, WorkflowRun
from bot.domain.reasons import Reason
from bot.domain.upgrade.attempts import Deployment, DeploymentAttempt
from bot.domain.upgrade.backups import Backup, BackupState, overall_state
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.reasons.backups import BackupFailed, BackupsInProgress, BackupsReady, BackupTimedOut
from bot.domain.upgrade.reasons.deployment import DeploymentFailed, FailedStep, RunFailed, RunInProgress, RunTimedOut
from bot.domain.upgrade.reasons.progress import Milestone, Reached
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, missing_run_since, move


def hold(upgrade: Upgrade, why: Reason, now: datetime) -> Upgrade:
    """The upgrade stopped before its deployment, until what is in the way is gone."""
    return move(upgrade, Stage.HELD, Cause(now), why)


def is_retry(upgrade: Upgrade) -> bool:
    """Whether a person requested that this upgrade is deployed once more."""
    return upgrade.attempt.number > 1


def start_deployment(upgrade: Upgrade, cause: Cause, why: Reason | None, policy: DeployPolicy) -> Upgrade:
    """The upgrade on its way to its VM: to the backup first, where the policy asks for one."""
    ready = _supersede_backups(upgrade)
    ready = move(ready, Stage.MERGED, Cause(cause.at)) if upgrade.stage is Stage.HELD else ready
    stage = Stage.BACKING_UP if policy.backup else Stage.DEPLOYING
    return move(ready, stage, cause, why, explains_stage=False)


# The backup


def _supersede_backups(upgrade: Upgrade) -> Upgrade:
    """The upgrade before new backups. The old ones stay known, because they may be from before any deployment."""
    attempt = upgrade.attempt
    superseded = (*attempt.superseded_backups, *attempt.backups)
    return upgrade.with_attempt(replace(attempt, backups=(), superseded_backups=superseded))


def backup_request_id(upgrade: Upgrade) -> str:
    """What finds the backups of this attempt again; the same however often it is requested."""
    began = upgrade.entered_at(Stage.BACKING_UP)
    if began is None:
        raise ValueError("an upgrade without a backup has no request id")
    kind = "back-" if upgrade.rollback is not None else ""
    attempt = f"-{upgrade.attempt.number}" if is_retry(upgrade) else ""
    length = _MAX_REQUEST_ID - len(f"mibot-{kind}-{began:%Y%m%d%H%M%S}{attempt}")
    version = re.sub(r"[^a-z0-9]+", "-", str(upgrade.version).lower())[: max(length, 0)].rstrip("-")
    return f"mibot-{kind}{version}-{began:%Y%m%d%H%M%S}{attempt}"


_MAX_REQUEST_ID = 40
"""The limit of `BackupRequest.request_id`. The version is cut to fit; the time makes the id unique, with the
attempt's number where another attempt began in the same second."""


def apply_backups(upgrade: Upgrade, backups: Sequence[Backup], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade as its backups are now: on to the deployment when all are ready."""
    seen = upgrade.with_attempt(replace(upgrade.attempt, backups=tuple(backups)))
    began = upgrade.entered_at(Stage.BACKING_UP) or now
    match overall_state(backups):
        case BackupState.READY:
            return move(seen, Stage.DEPLOYING, Cause(now), BackupsReady(len(backups)), explains_stage=False)
        case BackupState.FAILED:
            failed = next(backup for backup in backups if backup.state is BackupState.FAILED)
            return move(seen, Stage.FAILED, Cause(now), BackupFailed(failed.kind, failed.name, failed.problem))
    if now - began >= timedelta(seconds=policy.backup_timeout):
        return move(seen, Stage.FAILED, Cause(now), BackupTimedOut(policy.backup_timeout))
    ready = sum(backup.state is BackupState.READY for backup in backups)
    return replace(seen, reason=BackupsInProgress(ready, len(backups)))


# The deployment


def apply_run(
    upgrade: Upgrade, run: WorkflowRun, failed_jobs: Sequence[FailedJob], policy: DeployPolicy, now: datetime
) -> Upgrade:
    """The upgrade as its run is now; `failed_jobs` are the jobs that did not succeed, once it has ended."""
    requested_at = upgrade.deployment.requested_at if upgrade.deployment else run.created_at
    deployment = Deployment(requested_at, confirmed=True, run_id=run.id, run_url=run.url)
    if not run.completed:
        seen = _with_run(upgrade, deployment)
        if now - run.created_at >= timedelta(seconds=policy.timeout):
            return move(seen, Stage.FAILED, Cause(now, link=run.url), RunTimedOut(policy.timeout))
        return replace(seen, reason=RunInProgress(run.status))
    failure = None if run.succeeded else _run_failure(run, failed_jobs)
    ended = replace(deployment, conclusion=run.conclusion, failure=failure, ended_at=run.updated_at)
    seen, cause = _with_run(upgrade, ended), Cause(now, run.actor, run.url)
    if failure:
        return move(seen, Stage.FAILED, cause, DeploymentFailed(failure))
    return start_verifying(seen, cause, Milestone.DEPLOYMENT_SUCCEEDED)


def _with_run(upgrade: Upgrade, deployment: Deployment) -> Upgrade:
    return upgrade.with_attempt(replace(upgrade.attempt, deployment=deployment, run_missing_since=None))


def _run_failure(run: WorkflowRun, failed_jobs: Sequence[FailedJob]) -> RunFailed:
    return RunFailed(run.conclusion, tuple(FailedStep(one.job, one.step) for one in failed_jobs))


def mark_deployed_manually(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The upgrade that a person says is deployed: by hand, or repaired by hand."""
    requested_at = upgrade.deployment.requested_at if upgrade.deployment else now
    url = upgrade.deployment.run_url if upgrade.deployment else ""
    deployment = Deployment(requested_at, confirmed=True, run_url=url, ended_at=now, deployed_by=by)
    attempt = replace(
        upgrade.attempt,
        deployment=deployment,
        extra_run_ids=upgrade.attempt.run_ids,
        run_missing_since=missing_run_since(upgrade),
    )
    seen = _without_acceptance(upgrade.with_attempt(attempt))
    if seen.stage in {Stage.MERGED, Stage.BACKING_UP}:
        seen = move(seen, Stage.DEPLOYING, Cause(now, by))
    return start_verifying(seen, Cause(now, by), Milestone.DEPLOYED_MANUALLY)


def can_mark_deployed(upgrade: Upgrade) -> bool:
    """Whether somebody can have deployed it by hand."""
    return upgrade.merged_at is not None and upgrade.stage in {
        Stage.MERGED,
        Stage.HELD,
        Stage.BACKING_UP,
        Stage.DEPLOYING,
        Stage.FAILED,
    }


def start_verifying(upgrade: Upgrade, cause: Cause, milestone: Milestone) -> Upgrade:
    """The deployed upgrade whose health checks begin, with all the time that they may take."""
    return _without_post_checks(move(upgrade, Stage.VERIFYING, cause, Reached(milestone), explains_stage=False))


def _without_post_checks(upgrade: Upgrade) -> Upgrade:
    return replace(upgrade, verification=replace(upgrade.verification, after=(), healthy_since=None))


def _without_acceptance(upgrade: Upgrade) -> Upgrade:
    return replace(upgrade, verification=replace(upgrade.verification, acceptance=None))


def retry(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The failed upgrade, to be deployed once more from its backup on: only ever because a person requested it."""
    attempt = DeploymentAttempt(upgrade.attempt.number + 1, run_missing_since=missing_run_since(upgrade))
    fresh = replace(_without_acceptance(_without_post_checks(upgrade)), attempts=(*upgrade.attempts, attempt))
    return move(fresh, Stage.MERGED, Cause(now, by), Reached(Milestone.RETRY_REQUESTED), explains_stage=False)


def can_retry(upgrade: Upgrade) -> bool:
    """Whether it failed after its merge, or is held after its deployment."""
    after_merge = upgrade.stage is Stage.FAILED and upgrade.merged_at is not None
    return after_merge or (upgrade.stage is Stage.HELD and upgrade.deployed)


def superseded_by(upgrade: Upgrade, others: Iterable[Upgrade]) -> Upgrade | None:
    """The instance's latest upgrade or rollback to another version that was merged after this one, or None: deploying
    this one (once more) would undo that."""
    later = [
        other
        for other in others
        if other.slug == upgrade.slug
        and other.version != upgrade.version
        and other.merged_at is not None
        and upgrade.merged_at is not None
        and other.merged_at > upgrade.merged_at
    ]
    return max(later, key=lambda other: other.merged_at or other.requested_at, default=None)
