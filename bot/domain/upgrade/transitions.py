"""What moves an upgrade: every step of it is made here, purely, and its cause is kept with it.

Up to the merge here; from the merge to proven healthy in `deploying`, by the same `moved`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.github_models import CommitChecks, PullRequest, Review, ReviewState
from bot.domain.upgrade.record import Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import TRANSITIONS, UNFINISHED, Stage
from bot.domain.versions import Version

MIBOT = "mibot"


@dataclass(frozen=True)
class Cause:
    """Why something moves: when (UTC), who or what did it, and where a person can look."""

    at: datetime
    by: str = MIBOT
    link: str = ""


def move(upgrade: Upgrade, stage: Stage, cause: Cause, why: str = "", reason: str | None = None) -> Upgrade:
    """The upgrade at that stage: the only way there. `why` is kept in the history, and shown as the stage's reason
    unless there is another `reason` to show.

    Staying where it is changes the shown reason only. Raises ValueError for a step that there is not: a bug.
    """
    shown = why if reason is None else reason
    if stage is upgrade.stage:
        return replace(upgrade, reason=shown)
    if stage not in TRANSITIONS[upgrade.stage]:
        raise ValueError(f"an upgrade that is {upgrade.stage} can't become {stage}")
    step = StageTransition(stage, cause.at, cause.by, why, cause.link)
    return replace(upgrade, stage=stage, reason=shown, history=(*upgrade.history, step))


def request_upgrade(
    existing: Upgrade | None, slug: str, version: Version, by: str, now: datetime, forced: str = ""
) -> Upgrade:
    """What asking for an upgrade makes of its record: a new one, the same one, or one that ended revived.

    A pull request that people closed is not opened again until somebody asks; this is the asking. `forced` is the
    reason why it need not wait for its place in the order, nor for its checks before the deployment.
    """
    fresh = Upgrade(slug, version, Stage.WAITING, by, now, forced=forced, forced_by=by if forced else "")
    if existing is None:
        return fresh
    undone = existing.back is not None and existing.stage in {Stage.ROLLED_BACK, Stage.FAILED}
    if existing.stage in {Stage.CLOSED, Stage.SKIPPED} or undone:
        return replace(fresh, earlier=existing, loose=all_run_ids(existing), lost_since=missing_run_since(existing))
    if existing.stage is Stage.FAILED and existing.merged_at is None:
        kept = replace(fresh, earlier=existing.earlier, loose=existing.loose, lost_since=existing.lost_since)
        return replace(kept, number=existing.number, url=existing.url, head=existing.head)
    if forced and not existing.forced and existing.back is None and existing.stage in UNFINISHED:
        waits = existing.stage is Stage.WAITING
        return replace(existing, forced=forced, forced_by=by, reason="" if waits else existing.reason)
    return existing


def request_rollback(existing: Upgrade | None, slug: str, version: Version, back: Rollback, now: datetime) -> Upgrade:
    """The record of an upgrade that is to be undone, from now on about the rollback's pull request.

    Asking again while that is open is the same rollback, and so is the same asking afterwards. One whose deployment
    goes on is not undone before that is over. `existing` is None for an upgrade that mibot knows nothing of, such as
    one made by hand.
    """
    if existing is not None and existing.back is not None:
        same_asking = back.comment != 0 and existing.back.comment == back.comment
        if existing.stage in UNFINISHED or same_asking:
            return existing
    if existing is not None and existing.stage in {Stage.BACKING_UP, Stage.DEPLOYING}:
        return replace(existing, note=f"it can't be rolled back, as {back.by} asked, before its deployment is over")
    fresh = Upgrade(slug, version, Stage.PLANNED, back.by, now, from_version=version, back=back, earlier=existing)
    return (
        fresh
        if existing is None
        else replace(fresh, loose=all_run_ids(existing), lost_since=missing_run_since(existing))
    )


def all_run_ids(upgrade: Upgrade) -> tuple[int, ...]:
    """All runs there were, once its deployment is begun anew: each may still be going on, none is the next one."""
    run = upgrade.deployment.run if upgrade.deployment is not None else None
    return (*upgrade.loose, *([run] if run is not None else []))


def missing_run_since(upgrade: Upgrade) -> datetime | None:
    """When a run of it was last asked for that nobody saw: one may be about since, or may yet appear."""
    deployment = upgrade.deployment
    if deployment is not None and deployment.ended_at is None and not deployment.url:
        return deployment.asked_at  # where GitHub told its number too: that is told before there is anything to see
    return upgrade.lost_since


def attach_pull(upgrade: Upgrade, pull: PullRequest, from_version: Version | None, now: datetime) -> Upgrade:
    """The upgrade with its pull request, freshly made or found."""
    stage = Stage.OPEN if upgrade.stage is Stage.PLANNED else upgrade.stage
    there = move(upgrade, stage, Cause(now, link=pull.url), f"pull request #{pull.number}", "")
    return replace(there, from_version=from_version, number=pull.number, url=pull.url, head=pull.head)


def observe(
    upgrade: Upgrade, pull: PullRequest, reviews: Sequence[Review], checks: CommitChecks, now: datetime
) -> Upgrade:
    """The upgrade as GitHub shows its pull request now. What was merged stays merged."""
    ended = upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK, Stage.SKIPPED}
    if upgrade.merged_at or ended or (upgrade.stage is Stage.FAILED and not pull.merged):
        return upgrade
    approved = tuple(sorted(r.reviewer for r in reviews if r.state is ReviewState.APPROVED))
    objections = tuple(sorted(r.reviewer for r in reviews if r.state is ReviewState.CHANGES_REQUESTED))
    seen = replace(
        upgrade,
        number=pull.number,
        url=pull.url,
        head=pull.head,
        approved_by=approved,
        objections_by=objections,
        checks=checks.conclusion,
        failing=checks.failed,
    )
    if pull.merged:
        merged = replace(
            seen, merged_at=pull.merged_at, merged_by=pull.merged_by or "", merge_commit=pull.merge_commit
        )
        return move(merged, Stage.MERGED, Cause(pull.merged_at or now, pull.merged_by or "", pull.url))
    if not pull.open and upgrade.back is not None and upgrade.earlier is not None:
        return _restore_earlier(upgrade.earlier, upgrade.back, "was closed without a merge")
    if not pull.open:
        return move(seen, Stage.CLOSED, Cause(now, "", pull.url), "its pull request was closed without a merge")
    if objections:
        return move(seen, Stage.CHANGES_REQUESTED, Cause(now, ", ".join(objections), pull.url))
    return move(seen, Stage.APPROVED if approved else Stage.OPEN, Cause(now, ", ".join(approved), pull.url))


def _restore_earlier(earlier: Upgrade, back: Rollback, what: str) -> Upgrade:
    return replace(earlier, note=f"its rollback by {back.by} {what}")


def mark_refused(upgrade: Upgrade, why: str, now: datetime, *, keep_waiting: bool) -> Upgrade:
    """What becomes of an upgrade for which there is no change set; a rollback leaves things as they were. `waits`:
    there will be one once its version is prepared."""
    if upgrade.back is not None and upgrade.earlier is not None:
        return replace(upgrade.earlier, note=f"it can't be rolled back: {why}")
    return move(upgrade, Stage.WAITING if keep_waiting else Stage.FAILED, Cause(now), why)


def mark_failed(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """The upgrade given up, for what the world refused."""
    return move(upgrade, Stage.FAILED, Cause(now), why) if Stage.FAILED in TRANSITIONS[upgrade.stage] else upgrade


def mark_pull_gone(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The upgrade whose pull request is not there any more; a rollback leaves things as they were."""
    if upgrade.back is not None and upgrade.earlier is not None:
        return _restore_earlier(upgrade.earlier, upgrade.back, "is gone, with its pull request")
    return move(upgrade, Stage.CLOSED, Cause(now, ""), "its pull request is gone")


def mark_planned(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The waiting upgrade whose turn it is."""
    return move(upgrade, Stage.PLANNED, Cause(now), "its turn has come", "")


def mark_skipped(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """The waiting upgrade of an instance that is left out of release upgrades by now."""
    return move(upgrade, Stage.SKIPPED, Cause(now, ""), why)
