"""Opsgenie: nobody is on call for the instance right now (domain.md, "Health": alerts go to Opsgenie)."""

from __future__ import annotations

from bot.checks.alerts import judged
from bot.domain.health.model import Check, Judgement, Places, Subject
from bot.domain.health.queries import Answer, OpsgenieQuery


def query(subject: Subject, places: Places) -> OpsgenieQuery:
    return OpsgenieQuery(subject.instance.slug, places.project(subject.instance))


def judge(_subject: Subject, answer: Answer) -> Judgement:
    """Pass only when no alert is open but of the lowest priorities (P4 and P5, which are told as warnings)."""
    return judged(answer, "Opsgenie")


def applies(_subject: Subject, places: Places) -> bool:
    """Where there is a key for Opsgenie."""
    return places.opsgenie


def link(_subject: Subject, _places: Places) -> str:
    """The list of alerts in Opsgenie."""
    return "https://app.opsgenie.com/alert/list"


CHECK = Check(name="opsgenie", title="Opsgenie", query=query, judge=judge, link=link, applies=applies)
