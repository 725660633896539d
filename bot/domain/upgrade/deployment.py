"""From the merge to proven healthy: what each observation makes of a merged upgrade (domain.md, "An upgrade of one
instance", steps 4 and 5). Pure; `transitions.moved` takes every step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import FailedJob, Run
from bot.domain.health.model import Result, State, overall, worst_first
from bot.domain.upgrade.backups import Copy, CopyState, standing
from bot.domain.upgrade.deploy_policy import DeployPolicy, minutes
from bot.domain.upgrade.record import Deployment, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import MIBOT, Cause, loose_runs, lost_since, moved

# Before the deployment


def held(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """The upgrade stopped before its deployment, until what is in the way is gone."""
    return moved(upgrade, Stage.HELD, Cause(now), why)


def examined(upgrade: Upgrade, results: Iterable[Result], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The merged upgrade after its pre-upgrade checks: on its way when all pass, else held with the reason.

    An operator's `--force` lets it go in spite of them. A rollback needs none, for it makes things safe, nor does
    what a person tries again: it is not well already.
    """
    seen = replace(upgrade, before=tuple(worst_first(results)))
    state = overall(seen.before)
    if state is State.PASS or seen.forced or seen.back is not None or by_a_person(seen):
        return _under_way(seen, policy, now)
    seen = replace(seen, before=_unless_new(seen.before, upgrade.before))
    return held(seen, f"before the deployment, {told(seen.before)}; {HOW_TO_GO_ON}", now)


def by_a_person(upgrade: Upgrade) -> bool:
    """Whether a person said, of this very upgrade, that it is to be deployed once more."""
    return upgrade.attempt > 1


HOW_TO_GO_ON = 'mibot looks again, and goes on when all is green; an operator can say --force "reason"'


def told(results: Sequence[Result]) -> str:
    """Which checks are in the way, in words: the red ones, and those that could not be found out."""
    red = ", ".join(result.title for result in results if result.state is State.FAIL)
    unknown = ", ".join(result.title for result in results if result.state is State.UNKNOWN)
    words = [f"red: {red}" if red else "", f"unknown: {unknown}" if unknown else ""]
    return "; ".join(filter(None, words)) or "no check ran"


def _under_way(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    cause = Cause(now, upgrade.forced_by if overall(upgrade.before) is not State.PASS and upgrade.forced else MIBOT)
    why = f"forced: {upgrade.forced}" if cause.by != MIBOT else ""
    ready = _with_copies_set_aside(upgrade)
    ready = moved(ready, Stage.MERGED, Cause(now)) if upgrade.stage is Stage.HELD else ready
    return moved(ready, Stage.BACKING_UP if policy.backup else Stage.DEPLOYING, cause, why, "")


# The backup


def _with_copies_set_aside(upgrade: Upgrade) -> Upgrade:
    """The upgrade before new backups: what there is stays known, for it may be from before anything was deployed."""
    return replace(upgrade, copies=(), earlier_copies=(*upgrade.earlier_copies, *upgrade.copies))


def backup_mark(upgrade: Upgrade) -> str:
    """What finds the copies of this attempt again; the same however often it is asked for."""
    began = upgrade.since(Stage.BACKING_UP)
    if began is None:
        raise ValueError("an upgrade without a backup has no mark")
    kind = "back-" if upgrade.back is not None else ""
    attempt = f"-{upgrade.attempt}" if by_a_person(upgrade) else ""
    length = _LONGEST_MARK - len(f"mibot-{kind}-{began:%Y%m%d%H%M%S}{attempt}")
    version = re.sub(r"[^a-z0-9]+", "-", str(upgrade.version).lower())[: max(length, 0)].rstrip("-")
    return f"mibot-{kind}{version}-{began:%Y%m%d%H%M%S}{attempt}"


_LONGEST_MARK = 40
"""`BackupOrder.mark`: the version gives way; the time, and the attempt where there was one before it in the same
second, make it unique."""


def backed_up(upgrade: Upgrade, copies: Sequence[Copy], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade as its copies stand now: on to the deployment when all are ready."""
    seen = replace(upgrade, copies=tuple(copies))
    began = upgrade.since(Stage.BACKING_UP) or now
    match standing(copies):
        case CopyState.READY:
            return moved(seen, Stage.DEPLOYING, Cause(now), f"{len(copies)} backups ready", "")
        case CopyState.FAILED:
            broken = next(copy for copy in copies if copy.state is CopyState.FAILED)
            said = f" ({broken.said})" if broken.said else ""
            return moved(seen, Stage.FAILED, Cause(now), f"its backup failed: {broken.kind} {broken.name}{said}")
    if now - began >= timedelta(seconds=policy.backup_timeout):
        why = f"its backup was not ready within {minutes(policy.backup_timeout)}"
        return moved(seen, Stage.FAILED, Cause(now), why)
    ready = sum(copy.state is CopyState.READY for copy in copies)
    return replace(seen, reason=f"{ready} of {len(copies)} backups ready" if copies else "backups asked for")


# The deployment


def ran(upgrade: Upgrade, run: Run, broken: Sequence[FailedJob], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade as its run stands now; `broken` are the jobs that did not succeed, once it has ended."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else run.created_at
    seen = replace(upgrade, deployment=Deployment(asked_at, accepted=True, run=run.id, url=run.url), lost_since=None)
    if not run.completed:
        if now - run.created_at >= timedelta(seconds=policy.timeout):
            why = f"its deployment has not ended within {minutes(policy.timeout)}"
            return moved(seen, Stage.FAILED, Cause(now, link=run.url), why)
        return replace(seen, reason=f"its run is {run.status.replace('_', ' ')}")
    failure = "" if run.succeeded else _failure(run, broken)
    over = Deployment(asked_at, True, 1, run.id, run.url, run.conclusion, failure, run.updated_at)
    if failure:
        cause = Cause(now, run.actor, run.url)
        return moved(replace(seen, deployment=over), Stage.FAILED, cause, f"its deployment failed: {failure}")
    return _verifying(replace(seen, deployment=over), Cause(now, run.actor, run.url), "its deployment succeeded")


def _failure(run: Run, broken: Sequence[FailedJob]) -> str:
    """What in a run did not succeed, in words."""
    if not broken:
        return f"the run ended as {run.conclusion or 'nothing'}"
    parts = [f"job {one.job}{f', step {one.step}' if one.step else ''}" for one in broken]
    return f"{'; '.join(parts)} ({run.conclusion})"


def by_hand(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The upgrade that a person says is deployed: by hand, or repaired by hand."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else now
    url = upgrade.deployment.url if upgrade.deployment else ""
    deployment = Deployment(asked_at, True, 1, None, url, "by hand", ended_at=now, by=by)
    loose, lost = loose_runs(upgrade), lost_since(upgrade)
    seen = replace(upgrade, deployment=deployment, loose=loose, lost_since=lost, accepted="", accepted_by="")
    if seen.stage in {Stage.MERGED, Stage.BACKING_UP}:
        seen = moved(seen, Stage.DEPLOYING, Cause(now, by))
    return _verifying(seen, Cause(now, by), "deployed by hand")


def may_be_deployed(upgrade: Upgrade) -> bool:
    """Whether somebody can have deployed it by hand."""
    return upgrade.merged_at is not None and upgrade.stage in {
        Stage.MERGED,
        Stage.HELD,
        Stage.BACKING_UP,
        Stage.DEPLOYING,
        Stage.FAILED,
    }


def _verifying(upgrade: Upgrade, cause: Cause, why: str) -> Upgrade:
    return replace(moved(upgrade, Stage.VERIFYING, cause, why, ""), green_since=None, after=())


def retried(upgrade: Upgrade, by: str, now: datetime) -> Upgrade:
    """The failed upgrade, to be deployed once more from its backup on: only ever because a person asked."""
    fresh = replace(
        _with_copies_set_aside(upgrade),
        attempt=upgrade.attempt + 1,
        deployment=None,
        loose=loose_runs(upgrade),
        lost_since=lost_since(upgrade),
        green_since=None,
        after=(),
        accepted="",
        accepted_by="",
    )
    return moved(fresh, Stage.MERGED, Cause(now, by), "to be deployed once more", "")


def may_be_retried(upgrade: Upgrade) -> bool:
    """Whether it failed after its merge, or is held after its deployment."""
    after_merge = upgrade.stage is Stage.FAILED and upgrade.merged_at is not None
    return after_merge or (upgrade.stage is Stage.HELD and upgrade.deployed)


def overtaken_by(upgrade: Upgrade, others: Iterable[Upgrade]) -> Upgrade | None:
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


def judged(upgrade: Upgrade, results: Iterable[Result], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The deployed upgrade after its post-upgrade checks, taken now.

    Done when all have passed for `stable_for`: green must hold, so that a restart loop is not called healthy. What
    is red may become green until `verify_timeout`; then it is failed, or held where nobody could find out. `unknown`
    never counts as a pass, unless a person has vouched for it.
    """
    seen = replace(upgrade, after=tuple(worst_first(vouched(result, upgrade) for result in results)))
    state = overall(seen.after)
    began = upgrade.since(Stage.VERIFYING) or now
    if state is State.PASS:
        return _green(seen, upgrade.after, policy, now)
    waited = now - began >= timedelta(seconds=policy.verify_timeout)
    seen = replace(seen, green_since=None)
    link = upgrade.deployment.url if upgrade.deployment else ""
    if not waited:
        until = began + timedelta(seconds=policy.verify_timeout)
        seen = replace(seen, after=_unless_new(seen.after, upgrade.after))
        return replace(seen, reason=f"{told(seen.after)}; it has until {until:%H:%M} UTC to become green")
    if state is State.FAIL:
        return moved(seen, Stage.FAILED, Cause(now, link=link), f"after the deployment, {told(seen.after)}")
    return moved(seen, Stage.HELD, Cause(now, link=link), f"health {told(seen.after)}; {HOW_TO_VOUCH}")


HOW_TO_VOUCH = 'see to it and say /check, or vouch for it with /check INSTANCE --accept "what you saw"'


def vouched(result: Result, upgrade: Upgrade) -> Result:
    """A result that nobody could find out, as the person has it who looked: never one that is red."""
    if result.state is not State.UNKNOWN or not upgrade.accepted:
        return result
    sentence = (
        f"{upgrade.accepted_by} vouches for it: {upgrade.accepted} (mibot could not find out: {result.sentence})"
    )
    return replace(result, state=State.PASS, sentence=sentence)


def _unless_new(results: tuple[Result, ...], shown: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results that are shown already, where the new ones say the same of what is not green: an age that grows in
    a green one is nothing that anybody has to read."""

    def said(all_of: tuple[Result, ...]) -> list[tuple[str, State, str]]:
        return [(one.name, one.state, "" if one.state is State.PASS else one.sentence) for one in all_of]

    return shown if said(results) == said(shown) else results


def _green(upgrade: Upgrade, shown: tuple[Result, ...], policy: DeployPolicy, now: datetime) -> Upgrade:
    since = upgrade.green_since or now
    seen = replace(upgrade, green_since=since)
    if now - since < timedelta(seconds=policy.stable_for):
        until = since + timedelta(seconds=policy.stable_for)
        seen = replace(seen, after=_unless_new(seen.after, shown))
        return replace(seen, reason=f"all green since {since:%H:%M:%S} UTC, and has to hold until {until:%H:%M:%S}")
    end = Stage.DONE if upgrade.back is None else Stage.ROLLED_BACK
    return moved(seen, end, Cause(now), f"{len(seen.after)} checks passed", "")


def looked_again(upgrade: Upgrade, now: datetime, by: str, accepted: str = "") -> Upgrade:
    """The deployed upgrade that a person has judged anew, with all patience; `accepted` is what they vouch for."""
    if accepted:
        upgrade = replace(upgrade, accepted=accepted, accepted_by=by)
    if upgrade.stage not in {Stage.HELD, Stage.FAILED} or not upgrade.deployed:
        return upgrade
    return _verifying(upgrade, Cause(now, by), "to be checked again")
