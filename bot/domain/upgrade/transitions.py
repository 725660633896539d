"""The steps of an upgrade up to its merge. `deployment` has those after it; both take them with `move`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.github_models import CommitChecks, PullRequest, Review
from bot.domain.reasons import Reason
from bot.domain.upgrade.attempts import DeploymentAttempt
from bot.domain.upgrade.four_eyes import MIBOT, missing_approval
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.progress import Milestone, NeedsPerson, Reached
from bot.domain.upgrade.reasons.pull_requests import (
    ChangeImpossible,
    NothingToChange,
    PullRequestEnd,
    PullRequestEnded,
    PullRequestOpened,
    RollbackEnded,
    RollbackRefused,
    RollbackTooEarly,
)
from bot.domain.upgrade.record import Rollback, StageTransition, Upgrade
from bot.domain.upgrade.stages import TRANSITIONS, UNFINISHED, Stage
from bot.domain.versions import Version


@dataclass(frozen=True)
class Cause:
    """Why something moves: when (UTC), who or what did it, and where a person can look."""

    at: datetime
    by: str = MIBOT
    link: str = ""


def move(
    upgrade: Upgrade, stage: Stage, cause: Cause, why: Reason | None = None, *, explains_stage: bool = True
) -> Upgrade:
    """The upgrade at that stage: the only way there. The history keeps `why`; where it also explains the stage, it is
    shown as the stage's reason.

    When the stage stays the same, only the shown reason changes. Raises ValueError for a step that `TRANSITIONS` does
    not have, which is a bug.
    """
    shown = why if explains_stage else None
    if stage is upgrade.stage:
        return replace(upgrade, reason=shown)
    if stage not in TRANSITIONS[upgrade.stage]:
        raise ValueError(f"an upgrade that is {upgrade.stage} can't become {stage}")
    step = StageTransition(stage, cause.at, cause.by, why, cause.link)
    return replace(upgrade, stage=stage, reason=shown, history=(*upgrade.history, step))


def request_upgrade(
    existing: Upgrade | None, slug: str, version: Version, by: str, now: datetime, force: str = ""
) -> Upgrade:
    """The record after somebody requested the upgrade: a new one, the same one, or one that had ended and begins
    anew.

    A pull request that people closed is not opened again before somebody requests it. `force` is the reason why the
    upgrade need not wait for its turn in the order, nor for its checks before the deployment.
    """
    override = Override(by, force, now) if force else None
    fresh = Upgrade(slug, version, Stage.WAITING, by, now, force=override)
    if existing is None:
        return fresh
    if starts_anew(existing):
        anew = replace(inherit_runs(fresh, existing), previous=existing)
        if existing.rollback is not None or existing.stage is not Stage.FAILED:
            return anew
        seen = existing.pull_request
        known = replace(fresh.pull_request, number=seen.number, url=seen.url, head=seen.head)
        return replace(anew, pull_request=known)
    if override and existing.stage in UNFINISHED and existing.pull_request.content.needs_acceptance:
        return _accept_content(existing, override)
    if override and not existing.force and existing.rollback is None and existing.stage in UNFINISHED:
        waits = existing.stage is Stage.WAITING
        return replace(existing, force=override, reason=None if waits else existing.reason)
    return existing


def _accept_content(upgrade: Upgrade, by: Override) -> Upgrade:
    """The upgrade whose pull request an operator accepts as it is. A later push has to be accepted anew."""
    content = replace(upgrade.pull_request.content, acceptance=by)
    return replace(upgrade, pull_request=replace(upgrade.pull_request, content=content))


def starts_anew(existing: Upgrade) -> bool:
    """Whether an upgrade that is requested now begins anew: the one that there is was undone, or ended unmerged."""
    if existing.stage in {Stage.CLOSED, Stage.SKIPPED}:
        return True
    if existing.rollback is not None:
        return existing.stage in {Stage.ROLLED_BACK, Stage.FAILED}
    return existing.stage is Stage.FAILED and existing.merged_at is None


def request_rollback(
    existing: Upgrade | None, slug: str, version: Version, rollback: Rollback, now: datetime
) -> Upgrade:
    """The record of an upgrade that is to be undone: from now on it is about the rollback's pull request.

    A second request while that is open is the same rollback, and so is the same request found again afterwards. An
    upgrade that is being deployed is not undone before its deployment is over. `existing` is None for an upgrade that
    mibot has no record of, such as one made by hand.
    """
    if existing is not None and existing.rollback is not None:
        same_request = rollback.comment_id != 0 and existing.rollback.comment_id == rollback.comment_id
        if existing.stage in UNFINISHED or same_request:
            return existing
    if existing is not None and existing.stage in {Stage.BACKING_UP, Stage.DEPLOYING}:
        return with_note(existing, RollbackTooEarly(rollback.requested_by))
    by = rollback.requested_by
    fresh = Upgrade(slug, version, Stage.PLANNED, by, now, from_version=version, rollback=rollback, previous=existing)
    return fresh if existing is None else inherit_runs(fresh, existing)


def inherit_runs(fresh: Upgrade, existing: Upgrade) -> Upgrade:
    """A new record that knows which deployments of the one before it may still be going on."""
    attempt = DeploymentAttempt(extra_run_ids=all_run_ids(existing), run_missing_since=missing_run_since(existing))
    return replace(fresh, attempts=(attempt,))


def with_note(upgrade: Upgrade, note: Reason | None) -> Upgrade:
    """The upgrade whose pull request has this note, or none."""
    return replace(upgrade, pull_request=replace(upgrade.pull_request, note=note))


def all_run_ids(upgrade: Upgrade) -> tuple[int, ...]:
    """Every run of it that may be going on, its own included."""
    return tuple(run_id for attempt in upgrade.attempts for run_id in attempt.run_ids)


def missing_run_since(upgrade: Upgrade) -> datetime | None:
    """When a run that nobody has seen was last requested: it may exist, or may still begin. None without such a
    run."""
    deployment = upgrade.deployment
    if deployment is not None and deployment.ended_at is None and not deployment.run_url:
        return deployment.requested_at  # also where GitHub told the number: that comes before there is a run to see
    return upgrade.attempt.run_missing_since


def attach_pull(upgrade: Upgrade, pull: PullRequest, from_version: Version | None, now: datetime) -> Upgrade:
    """The upgrade with its pull request, which was just opened or found."""
    stage = Stage.OPEN if upgrade.stage is Stage.PLANNED else upgrade.stage
    opened = move(upgrade, stage, Cause(now, link=pull.url), PullRequestOpened(pull.number), explains_stage=False)
    known = replace(opened.pull_request, number=pull.number, url=pull.url, head=pull.head, base=pull.base)
    return replace(opened, from_version=from_version, pull_request=known)


def observe(
    upgrade: Upgrade,
    pull: PullRequest,
    reviews: Sequence[Review],
    checks: CommitChecks,
    now: datetime,
    *,
    four_eyes: bool = True,
) -> Upgrade:
    """The upgrade as GitHub shows its pull request now. What was merged stays merged.

    `four_eyes` is whether only somebody else's approval counts than that of who requested it.
    """
    ended = upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK, Stage.SKIPPED}
    merged = pull.merged and upgrade.pull_request.counts(pull)
    if upgrade.merged_at or ended or (upgrade.stage is Stage.FAILED and not merged):
        return upgrade
    seen = replace(upgrade, pull_request=upgrade.pull_request.observe(pull, reviews, checks, now))
    objections = seen.pull_request.changes_requested_by
    missing = missing_approval(seen, four_eyes=four_eyes)
    approved = seen.pull_request.approved_by if missing is None else ()
    if merged:
        # the merge itself moves the base branch, and mibot may have seen that before it saw the merge
        outdated = isinstance(seen.pull_request.note, ChangeImpossible | NothingToChange)
        if missing is not None or outdated:
            seen = with_note(seen, missing)
        return move(seen, Stage.MERGED, Cause(pull.merged_at or now, pull.merged_by or "", pull.url))
    end = PullRequestEnded(PullRequestEnd.CLOSED)
    if pull.merged:
        end = PullRequestEnded(PullRequestEnd.MERGED_ELSEWHERE, pull.base)
    if not pull.open and upgrade.rollback is not None and upgrade.previous is not None:
        return _restore_previous(upgrade.previous, upgrade.rollback, end)
    if not pull.open and not pull.merged and upgrade.stage is Stage.CLOSED:
        return seen  # it keeps the reason why it ended
    if not pull.open:
        return move(seen, Stage.CLOSED, Cause(now, "", pull.url), end)
    if objections:
        return move(seen, Stage.CHANGES_REQUESTED, Cause(now, ", ".join(objections), pull.url))
    return move(seen, Stage.APPROVED if approved else Stage.OPEN, Cause(now, ", ".join(approved), pull.url))


def _restore_previous(previous: Upgrade, rollback: Rollback, ended: PullRequestEnded) -> Upgrade:
    return with_note(previous, RollbackEnded(rollback.requested_by, ended.end, ended.branch))


def mark_refused(upgrade: Upgrade, why: Reason, now: datetime, *, keep_waiting: bool) -> Upgrade:
    """The upgrade for which there is no change set; a rollback leaves things as they were. `keep_waiting` says that
    there will be one once its version is prepared."""
    if upgrade.rollback is not None and upgrade.previous is not None:
        return with_note(upgrade.previous, RollbackRefused(why))
    return move(upgrade, Stage.WAITING if keep_waiting else Stage.FAILED, Cause(now), why)


def mark_failed(upgrade: Upgrade, why: Reason, now: datetime) -> Upgrade:
    """The upgrade that ends because an external system refused something."""
    return move(upgrade, Stage.FAILED, Cause(now), why) if Stage.FAILED in TRANSITIONS[upgrade.stage] else upgrade


def hold_for_person(upgrade: Upgrade, why: Reason) -> Upgrade:
    """The upgrade that stays at its stage until a person mends what an external system refuses."""
    return replace(upgrade, reason=NeedsPerson(why))


def needs_person(upgrade: Upgrade) -> bool:
    """Whether it is held where it stands until a person mends something."""
    return isinstance(upgrade.reason, NeedsPerson)


def mark_pull_gone(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The upgrade whose pull request does not exist any more; a rollback leaves things as they were."""
    if upgrade.rollback is not None and upgrade.previous is not None:
        return _restore_previous(upgrade.previous, upgrade.rollback, PullRequestEnded(PullRequestEnd.GONE))
    return move(upgrade, Stage.CLOSED, Cause(now, ""), PullRequestEnded(PullRequestEnd.GONE))


def mark_planned(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The waiting upgrade whose turn has come."""
    return move(upgrade, Stage.PLANNED, Cause(now), Reached(Milestone.SLOT_CLAIMED), explains_stage=False)


def mark_skipped(upgrade: Upgrade, why: Reason, now: datetime) -> Upgrade:
    """The waiting upgrade of an instance that no longer takes part in release upgrades."""
    return move(upgrade, Stage.SKIPPED, Cause(now, ""), why)
