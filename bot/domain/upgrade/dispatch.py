"""A deployment that mibot starts itself: it requests the run once, and finds that one again with certainty. Pure.

A requested run may begin late, and the answer that tells its number may be lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import WorkflowRun
from bot.domain.reasons import Reason
from bot.domain.upgrade.attempts import Deployment
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.reasons.deployment import AwaitingRun, DispatchRejected, RunNotStarted, RunProblem, RunUnknown
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, all_run_ids, missing_run_since, move
from bot.domain.versions import Version

CLOCK_SKEW = timedelta(seconds=60)
"""How much earlier than our request a run may have been created, by GitHub's clock."""
MAX_TRIES = 3
"""How often a run is requested while nobody knows whether GitHub received the request."""


def prepare_dispatch(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The upgrade whose run is about to be requested. It is saved before the request, so that a crash forgets
    nothing."""
    before = upgrade.deployment
    tries = 1 if before is None else before.tries + 1
    since = None if before is None else upgrade.attempt.run_missing_since or before.requested_at
    attempt = replace(upgrade.attempt, deployment=Deployment(now, tries=tries), run_missing_since=since)
    return replace(upgrade.with_attempt(attempt), reason=None)


def confirm_dispatch(upgrade: Upgrade, run_id: int | None) -> Upgrade:
    """The upgrade whose request GitHub accepted; `run_id` is None where GitHub did not tell it."""
    deployment = upgrade.deployment
    if deployment is None:
        raise ValueError("no run was requested")
    if run_id is None:
        return upgrade.with_attempt(replace(upgrade.attempt, deployment=replace(deployment, confirmed=True)))
    known = replace(deployment, confirmed=True, run_id=run_id)
    return upgrade.with_attempt(replace(upgrade.attempt, deployment=known, run_missing_since=None))


def reject_dispatch(upgrade: Upgrade, why: Reason, now: datetime) -> Upgrade:
    """The upgrade whose run GitHub refused to start. If GitHub began one all the same, another attempt finds that."""
    if upgrade.deployment is None:
        return move(upgrade, Stage.FAILED, Cause(now), DispatchRejected(why))
    ended = replace(upgrade.deployment, ended_at=now, failure=why)
    attempt = replace(upgrade.attempt, deployment=ended, run_missing_since=missing_run_since(upgrade))
    return move(upgrade.with_attempt(attempt), Stage.FAILED, Cause(now), DispatchRejected(why))


def is_dispatching(upgrade: Upgrade) -> bool:
    """Whether a run of it may be about to begin that nobody has found yet."""
    return upgrade.stage is Stage.DEPLOYING and upgrade.deployment is not None and upgrade.deployment.awaits_run


def blocks_dispatch(other: Upgrade, upgrade: Upgrade) -> bool:
    """Whether another upgrade, which is deploying, keeps this one's run from being requested now: its run is not
    found yet, so that two new ones could not be told apart, or it deploys the same instance."""
    return is_dispatching(other) or (other.slug == upgrade.slug and other.deployment is not None)


class AmbiguousRunError(Exception):
    """More than one of the `runs` may be the one that is sought: nobody can say which."""

    def __init__(self, runs: Sequence[WorkflowRun]) -> None:
        super().__init__(f"{len(runs)} runs may be the one")
        self.runs = tuple(runs)


def find_own_run(
    upgrade: Upgrade, runs: Iterable[WorkflowRun], me: str, taken: Collection[int], others: Collection[str] = ()
) -> WorkflowRun | None:
    """The run that mibot started for this upgrade, or None when there is none.

    mibot itself (`me`) started it after the request, no other upgrade has it (`taken`), and only one request at a
    time has no run yet (`claim_dispatch` of the store), so that there can be only one. Where the workflow's title
    says what it does, that must be this upgrade, and none of the `others` (slugs). Raises AmbiguousRunError rather
    than guess.
    """
    deployment = upgrade.deployment
    if deployment is None or not deployment.awaits_run:
        return None
    since = upgrade.attempt.run_missing_since or deployment.requested_at
    candidates = _candidate_runs(upgrade, runs, me, taken, since, others)
    candidates = [run for run in candidates if _allows_version(run.title, upgrade.target)]
    named = [run for run in candidates if _mentions(run.title, upgrade.slug) and _versions_in(run.title)]
    found = named or candidates
    if len(found) > 1:
        raise AmbiguousRunError(found)
    return found[0] if found else None


def orphan_runs(
    upgrade: Upgrade,
    runs: Iterable[WorkflowRun],
    me: str,
    taken: Collection[int],
    since: datetime,
    others: Collection[str],
) -> tuple[int, ...]:
    """The runs that nobody found, of the instance's deployments that were requested since then. Each may be going on,
    and whatever their titles say of a version, none is that of a later request."""
    return tuple(run.id for run in _candidate_runs(upgrade, runs, me, taken, since, others))


def _candidate_runs(
    upgrade: Upgrade,
    runs: Iterable[WorkflowRun],
    me: str,
    taken: Collection[int],
    since: datetime,
    others: Collection[str],
) -> list[WorkflowRun]:
    """The runs that mibot itself started since then, that no upgrade has, and that name no other instance."""
    return [
        run
        for run in runs
        if run.actor.lower() == me.lower()
        and run.id not in taken
        and run.created_at >= since - CLOCK_SKEW
        and (_mentions(run.title, upgrade.slug) or not any(_mentions(run.title, slug) for slug in others))
    ]


_VERSION_LIKE = re.compile(r"(?<![\w.-])v?(\d+\.\d+\.\d+(?:-rc\.\d+)?)(?![\w-]|\.\w)", re.IGNORECASE)


def _versions_in(title: str) -> list[str]:
    return _VERSION_LIKE.findall(title)


def _allows_version(title: str, version: Version) -> bool:
    """Whether a title names that version, or none at all."""
    named = _versions_in(title)
    return str(version) in named or not named


def _mentions(title: str, word: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", title, re.IGNORECASE) is not None


def unfinished_run_ids(upgrade: Upgrade) -> tuple[int, ...]:
    """The runs of an upgrade that may be going on: the earlier ones, and its own until that is known to have
    ended."""
    deployment = upgrade.deployment
    ended = deployment is None or deployment.run_id is None or deployment.ended_at is not None
    return upgrade.earlier_run_ids if ended else all_run_ids(upgrade)


def with_extra_runs(upgrade: Upgrade, run_ids: Iterable[int]) -> Upgrade:
    """The upgrade that knows these runs, which may be going on and are not its own."""
    attempt = upgrade.attempt
    return upgrade.with_attempt(replace(attempt, extra_run_ids=(*attempt.extra_run_ids, *run_ids)))


def mark_run_found(upgrade: Upgrade, run: WorkflowRun) -> Upgrade:
    """The upgrade whose run was found."""
    requested_at = upgrade.deployment.requested_at if upgrade.deployment else run.created_at
    deployment = Deployment(requested_at, confirmed=True, run_id=run.id, run_url=run.url)
    attempt = replace(upgrade.attempt, deployment=deployment, run_missing_since=None)
    return replace(upgrade.with_attempt(attempt), reason=None)


def mark_run_not_found(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run nobody sees yet. It fails when GitHub accepted the request, or was asked often enough.

    Where nobody knows whether GitHub received the request, it stays as it is, and `should_dispatch` says to ask
    again.
    """
    deployment = upgrade.deployment
    if run_may_appear(upgrade, policy, now):
        return replace(upgrade, reason=AwaitingRun())
    if deployment is not None and (deployment.confirmed or deployment.tries >= MAX_TRIES):
        return move(upgrade, Stage.FAILED, Cause(now), RunNotStarted(policy.workflow, policy.start_timeout))
    return upgrade


def mark_run_gone(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run GitHub does not show. A run that was started just now may appear later."""
    requested_at = upgrade.deployment.requested_at if upgrade.deployment else now
    if now - requested_at < timedelta(seconds=policy.start_timeout):
        return replace(upgrade, reason=AwaitingRun())
    return move(upgrade, Stage.FAILED, Cause(now), RunUnknown(RunProblem.GONE))


def mark_run_ambiguous(upgrade: Upgrade, runs: Sequence[WorkflowRun], now: datetime) -> Upgrade:
    """The upgrade that ends because nobody can say which of the runs is its own. Each may be going on, and none is
    that of a later request."""
    why = RunUnknown(RunProblem.AMBIGUOUS)
    deployment = upgrade.deployment
    attempt = replace(
        upgrade.attempt,
        deployment=replace(deployment, ended_at=now, failure=why) if deployment else None,
        extra_run_ids=(*upgrade.attempt.extra_run_ids, *(run.id for run in runs)),
        run_missing_since=missing_run_since(upgrade),
    )
    return move(upgrade.with_attempt(attempt), Stage.FAILED, Cause(now, link=runs[-1].url), why)


def should_dispatch(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the run is to be requested (once more): never while one may still appear."""
    deployment = upgrade.deployment
    if run_may_appear(upgrade, policy, now):
        return False
    if deployment is None:
        return True
    return deployment.awaits_run and not deployment.confirmed and deployment.tries < MAX_TRIES


def run_may_appear(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the run that was requested last, by an earlier attempt too, may still begin."""
    requested_at = missing_run_since(upgrade)
    return requested_at is not None and now - requested_at < timedelta(seconds=policy.start_timeout)
