"""Uptime: the uptime check of the front page passes from every region (domain.md, "Health")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckState,
    CloudConfig,
    Phase,
    Verdict,
    unavailable_verdict,
)
from bot.domain.health.queries import Answer, UptimeCheck, UptimeChecks, UptimeQuery, UptimeRegion
from bot.domain.reasons import Reason
from bot.formats.documents import stored

MIN_WINDOW = 60.0  # seconds: an uptime check looks once a minute at most
# Google's own names of the places that it looks from. Only those are repeated, because a finding may go to a tracker.
REGIONS = frozenset(
    {"usa-oregon", "usa-iowa", "usa-virginia", "eur-belgium", "apac-singapore", "sa-brazil-sao_paulo"}
    | {"usa", "europe", "south-america", "asia-pacific"}
)
_MAX_NAMED = 4


class UptimeProblem(StrEnum):
    """What is wrong with the uptime checks, where that needs no further details. The values are stored."""

    NO_CHECK = "no_check"
    ONE_NEVER_REPORTED = "one_never_reported"


class RegionProblem(StrEnum):
    """What is wrong in some regions. The values are stored."""

    FAILING = "failing"
    FLAPPING = "flapping"
    NOT_SINCE_DEPLOYMENT = "not_since_deployment"


@stored("uptime.problem", problem="problem")
@dataclass(frozen=True)
class UptimeUnchecked(Reason):
    """There is no uptime check, or one of several has never reported."""

    problem: UptimeProblem


@stored("uptime.regions", problem="problem", named="named", others="others", minutes="minutes")
@dataclass(frozen=True)
class UptimeRegionsBad(Reason):
    """The regions that have a problem: some by name, and how many others. `minutes` is the length of the window."""

    problem: RegionProblem
    named: tuple[str, ...]
    others: int
    minutes: int


@stored("uptime.silent", minutes="minutes")
@dataclass(frozen=True)
class UptimeSilent(Reason):
    """No region has reported within so many minutes."""

    minutes: int


@stored("uptime.passing", regions="regions", minutes="minutes")
@dataclass(frozen=True)
class UptimePassing(Reason):
    """The uptime check passes from so many regions, and has for so many minutes."""

    regions: int
    minutes: int


def window(context: CheckContext) -> float:
    """The seconds to look at, with as few as possible from before the end of the deployment."""
    if context.phase is not Phase.AFTER or context.deployed_at is None:
        return max(context.stable_for, MIN_WINDOW)
    return max(min(context.stable_for, _deployment_age(context)), MIN_WINDOW)


def query(context: CheckContext, config: CloudConfig) -> UptimeQuery:
    return UptimeQuery(config.project(context.instance), context.instance.domain, window(context))


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if there is an uptime check, and every region that reports passes now and never failed within the
    window. After a deployment a region must have looked since."""
    if not isinstance(answer, UptimeChecks):
        return unavailable_verdict(answer)
    if not answer.checks:
        return Verdict(CheckState.FAIL, UptimeUnchecked(UptimeProblem.NO_CHECK))
    regions = [region for check in answer.checks for region in check.regions]
    minutes = round(window(context) / 60)
    # A region's newest look is about this deployment only if it came after it.
    down = [region for region in regions if not region.is_passing and (region.results or not _is_recent(context))]
    if down:
        return Verdict(CheckState.FAIL, _bad_regions(RegionProblem.FAILING, down, minutes))
    flapping = [region for region in regions if region.failures]
    if flapping:
        return Verdict(CheckState.FAIL, _bad_regions(RegionProblem.FLAPPING, flapping, minutes))
    return _evaluate_passing(context, answer.checks, minutes)


def _evaluate_passing(context: CheckContext, checks: Sequence[UptimeCheck], minutes: int) -> Verdict:
    """The verdict if nothing fails."""
    regions = [region for check in checks for region in check.regions]
    if not any(region.results for region in regions):
        return Verdict(CheckState.UNKNOWN, UptimeSilent(minutes))
    silent = [region for region in regions if not region.results]
    if silent and _is_recent(context):
        finding = _bad_regions(RegionProblem.NOT_SINCE_DEPLOYMENT, silent, minutes)
        return Verdict(CheckState.UNKNOWN, finding)
    if any(not check.regions for check in checks):
        return Verdict(CheckState.UNKNOWN, UptimeUnchecked(UptimeProblem.ONE_NEVER_REPORTED))
    return Verdict(CheckState.PASS, UptimePassing(len({region.region for region in regions}), minutes))


def _bad_regions(problem: RegionProblem, regions: Sequence[UptimeRegion], minutes: int) -> UptimeRegionsBad:
    names = {region.region for region in regions}
    named = tuple(sorted(names & REGIONS)[:_MAX_NAMED])
    return UptimeRegionsBad(problem, named, len(names) - len(named), minutes)


def _deployment_age(context: CheckContext) -> float:
    """The seconds since the end of the deployment."""
    return (context.now - (context.deployed_at or context.now)).total_seconds()


def _is_recent(context: CheckContext) -> bool:
    """Whether the deployment is so recent that a region's newest look may be from before it."""
    is_after = context.phase is Phase.AFTER and context.deployed_at is not None
    return is_after and _deployment_age(context) < context.stable_for


def link(context: CheckContext, config: CloudConfig) -> str:
    """The uptime checks in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/monitoring/uptime?project={project}"


CHECK = Check(name="uptime", title="Uptime check", query=query, evaluate=evaluate, link=link)
