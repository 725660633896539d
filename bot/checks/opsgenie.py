"""Opsgenie: nobody is on call for the instance right now (domain.md, "Health": alerts go to Opsgenie)."""

from __future__ import annotations

from bot.checks.alerts import AlertSource, evaluate_alerts
from bot.domain.health.model import Check, CheckContext, CloudConfig, Verdict
from bot.domain.health.queries import Answer, OpsgenieQuery


def query(context: CheckContext, config: CloudConfig) -> OpsgenieQuery:
    return OpsgenieQuery(context.instance.slug, config.project(context.instance))


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if no alert is open but of the lowest priorities (P4 and P5, which count as warnings)."""
    return evaluate_alerts(answer, AlertSource.OPSGENIE)


def applies(_context: CheckContext, config: CloudConfig) -> bool:
    """Whether mibot has a key for Opsgenie."""
    return config.has_opsgenie_key


def link(_context: CheckContext, _config: CloudConfig) -> str:
    """The list of alerts in Opsgenie."""
    return "https://app.opsgenie.com/alert/list"


CHECK = Check(name="opsgenie", title="Opsgenie", query=query, evaluate=evaluate, link=link, applies=applies)
