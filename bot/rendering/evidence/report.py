"""The evidence of one version as an auditor reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit.audit_record import AuditRecord
from bot.domain.audit.evidence import Evidence, InstanceEvidence
from bot.domain.audit.gaps import Control
from bot.formats.markdown import Markdown, code, link
from bot.rendering.check_tables import render_checks
from bot.rendering.evidence.blanks import explain_blank
from bot.rendering.renderer import render_template
from bot.rendering.times import format_time
from bot.rendering.upgrades import describe_conclusion
from bot.rendering.wording import clause, describe


def render_evidence_report(evidence: Evidence) -> Markdown:
    """All of it in Markdown: a summary first, then what is missing and what was done, instance by instance.

    Evidence is private already, so that its texts are escaped here and not redacted.
    """
    body = render_template(
        "evidence.md.j2",
        evidence=evidence,
        tracker=Markdown(evidence.tracker or "none"),
        verdict=verdict(evidence),
        describe=describe,
        render_checks=render_checks,
        format_names=_format_names,
        missing_controls=_missing_controls,
        explain_blank=explain_blank,
        not_upgraded=_count_states(evidence.not_upgraded),
        unrecorded=_count_states(tuple(Counter(str(one.state) for one in evidence.unrecorded).items())),
        pull_link=_pull_link,
        describe_deployment=_describe_deployment,
        format_duration=_format_duration,
    )
    return Markdown(f"{body}\n")


def verdict(evidence: Evidence) -> str:
    """Whether anything is missing, in one sentence."""
    count, lacking = len(evidence.entries), len(evidence.incomplete)
    missing = sum(number for _, number in evidence.not_upgraded)
    rest = (
        f"; {_instances(missing)} of {evidence.total} {'is' if missing == 1 else 'are'} not upgraded"
        if missing
        else ""
    )
    if not count:
        return f"no instance has a record of an upgrade to {evidence.version}{rest}"
    if not lacking:
        return f"nothing is missing: all controls are satisfied for {_instances(count)}{rest}"
    return f"something is missing for {lacking} of {_instances(count)}{rest}"


def _count_states(counts: Sequence[tuple[str, int]]) -> str:
    """The sum, and the number for each state."""
    by_state = ", ".join(f"{number} {state}" for state, number in counts)
    return f"{sum(number for _, number in counts)}{f': {by_state}' if by_state else ''}"


def _instances(count: int) -> str:
    return "1 instance" if count == 1 else f"{count} instances"


def _format_names(names: Sequence[str]) -> Markdown:
    return Markdown(", ".join(map(code, names)) or "nobody")


def _missing_controls(entry: InstanceEvidence) -> Markdown:
    """The controls for which something is missing, each once."""
    open_ones = {gap.control for gap in entry.gaps}
    named = ", ".join(control for control in Control if control in open_ones)
    return Markdown(f"**{named}**" if named else "nothing")


def _pull_link(story: AuditRecord) -> Markdown:
    if story.number is None:
        return Markdown("none")
    number = f"{story.number}"
    return link(f"pull request {number}", story.url) if story.url else Markdown(number)


def _describe_deployment(story: AuditRecord) -> Markdown:
    """How it was deployed, by which run or by whom, and how that ended."""
    deployment = story.deployment
    if deployment is None:
        return Markdown("none")
    run = "run" if deployment.run_id is None else f"run {deployment.run_id}"
    how = [link(run, deployment.run_url)] if deployment.run_url else [] if deployment.run_id is None else [run]
    how += [f"by hand, reported by {code(deployment.deployed_by)}"] if deployment.deployed_by else []
    how += [f"requested at {format_time(deployment.requested_at)}"]
    if deployment.ended_at is not None:
        how += [
            f"ended at {format_time(deployment.ended_at)}: {code(describe_conclusion(deployment)) or 'as nothing'}"
        ]
    how += [f"what failed: {code(clause(deployment.failure))}"] if deployment.failure else []
    return Markdown(", ".join(how))


def _format_duration(seconds: float | None, until: datetime | None) -> Markdown:
    """How long it took and until when, or that it did not come to that."""
    if seconds is None or until is None:
        return Markdown("unknown, or not yet")
    return Markdown(f"{seconds:.0f} s, until {format_time(until)}")
