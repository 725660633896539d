"""Opsgenie: nobody is on call for the instance right now (domain.md, "Health": alerts go to Opsgenie)."""

from __future__ import annotations

from bot.checks.alerts import evaluate_alerts
from bot.domain.health.model import Check, CheckContext, CloudConfig, Verdict
from bot.domain.health.queries import Answer, OpsgenieQuery


def query(subject: CheckContext, places: CloudConfig) -> OpsgenieQuery:
    return OpsgenieQuery(subject.instance.slug, places.project(subject.instance))


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when no alert is open but of the lowest priorities (P4 and P5, which are told as warnings)."""
    return evaluate_alerts(answer, "Opsgenie")


def applies(_subject: CheckContext, places: CloudConfig) -> bool:
    """Where there is a key for Opsgenie."""
    return places.has_opsgenie_key


def link(_subject: CheckContext, _places: CloudConfig) -> str:
    """The list of alerts in Opsgenie."""
    return "https://app.opsgenie.com/alert/list"


CHECK = Check(name="opsgenie", title="Opsgenie", query=query, evaluate=evaluate, link=link, applies=applies)
