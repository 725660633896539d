"""What the health checks make of an upgrade, before its deployment and after it (domain.md, "An upgrade of one
instance", step 5). Pure; `transitions.move` takes every step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.health.failing import failing_checks
from bot.domain.health.model import CheckResult, CheckState, sort_worst_first, worst_state
from bot.domain.health.reasons import AcceptedByPerson
from bot.domain.reasons import Reason
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.deployment import hold, is_retry, start_deployment, start_verifying
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.pull_request import PullRequestState
from bot.domain.upgrade.reasons.checks import (
    ChecksPassed,
    HealthUnknown,
    HealthySince,
    NotHealthyYet,
    PreChecksFailing,
    Unhealthy,
)
from bot.domain.upgrade.reasons.progress import Forced, Milestone
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import Cause, move


def needs_pre_checks(upgrade: Upgrade) -> bool:
    """Whether an upgrade in review has no pre-upgrade checks of its pull request as it is now."""
    verification = upgrade.verification
    return not verification.before or verification.checked_for != _checked_for(upgrade.pull_request)


def with_pre_checks(upgrade: Upgrade, results: Iterable[CheckResult]) -> Upgrade:
    """The upgrade in review with these results of its pre-upgrade checks."""
    checked_for = _checked_for(upgrade.pull_request)
    verification = replace(upgrade.verification, before=tuple(results), checked_for=checked_for)
    return replace(upgrade, verification=verification)


def _checked_for(pull: PullRequestState) -> str:
    """What is different when the pre-upgrade checks have to run again: the commit, or its own checks."""
    return f"{pull.head} {pull.checks} {','.join(pull.failing_checks)}"


def apply_pre_checks(
    upgrade: Upgrade, results: Iterable[CheckResult], policy: DeployPolicy, now: datetime
) -> Upgrade:
    """The merged upgrade after its pre-upgrade checks: on its way when all pass, else held with the reason.

    An operator's `--force` overrides them. A rollback does not need them because it restores a safe state. Neither
    does a retry: the instance is not healthy already.
    """
    seen = _with_before(upgrade, tuple(sort_worst_first(results)))
    passed = worst_state(seen.verification.before) is CheckState.PASS
    if seen.force is not None and not passed:
        return start_deployment(seen, Cause(now, seen.force.by), Forced(seen.force.why), policy)
    if passed or seen.rollback is not None or is_retry(seen):
        return start_deployment(seen, Cause(now), None, policy)
    shown = _keep_if_unchanged(seen.verification.before, upgrade.verification.before)
    return hold(_with_before(seen, shown), PreChecksFailing(failing_checks(shown)), now)


def _with_before(upgrade: Upgrade, results: tuple[CheckResult, ...]) -> Upgrade:
    return replace(upgrade, verification=replace(upgrade.verification, before=results))


def judge(upgrade: Upgrade, results: Iterable[CheckResult], policy: DeployPolicy, now: datetime) -> Upgrade:
    """The deployed upgrade after its post-upgrade checks, which were taken now.

    It is done when all have passed for `verify.stable_for`: that is how a restart loop is not called healthy. What
    fails may still pass until `verify.timeout`; then the upgrade is failed, or held where nobody could find out.
    `unknown` never counts as a pass, unless a person accepted it.
    """
    shown = upgrade.verification.after
    current = tuple(sort_worst_first(accept_unknown(result, upgrade.verification.acceptance) for result in results))
    state = worst_state(current)
    if state is CheckState.PASS:
        return _apply_healthy(upgrade, current, policy, now)
    began = upgrade.entered_at(Stage.VERIFYING) or now
    link = upgrade.deployment.run_url if upgrade.deployment else ""
    if now - began < timedelta(seconds=policy.verify.timeout):
        until = began + timedelta(seconds=policy.verify.timeout)
        seen = _with_after(upgrade, _keep_if_unchanged(current, shown), None)
        return replace(seen, reason=NotHealthyYet(failing_checks(seen.verification.after), until))
    seen, failing = _with_after(upgrade, current, None), failing_checks(current)
    if state is CheckState.FAIL:
        return move(seen, Stage.FAILED, Cause(now, link=link), Unhealthy(failing))
    return move(seen, Stage.HELD, Cause(now, link=link), HealthUnknown(failing))


def accept_unknown(result: CheckResult, acceptance: Override | None) -> CheckResult:
    """A result that nobody could find out, as the person who looked accepts it. A failure is never accepted."""
    if result.state is not CheckState.UNKNOWN or acceptance is None:
        return result
    finding = AcceptedByPerson(acceptance.by, acceptance.why, result.finding)
    return replace(result, state=CheckState.PASS, finding=finding)


def _keep_if_unchanged(results: tuple[CheckResult, ...], shown: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """The results that are shown already, where the new ones say the same of every check that does not pass. An age
    that grows in one that passes is nothing that anybody has to read."""

    def key(several: tuple[CheckResult, ...]) -> list[tuple[str, CheckState, Reason | None]]:
        return [(one.name, one.state, None if one.state is CheckState.PASS else one.finding) for one in several]

    return shown if key(results) == key(shown) else results


def _with_after(upgrade: Upgrade, results: tuple[CheckResult, ...], healthy_since: datetime | None) -> Upgrade:
    verification = replace(upgrade.verification, after=results, healthy_since=healthy_since)
    return replace(upgrade, verification=verification)


def _apply_healthy(
    upgrade: Upgrade, results: tuple[CheckResult, ...], policy: DeployPolicy, now: datetime
) -> Upgrade:
    since = upgrade.verification.healthy_since or now
    until = since + timedelta(seconds=policy.verify.stable_for)
    if now < until:
        seen = _with_after(upgrade, _keep_if_unchanged(results, upgrade.verification.after), since)
        return replace(seen, reason=HealthySince(since, until))
    end = Stage.DONE if upgrade.rollback is None else Stage.ROLLED_BACK
    proven = _with_after(upgrade, results, since)
    return move(proven, end, Cause(now), ChecksPassed(len(results)), explains_stage=False)


def recheck(upgrade: Upgrade, now: datetime, by: str, accepted: str = "") -> Upgrade:
    """The deployed upgrade that a person has checked again, with all the time that checks may take. `accepted` is
    what they saw of the checks that mibot can't find out."""
    if accepted:
        acceptance = Override(by, accepted, now)
        upgrade = replace(upgrade, verification=replace(upgrade.verification, acceptance=acceptance))
    if upgrade.stage not in {Stage.HELD, Stage.FAILED} or not upgrade.deployed:
        return upgrade
    return start_verifying(upgrade, Cause(now, by), Milestone.RECHECK_REQUESTED)
