"""A deployment that mibot starts itself: asking for its run once, and finding that one again with certainty. Pure.

A run that was asked for may begin late, and the answer that tells its number may be lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.github_models import WorkflowRun
from bot.domain.upgrade.deploy_policy import DeployPolicy, format_duration
from bot.domain.upgrade.record import Deployment, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, all_run_ids, missing_run_since, move
from bot.domain.versions import Version

CLOCK_SKEW = timedelta(seconds=60)
"""How much earlier than we asked a run may have been created, by GitHub's clock."""
MAX_TRIES = 3
"""How often a run is asked for while nobody knows whether GitHub heard."""


def prepare_dispatch(upgrade: Upgrade, now: datetime) -> Upgrade:
    """The upgrade with its deployment about to be asked for: noted before it is, so that a crash forgets nothing."""
    before = upgrade.deployment
    tries = 1 if before is None else before.tries + 1
    since = None if before is None else upgrade.lost_since or before.asked_at
    return replace(upgrade, deployment=Deployment(now, tries=tries), lost_since=since, reason="")


def confirm_dispatch(upgrade: Upgrade, run: int | None) -> Upgrade:
    """GitHub took the request; `run` is its number where GitHub told it."""
    deployment = upgrade.deployment
    if deployment is None:
        raise ValueError("no deployment was asked for")
    if run is None:
        return replace(upgrade, deployment=replace(deployment, accepted=True))
    return replace(upgrade, deployment=replace(deployment, accepted=True, run=run), lost_since=None)


def reject_dispatch(upgrade: Upgrade, why: str, now: datetime) -> Upgrade:
    """GitHub refused to start the deployment. Should it have begun one all the same, another attempt finds that."""
    if upgrade.deployment is None:
        return move(upgrade, Stage.FAILED, Cause(now), f"its deployment could not be started: {why}")
    ended = replace(upgrade.deployment, ended_at=now, failed=why)
    over = replace(upgrade, deployment=ended, lost_since=missing_run_since(upgrade))
    return move(over, Stage.FAILED, Cause(now), f"its deployment could not be started: {why}")


def is_dispatching(upgrade: Upgrade) -> bool:
    """Whether a run may just be coming into being for it that nobody has found yet."""
    return upgrade.stage is Stage.DEPLOYING and upgrade.deployment is not None and upgrade.deployment.awaits_run


def blocks_dispatch(other: Upgrade, upgrade: Upgrade) -> bool:
    """Whether another upgrade, which is deploying, keeps this one's deployment from being asked for now: its run is
    still to be found, so that two new ones could not be told apart, or it is this instance that it deploys."""
    return is_dispatching(other) or (other.slug == upgrade.slug and other.deployment is not None)


class AmbiguousRunError(Exception):
    """More than one of the `runs` may be the one that is looked for: nobody can say which."""

    def __init__(self, runs: Sequence[WorkflowRun]) -> None:
        super().__init__(f"{len(runs)} runs may be the one")
        self.runs = tuple(runs)


def find_own_run(
    upgrade: Upgrade, runs: Iterable[WorkflowRun], me: str, taken: Collection[int], others: Collection[str] = ()
) -> WorkflowRun | None:
    """The run that mibot started for this upgrade, or None when it is not there.

    It was started by mibot itself since it was asked for, no other upgrade has it (`taken`), and only one request at
    a time is without its run (`Ledger.claim_dispatch`), so there can be but one. Where the workflow names what it
    does in its title, that must be this upgrade, and none of the `others` (slugs). Raises Unclear rather than guess.
    """
    deployment = upgrade.deployment
    if deployment is None or not deployment.awaits_run:
        return None
    since = upgrade.lost_since or deployment.asked_at
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
    """The runs that nobody found, of the instance's deployments that were asked for since then: each may still go on,
    and whatever their titles say of a version, none is that of a deployment that is yet to be asked for."""
    return tuple(run.id for run in _candidate_runs(upgrade, runs, me, taken, since, others))


def _candidate_runs(
    upgrade: Upgrade,
    runs: Iterable[WorkflowRun],
    me: str,
    taken: Collection[int],
    since: datetime,
    others: Collection[str],
) -> list[WorkflowRun]:
    """The runs that mibot itself started since then, that no upgrade has, and that speak of no other instance."""
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
    """The runs of an upgrade that may still go on: those of earlier attempts, and its own until that is known to have
    ended."""
    deployment = upgrade.deployment
    ended = deployment is None or deployment.run is None or deployment.ended_at is not None
    return upgrade.loose if ended else all_run_ids(upgrade)


def mark_run_found(upgrade: Upgrade, run: WorkflowRun) -> Upgrade:
    """The upgrade whose run was found."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else run.created_at
    deployment = Deployment(asked_at, accepted=True, run=run.id, url=run.url)
    return replace(upgrade, deployment=deployment, lost_since=None, reason="")


def mark_run_not_found(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run nobody sees yet: given up when GitHub took the request, or was asked often enough.

    Where nobody knows whether GitHub heard, `deployment` becomes open to be asked for again (`again`).
    """
    deployment = upgrade.deployment
    if run_may_appear(upgrade, policy, now):
        return replace(upgrade, reason=WAITING_FOR_RUN)
    if deployment is not None and (deployment.accepted or deployment.tries >= MAX_TRIES):
        why = f"no run of {policy.workflow} began within {format_duration(policy.start_timeout)}"
        return move(upgrade, Stage.FAILED, Cause(now), why)
    return upgrade


WAITING_FOR_RUN = "waiting for its run to appear on GitHub"


def mark_run_gone(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> Upgrade:
    """The upgrade whose run GitHub does not show: it may not show it yet, where it was started just now."""
    asked_at = upgrade.deployment.asked_at if upgrade.deployment else now
    if now - asked_at < timedelta(seconds=policy.start_timeout):
        return replace(upgrade, reason=WAITING_FOR_RUN)
    return move(upgrade, Stage.FAILED, Cause(now), "the run of its deployment is gone from GitHub")


def mark_run_ambiguous(upgrade: Upgrade, runs: Sequence[WorkflowRun], now: datetime) -> Upgrade:
    """The upgrade given up, for nobody can say which of the runs is its own: each may go on, none is the next one."""
    why = "several runs may be its own: see which one, then say /deployed or /retry"
    deployment = upgrade.deployment
    over = replace(deployment, ended_at=now, failed=why) if deployment else None
    loose = (*upgrade.loose, *(run.id for run in runs))
    seen = replace(upgrade, deployment=over, loose=loose, lost_since=missing_run_since(upgrade))
    return move(seen, Stage.FAILED, Cause(now, link=runs[-1].url), why)


def should_dispatch(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the deployment is to be asked for (once more): never while a run may yet appear."""
    deployment = upgrade.deployment
    if run_may_appear(upgrade, policy, now):
        return False
    if deployment is None:
        return True
    return deployment.awaits_run and not deployment.accepted and deployment.tries < MAX_TRIES


def run_may_appear(upgrade: Upgrade, policy: DeployPolicy, now: datetime) -> bool:
    """Whether the run that was asked for last, by an earlier attempt too, may still come into being."""
    asked_at = missing_run_since(upgrade)
    return asked_at is not None and now - asked_at < timedelta(seconds=policy.start_timeout)
