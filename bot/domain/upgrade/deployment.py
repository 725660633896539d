"""From the merge to proven healthy: what each observation makes of a merged upgrade (domain.md, "An upgrade of one
instance", steps 4 and 5). Pure; `transitions.moved` takes every step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import FailedJob, WorkflowRun
from bot.domain.health.model import CheckResult, CheckState, sort_worst_first, worst_state
from bot.domain.upgrade.backups import Backup, BackupState, overall_state
from bot.domain.upgrade.deploy_policy import DeployPolicy, format_duration
from bot.domain.upgrade.record import Deployment, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import MIBOT, Cause, all_run_ids, missing_run_since, move

# Before the deployment


def hold(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """The upgrade stopped before its deployment, until what is in the way is gone."""
    return move(upgrade, Stage.HELD, Cause(now), why)


def apply_pre_checks(
    upgrade: Upgrade, results: Iterable[CheckResult], policy: DeployPolicy, now: datetime
) -> Upgrade:
    """The merged upgrade after its pre-upgrade checks: on its way when all pass, else held with the reason.

    An operator's `--force` lets it go in spite of them. A rollback needs none, for it makes things safe, nor does
    what a person tries again: it is not well already.
    """
    seen = replace(upgrade, before=tuple(sort_worst_first(results)))
    state = worst_state(seen.before)
    if state is CheckState.PASS or seen.forced or seen.back is not None or is_retry(seen):
        return _start_deployment(seen, policy, now)
    seen = replace(seen, before=_keep_if_unchanged(seen.before, upgrade.before))
    return hold(seen, f"before the deployment, {describe_failing_checks(seen.before)}; {RESUME_HINT}", now)


def is_retry(upgrade: Upgrade) -> bool:
    """Whether a person said, of this very upgrade, that it is to be deployed once more."""
    return upgrade.attempt > 1


RESUME_HINT = 'mibot looks again, and goes on when all is green; an operator can say --force "reason"'


def describe_failing_checks(results: Sequence[CheckResult]) -> str:
    """Which checks are in the way, in words: the red ones, and those that could not be found out."""
    red = ", ".join(result.title for result in results if result.state is CheckState.FAIL)
    unknown = ", ".join(result.title for result in results if result.state is CheckState.UNKNOWN)
    words = [f"red: {red}" if red else "", f"unknown: {unknown}" if unknown else ""]
    return "; ".join(filter(None, words)) or "no check ran"


def _start_deployment(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    cause = Cause(
        now, upgrade.forced_by if worst_state(upgrade.before) is not CheckState.PASS and upgrade.forced else MIBOT
    )
    why = f"forced: {upgrade.forced}" if cause.by != MIBOT else ""
    ready = _archive_backups(upgrade)
    ready = move(ready, Stage.MERGED, Cause(now)) if upgrade.stage is Stage.HELD else ready
    return move(ready, Stage.BACKING_UP if policy.backup else Stage.DEPLOYING, cause, why, "")


# The backup


def _archive_backups(upgrade: Upgrade) -> Upgrade:
    """The upgrade before new backups: what there is stays known, for it may be from before anything was deployed."""
    return replace(upgrade, copies=(), earlier_copies=(*upgrade.earlier_copies, *upgrade.copies))


def backup_request_id(upgrade: Upgrade) -> str:
    """What finds the copies of this attempt again; the same however often it is asked for."""
    began = upgrade.entered_at(Stage.BACKING_UP)
    if began is None:
        raise ValueError("an upgrade without a backup has no mark")
    kind = "back-" if upgrade.back is not None else ""
    attempt = f"-{upgrade.attempt}" if is_retry(upgrade) else ""
    length = _MAX_REQUEST_ID - len(f"mibot-{kind}-{began:%Y%m%d%H%M%S}{attempt}")
    version = re.sub(r"[^a-z0-9]+", "-", str(upgrade.version).lower())[: max(length, 0)].rstrip("-")
    return f"mibot-{kind}{version}-{began:%Y%m%d%H%M%S}{attempt}"


_MAX_REQUEST_ID = 40
"""`BackupOrder.mark`: the version gives way; the time, and the attempt where there was one before it in the same
second, make it unique."""


def apply_backups(upgrade: Upgrade, copies: Sequence[Backup], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade as its copies stand now: on to the deployment when all are ready."""
    seen = replace(upgrade, copies=tuple(copies))
    began = upgrade.entered_at(Stage.BACKING_UP) or now
    match overall_state(copies):
        case BackupState.READY:
            return move(seen, Stage.DEPLOYING, Cause(now), f"{len(copies)} backups ready", "")
        case BackupState.FAILED:
            broken = next(copy for copy in copies if copy.state is BackupState.FAILED)
            said = f" ({broken.said})" if broken.said else ""
            return move(seen, Stage.FAILED, Cause(now), f"its backup failed: {broken.kind} {broken.name}{said}")
    if now - began >= timedelta(seconds=policy.backup_timeout):
        why = f"its backup was not ready within {format_duration(policy.backup_timeout)}"
        return move(seen, Stage.FAILED, Cause(now), why)
    ready = sum(copy.state is BackupState.READY for copy in copies)
    return replace(seen, reason=f"{ready} of {len(copies)} backups ready" if copies else "backups asked for")


# The deployment


def apply_run(
    upgrade: Upgrade, run: WorkflowRun, broken: Sequence[FailedJob], policy: DeployPolicy, now: datetime
) -> Upgrade:
    """The upgrade as its run stands now; `broken` are the jobs that did not succeed, once it has ended."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else run.created_at
    seen = replace(upgrade, deployment=Deployment(asked_at, accepted=True, run=run.id, url=run.url), lost_since=None)
    if not run.completed:
        if now - run.created_at >= timedelta(seconds=policy.timeout):
            why = f"its deployment has not ended within {format_duration(policy.timeout)}"
            return move(seen, Stage.FAILED, Cause(now, link=run.url), why)
        return replace(seen, reason=f"its run is {run.status.replace('_', ' ')}")
    failure = "" if run.succeeded else _describe_failure(run, broken)
    over = Deployment(asked_at, True, 1, run.id, run.url, run.conclusion, failure, run.updated_at)
    if failure:
        cause = Cause(now, run.actor, run.url)
        return move(replace(seen, deployment=over), Stage.FAILED, cause, f"its deployment failed: {failure}")
    return _start_verifying(
        replace(seen, deployment=over), Cause(now, run.actor, run.url), "its deployment succeeded"
    )


def _describe_failure(run: WorkflowRun, broken: Sequence[FailedJob]) -> str:
    """What in a run did not succeed, in words."""
    if not broken:
        return f"the run ended as {run.conclusion or 'nothing'}"
    parts = [f"job {one.job}{f', step {one.step}' if one.step else ''}" for one in broken]
    return f"{'; '.join(parts)} ({run.conclusion})"


def mark_deployed_manually(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The upgrade that a person says is deployed: by hand, or repaired by hand."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else now
    url = upgrade.deployment.url if upgrade.deployment else ""
    deployment = Deployment(asked_at, True, 1, None, url, "by hand", ended_at=now, by=by)
    loose, lost = all_run_ids(upgrade), missing_run_since(upgrade)
    seen = replace(upgrade, deployment=deployment, loose=loose, lost_since=lost, accepted="", accepted_by="")
    if seen.stage in {Stage.MERGED, Stage.BACKING_UP}:
        seen = move(seen, Stage.DEPLOYING, Cause(now, by))
    return _start_verifying(seen, Cause(now, by), "deployed by hand")


def can_mark_deployed(upgrade: Upgrade) -> bool:
    """Whether somebody can have deployed it by hand."""
    return upgrade.merged_at is not None and upgrade.stage in {
        Stage.MERGED,
        Stage.HELD,
        Stage.BACKING_UP,
        Stage.DEPLOYING,
        Stage.FAILED,
    }


def _start_verifying(upgrade: Upgrade, cause: Cause, why: str) -> Upgrade:
    return replace(move(upgrade, Stage.VERIFYING, cause, why, ""), green_since=None, after=())


def retry(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The failed upgrade, to be deployed once more from its backup on: only ever because a person asked."""
    fresh = replace(
        _archive_backups(upgrade),
        attempt=upgrade.attempt + 1,
        deployment=None,
        loose=all_run_ids(upgrade),
        lost_since=missing_run_since(upgrade),
        green_since=None,
        after=(),
        accepted="",
        accepted_by="",
    )
    return move(fresh, Stage.MERGED, Cause(now, by), "to be deployed once more", "")


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
    return max(later, key=lambda other: other.merged_at or other.asked_at, default=None)


# The proof


def judge(upgrade: Upgrade, results: Iterable[CheckResult], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The deployed upgrade after its post-upgrade checks, taken now.

    Done when all have passed for `stable_for`: green must hold, so that a restart loop is not called healthy. What
    is red may become green until `verify_timeout`; then it is failed, or held where nobody could find out. `unknown`
    never counts as a pass, unless a person has vouched for it.
    """
    seen = replace(upgrade, after=tuple(sort_worst_first(accept_unknown(result, upgrade) for result in results)))
    state = worst_state(seen.after)
    began = upgrade.entered_at(Stage.VERIFYING) or now
    if state is CheckState.PASS:
        return _apply_green(seen, upgrade.after, policy, now)
    waited = now - began >= timedelta(seconds=policy.verify.timeout)
    seen = replace(seen, green_since=None)
    link = upgrade.deployment.url if upgrade.deployment else ""
    if not waited:
        until = began + timedelta(seconds=policy.verify.timeout)
        seen = replace(seen, after=_keep_if_unchanged(seen.after, upgrade.after))
        return replace(
            seen, reason=f"{describe_failing_checks(seen.after)}; it has until {until:%H:%M} UTC to become green"
        )
    if state is CheckState.FAIL:
        return move(
            seen, Stage.FAILED, Cause(now, link=link), f"after the deployment, {describe_failing_checks(seen.after)}"
        )
    return move(
        seen, Stage.HELD, Cause(now, link=link), f"health {describe_failing_checks(seen.after)}; {ACCEPT_HINT}"
    )


ACCEPT_HINT = 'see to it and say /check, or vouch for it with /check INSTANCE --accept "what you saw"'


def accept_unknown(result: CheckResult, upgrade: Upgrade) -> CheckResult:
    """A result that nobody could find out, as the person has it who looked: never one that is red."""
    if result.state is not CheckState.UNKNOWN or not upgrade.accepted:
        return result
    sentence = (
        f"{upgrade.accepted_by} vouches for it: {upgrade.accepted} (mibot could not find out: {result.sentence})"
    )
    return replace(result, state=CheckState.PASS, sentence=sentence)


def _keep_if_unchanged(results: tuple[CheckResult, ...], shown: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """The results that are shown already, where the new ones say the same of what is not green: an age that grows in
    a green one is nothing that anybody has to read."""

    def said(all_of: tuple[CheckResult, ...]) -> list[tuple[str, CheckState, str]]:
        return [(one.name, one.state, "" if one.state is CheckState.PASS else one.sentence) for one in all_of]

    return shown if said(results) == said(shown) else results


def _apply_green(upgrade: Upgrade, shown: tuple[CheckResult, ...], policy: DeployPolicy, now: datetime) -> Upgrade:
    since = upgrade.green_since or now
    seen = replace(upgrade, green_since=since)
    if now - since < timedelta(seconds=policy.verify.stable_for):
        until = since + timedelta(seconds=policy.verify.stable_for)
        seen = replace(seen, after=_keep_if_unchanged(seen.after, shown))
        return replace(seen, reason=f"all green since {since:%H:%M:%S} UTC, and has to hold until {until:%H:%M:%S}")
    end = Stage.DONE if upgrade.back is None else Stage.ROLLED_BACK
    return move(seen, end, Cause(now), f"{len(seen.after)} checks passed", "")


def recheck(upgrade: Upgrade, now: datetime, by: str, accepted: str = "") -> Upgrade:
    """The deployed upgrade that a person has judged anew, with all patience; `accepted` is what they vouch for."""
    if accepted:
        upgrade = replace(upgrade, accepted=accepted, accepted_by=by)
    if upgrade.stage not in {Stage.HELD, Stage.FAILED} or not upgrade.deployed:
        return upgrade
    return _start_verifying(upgrade, Cause(now, by), "to be checked again")
