"""The firewall: a public front end is reached through Cloudflare (domain.md, "Health")."""

from __future__ import annotations

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, FrontEnd, FrontEndQuery

RAY = "cf-ray"
SERVER = "cloudflare"


def query(subject: CheckContext, _places: CloudConfig) -> FrontEndQuery:
    return FrontEndQuery(subject.instance.domain)


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when what answers says that it is Cloudflare, which puts both headers on every answer of its own and
    of what it hides. Without any answer it is unknown."""
    if not isinstance(answer, FrontEnd):
        return unavailable_verdict(answer)
    if answer.status == 0:
        return Verdict(
            CheckState.UNKNOWN,
            "The front end does not answer, so that mibot can't tell whether Cloudflare stands before it: bring it "
            "back, and check again.",
        )
    if answer.headers.get(RAY) and answer.headers.get("server", "").strip().lower() == SERVER:
        return Verdict(CheckState.PASS, "The front end is reached through Cloudflare.")
    return Verdict(
        CheckState.FAIL,
        f"The front end is reached without Cloudflare (no header {RAY}, or another server): let its DNS record be "
        "proxied by Cloudflare again.",
    )


def applies(subject: CheckContext, _places: CloudConfig) -> bool:
    """Private instances are guarded by their list of allowed addresses instead."""
    return subject.instance.public


def link(subject: CheckContext, _places: CloudConfig) -> str:
    """The front end itself. It names the instance."""
    return f"https://{subject.instance.domain}/"


CHECK = Check(name="waf", title="Cloudflare", query=query, evaluate=evaluate, link=link, applies=applies)
