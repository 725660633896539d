"""From the merge to proven healthy: what each observation makes of a merged upgrade (domain.md, "An upgrade of one
instance", steps 4 and 5). Pure; `transitions.moved` takes every step."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.backups import Copy, CopyState, standing
from bot.domain.facts import FailedJob, Run
from bot.domain.health import Result, State, overall, worst_first
from bot.domain.stages import Stage
from bot.domain.transitions import MIBOT, Cause, loose_runs, lost_since, moved
from bot.domain.upgrade import Deployment, Upgrade
from bot.domain.versions import Version

CLOCKS_DIFFER = timedelta(seconds=60)
"""How much earlier than we asked a run may have been created, by GitHub's clock."""
MOST_TRIES = 3
"""How often a run is asked for while nobody knows whether GitHub heard."""


class Mode(StrEnum):
    """How a merged upgrade comes onto its VM (`deploy.mode`)."""

    DISPATCH = "workflow_dispatch"
    ON_PUSH = "on_push"
    MANUAL = "manual"


@dataclass(frozen=True)
class DeployPolicy:
    """The rules from the settings (`[deploy]` and `[verify]`). Times are in seconds."""

    mode: Mode = Mode.DISPATCH
    workflow: str = "mi_upgrade.yml"
    backup: bool = True
    backup_timeout: float = 1800.0
    keep_backups: int = 3
    start_timeout: float = 300.0
    timeout: float = 3600.0
    poll: float = 15.0
    verify_timeout: float = 1800.0
    stable_for: float = 300.0
    interval: float = 30.0


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
    ready = moved(upgrade, Stage.MERGED, Cause(now)) if upgrade.stage is Stage.HELD else upgrade
    return moved(ready, Stage.BACKING_UP if policy.backup else Stage.DEPLOYING, cause, why, "")


# The backup


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
        why = f"its backup was not ready within {_minutes(policy.backup_timeout)}"
        return moved(seen, Stage.FAILED, Cause(now), why)
    ready = sum(copy.state is CopyState.READY for copy in copies)
    return replace(seen, reason=f"{ready} of {len(copies)} backups ready" if copies else "backups asked for")


# The deployment


def intended(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The upgrade with its deployment about to be asked for: noted before it is, so that a crash forgets nothing."""
    before = upgrade.deployment
    tries = 1 if before is None else before.tries + 1
    since = None if before is None else upgrade.lost_since or before.asked_at
    return replace(upgrade, deployment=Deployment(now, tries=tries), lost_since=since, reason="")


def accepted(upgrade: Upgrade, run: int | None) -> Upgrade:
    """GitHub took the request; `run` is its number where GitHub told it."""
    deployment = upgrade.deployment
    if deployment is None:
        raise ValueError("no deployment was asked for")
    if run is None:
        return replace(upgrade, deployment=replace(deployment, accepted=True))
    return replace(upgrade, deployment=replace(deployment, accepted=True, run=run), lost_since=None)


def rejected(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """GitHub refused to start the deployment. Should it have begun one all the same, another attempt finds that."""
    if upgrade.deployment is None:
        return moved(upgrade, Stage.FAILED, Cause(now), f"its deployment could not be started: {why}")
    ended = replace(upgrade.deployment, ended_at=now, failed=why)
    over = replace(upgrade, deployment=ended, lost_since=lost_since(upgrade))
    return moved(over, Stage.FAILED, Cause(now), f"its deployment could not be started: {why}")


def dispatching(upgrade: Upgrade) -> bool:
    """Whether a run may just be coming into being for it that nobody has found yet."""
    return upgrade.stage is Stage.DEPLOYING and upgrade.deployment is not None and upgrade.deployment.unresolved


def in_the_way(other: Upgrade, upgrade: Upgrade) -> bool:
    """Whether another upgrade, which is deploying, keeps this one's deployment from being asked for now: its run is
    still to be found, so that two new ones could not be told apart, or it is this instance that it deploys."""
    return dispatching(other) or (other.slug == upgrade.slug and other.deployment is not None)


class Unclear(Exception):  # noqa: N818 - named for what it says
    """More than one of the `runs` may be the one that is looked for: nobody can say which."""

    def __init__(self, runs: Sequence[Run]) -> None:
        super().__init__(f"{len(runs)} runs may be the one")
        self.runs = tuple(runs)


def own_run(
    upgrade: Upgrade, runs: Iterable[Run], me: str, taken: Collection[int], others: Collection[str] = ()
) -> Run | None:
    """The run that mibot started for this upgrade, or None when it is not there.

    It was started by mibot itself since it was asked for, no other upgrade has it (`taken`), and only one request at
    a time is without its run (`Ledger.claim_dispatch`), so there can be but one. Where the workflow names what it
    does in its title, that must be this upgrade, and none of the `others` (slugs). Raises Unclear rather than guess.
    """
    deployment = upgrade.deployment
    if deployment is None or not deployment.unresolved:
        return None
    since = upgrade.lost_since or deployment.asked_at
    candidates = _may_be_of(upgrade, runs, me, taken, since, others)
    candidates = [run for run in candidates if _names_version(run.title, upgrade.target)]
    named = [run for run in candidates if _names(run.title, upgrade.slug) and _versions(run.title)]
    found = named or candidates
    if len(found) > 1:
        raise Unclear(found)
    return found[0] if found else None


def strays(
    upgrade: Upgrade, runs: Iterable[Run], me: str, taken: Collection[int], since: datetime, others: Collection[str]
) -> tuple[int, ...]:
    """The runs that nobody found, of the instance's deployments that were asked for since then: each may still go on,
    and whatever their titles say of a version, none is that of a deployment that is yet to be asked for."""
    return tuple(run.id for run in _may_be_of(upgrade, runs, me, taken, since, others))


def _may_be_of(
    upgrade: Upgrade, runs: Iterable[Run], me: str, taken: Collection[int], since: datetime, others: Collection[str]
) -> list[Run]:
    """The runs that mibot itself started since then, that no upgrade has, and that speak of no other instance."""
    return [
        run
        for run in runs
        if run.actor.lower() == me.lower()
        and run.id not in taken
        and run.created_at >= since - CLOCKS_DIFFER
        and (_names(run.title, upgrade.slug) or not any(_names(run.title, slug) for slug in others))
    ]


_VERSION_LIKE = re.compile(r"(?<![\w.-])v?(\d+\.\d+\.\d+(?:-rc\.\d+)?)(?![\w-]|\.\w)", re.IGNORECASE)


def _versions(title: str) -> list[str]:
    return _VERSION_LIKE.findall(title)


def _names_version(title: str, version: Version) -> bool:
    """Whether a title names that version, or none at all."""
    named = _versions(title)
    return str(version) in named or not named


def _names(title: str, word: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", title, re.IGNORECASE) is not None


def left_behind(upgrade: Upgrade) -> tuple[int, ...]:
    """The runs of an upgrade that may still go on: those of earlier attempts, and its own until that is known to have
    ended."""
    deployment = upgrade.deployment
    ended = deployment is None or deployment.run is None or deployment.ended_at is not None
    return upgrade.loose if ended else loose_runs(upgrade)


def found(upgrade: Upgrade, run: Run) -> Upgrade:
    """The upgrade whose run was found."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else run.created_at
    deployment = Deployment(asked_at, accepted=True, run=run.id, url=run.url)
    return replace(upgrade, deployment=deployment, lost_since=None, reason="")


def not_found(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run nobody sees yet: given up when GitHub took the request, or was asked often enough.

    Where nobody knows whether GitHub heard, `deployment` becomes open to be asked for again (`again`).
    """
    deployment = upgrade.deployment
    if may_yet_appear(upgrade, policy, now):
        return replace(upgrade, reason=WAITS_FOR_RUN)
    if deployment is not None and (deployment.accepted or deployment.tries >= MOST_TRIES):
        why = f"no run of {policy.workflow} began within {_minutes(policy.start_timeout)}"
        return moved(upgrade, Stage.FAILED, Cause(now), why)
    return upgrade


WAITS_FOR_RUN = "waiting for its run to appear on GitHub"


def gone_run(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run GitHub does not show: it may not show it yet, where it was started just now."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else now
    if now - asked_at < timedelta(seconds=policy.start_timeout):
        return replace(upgrade, reason=WAITS_FOR_RUN)
    return moved(upgrade, Stage.FAILED, Cause(now), "the run of its deployment is gone from GitHub")


def unclear(upgrade: Upgrade, runs: Sequence[Run], now: datetime) -> Upgrade:
    """The upgrade given up, for nobody can say which of the runs is its own: each may go on, none is the next one."""
    why = "several runs may be its own: see which one, then say /deployed or /retry"
    deployment = upgrade.deployment
    over = replace(deployment, ended_at=now, failed=why) if deployment else None
    loose = (*upgrade.loose, *(run.id for run in runs))
    seen = replace(upgrade, deployment=over, loose=loose, lost_since=lost_since(upgrade))
    return moved(seen, Stage.FAILED, Cause(now, link=runs[-1].url), why)


def again(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the deployment is to be asked for (once more): never while a run may yet appear."""
    deployment = upgrade.deployment
    if may_yet_appear(upgrade, policy, now):
        return False
    if deployment is None:
        return True
    return deployment.unresolved and not deployment.accepted and deployment.tries < MOST_TRIES


def may_yet_appear(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the run that was asked for last, by an earlier attempt too, may still come into being."""
    asked_at = lost_since(upgrade)
    return asked_at is not None and now - asked_at < timedelta(seconds=policy.start_timeout)


def ran(upgrade: Upgrade, run: Run, broken: Sequence[FailedJob], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade as its run stands now; `broken` are the jobs that did not succeed, once it has ended."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else run.created_at
    seen = replace(upgrade, deployment=Deployment(asked_at, accepted=True, run=run.id, url=run.url), lost_since=None)
    if not run.completed:
        if now - run.created_at >= timedelta(seconds=policy.timeout):
            why = f"its deployment has not ended within {_minutes(policy.timeout)}"
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
        upgrade,
        attempt=upgrade.attempt + 1,
        copies=(),
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
    """The results that are shown already, where the new ones say the same: what nobody has to read is not written."""

    def told(all_of: tuple[Result, ...]) -> list[tuple[str, State, str]]:
        return [(one.name, one.state, one.sentence) for one in all_of]

    return shown if told(results) == told(shown) else results


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


def _minutes(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:g} minutes"
