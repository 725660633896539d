"""The firewall: a public front end is reached through Cloudflare (domain.md, "Health")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, FrontEnd, FrontEndQuery
from bot.domain.reasons import Reason
from bot.formats.documents import stored

RAY_HEADER = "cf-ray"
SERVER = "cloudflare"


class Protection(StrEnum):
    """Whether Cloudflare protects the front end. The values are stored."""

    CLOUDFLARE = "cloudflare"
    BYPASSED = "bypassed"
    NO_ANSWER = "no_answer"


@stored("waf.protection", protection="protection")
@dataclass(frozen=True)
class FrontEndProtection(Reason):
    """Whether the front end is reached through Cloudflare."""

    protection: Protection


def query(context: CheckContext, _config: CloudConfig) -> FrontEndQuery:
    return FrontEndQuery(context.instance.domain)


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if the answer has both headers that Cloudflare adds to each answer.

    Without an answer it is unknown.
    """
    if not isinstance(answer, FrontEnd):
        return unavailable_verdict(answer)
    if answer.status == 0:
        return Verdict(CheckState.UNKNOWN, FrontEndProtection(Protection.NO_ANSWER))
    if answer.headers.get(RAY_HEADER) and answer.headers.get("server", "").strip().lower() == SERVER:
        return Verdict(CheckState.PASS, FrontEndProtection(Protection.CLOUDFLARE))
    return Verdict(CheckState.FAIL, FrontEndProtection(Protection.BYPASSED))


def applies(context: CheckContext, _config: CloudConfig) -> bool:
    """Whether the instance is public. A list of allowed addresses guards private ones instead."""
    return context.instance.public


def link(context: CheckContext, _config: CloudConfig) -> str:
    """The front end itself. It names the instance."""
    return f"https://{context.instance.domain}/"


CHECK = Check(name="waf", title="Cloudflare", query=query, evaluate=evaluate, link=link, applies=applies)
