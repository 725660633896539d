"""The firewall: a public front end is reached through Cloudflare (domain.md, "Health")."""

from __future__ import annotations

from bot.domain.health.model import Check, Judgement, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, FrontEnd, FrontEndQuery

RAY = "cf-ray"
SERVER = "cloudflare"


def query(subject: Subject, _places: Places) -> FrontEndQuery:
    return FrontEndQuery(subject.instance.domain)


def judge(_subject: Subject, answer: Answer) -> Judgement:
    """Pass only when what answers says that it is Cloudflare, which puts both headers on every answer of its own and
    of what it hides. Without any answer it is unknown."""
    if not isinstance(answer, FrontEnd):
        return no_answer(answer)
    if answer.status == 0:
        return Judgement(
            State.UNKNOWN,
            "The front end does not answer, so that mibot can't tell whether Cloudflare stands before it: bring it "
            "back, and check again.",
        )
    if answer.headers.get(RAY) and answer.headers.get("server", "").strip().lower() == SERVER:
        return Judgement(State.PASS, "The front end is reached through Cloudflare.")
    return Judgement(
        State.FAIL,
        f"The front end is reached without Cloudflare (no header {RAY}, or another server): let its DNS record be "
        "proxied by Cloudflare again.",
    )


def applies(subject: Subject, _places: Places) -> bool:
    """Private instances are guarded by their list of allowed addresses instead."""
    return subject.instance.public


def link(subject: Subject, _places: Places) -> str:
    """The front end itself. It names the instance."""
    return f"https://{subject.instance.domain}/"


CHECK = Check(name="waf", title="Cloudflare", query=query, judge=judge, link=link, applies=applies)
