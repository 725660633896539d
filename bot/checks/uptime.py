"""Uptime: the uptime check of the front page passes from every region (domain.md, "Health")."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Phase, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, UptimeChecks, UptimeQuery, UptimeRegion

MIN_WINDOW = 60.0  # seconds: an uptime check looks once a minute at most
# Google's own names of the places that it looks from; only those are repeated, as a sentence goes to a tracker.
REGIONS = frozenset(
    {"usa-oregon", "usa-iowa", "usa-virginia", "eur-belgium", "apac-singapore", "sa-brazil-sao_paulo"}
    | {"usa", "europe", "south-america", "asia-pacific"}
)
_MAX_NAMED = 4


def window(subject: CheckContext) -> float:
    """The seconds that are looked at; of those before the deployment's end as few as can be."""
    if subject.phase is not Phase.AFTER or subject.deployed_at is None:
        return max(subject.stable_for, MIN_WINDOW)
    return max(min(subject.stable_for, _age(subject)), MIN_WINDOW)


def query(subject: CheckContext, places: CloudConfig) -> UptimeQuery:
    return UptimeQuery(places.project(subject.instance), subject.instance.domain, window(subject))


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when there is an uptime check, and every region that reports passes now and never failed within the
    window. After a deployment a region must have looked since."""
    if not isinstance(answer, UptimeChecks):
        return unavailable_verdict(answer)
    if not answer.checks:
        return Verdict(
            CheckState.FAIL, "No uptime check watches the front page: create one in the instance's project."
        )
    regions = [region for check in answer.checks for region in check.regions]
    minutes = _minutes(window(subject))
    # What a region saw last is about this deployment only if it looked since.
    down = [region for region in regions if not region.is_passing and (region.results or not _is_recent(subject))]
    if down:
        return Verdict(
            CheckState.FAIL,
            f"The uptime check fails from {_names(down)}: look at the front page and at what the check reports.",
        )
    flapping = [region for region in regions if region.failures]
    if flapping:
        return Verdict(
            CheckState.FAIL,
            f"The uptime check passes now, but failed within the last {minutes} from {_names(flapping)}: check again "
            "when it has passed that long, and look at why it failed.",
        )
    return _evaluate_passing(subject, answer, regions, minutes)


def _evaluate_passing(
    subject: CheckContext, answer: UptimeChecks, regions: Sequence[UptimeRegion], minutes: str
) -> Verdict:
    """What is concluded where nothing fails."""
    if not any(region.results for region in regions):
        return Verdict(
            CheckState.UNKNOWN,
            f"No region has reported how the uptime check went within the last {minutes}: check again soon, and see "
            "whether it is paused if that lasts.",
        )
    silent = [region for region in regions if not region.results]
    if silent and _is_recent(subject):
        return Verdict(
            CheckState.UNKNOWN,
            f"The uptime check passes, but not yet from {_names(silent)} since the deployment: check again in a few "
            "minutes.",
        )
    if any(not check.regions for check in answer.checks):
        return Verdict(
            CheckState.UNKNOWN,
            "One of the uptime checks passes and another has not reported from any region: see whether it is paused, "
            "and check again.",
        )
    count = len({region.region for region in regions})
    return Verdict(CheckState.PASS, f"The uptime check passes from {_count(count)}, and did for {minutes}.")


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The uptime checks in the Google Cloud console. It names the project."""
    project = quote(places.project(subject.instance), safe="")
    return f"https://console.cloud.google.com/monitoring/uptime?project={project}"


def _age(subject: CheckContext) -> float:
    """Seconds since the deployment's end."""
    return (subject.now - (subject.deployed_at or subject.now)).total_seconds()


def _is_recent(subject: CheckContext) -> bool:
    """Whether a deployment is so young that a region's newest look may be from before it."""
    return subject.phase is Phase.AFTER and subject.deployed_at is not None and _age(subject) < subject.stable_for


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def _names(regions: Sequence[UptimeRegion]) -> str:
    """The regions in words, each once."""
    named = sorted({region.region for region in regions if region.region in REGIONS})
    others = len({region.region for region in regions}) - len(named[:_MAX_NAMED])
    words = [*named[:_MAX_NAMED], *([_count(others, "other ") if named else _count(others)] if others else [])]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _count(regions: int, which: str = "") -> str:
    return f"{regions} {which}region{'' if regions == 1 else 's'}"


CHECK = Check(name="uptime", title="Uptime check", query=query, evaluate=evaluate, link=link)
