"""Words for the firewall."""

from __future__ import annotations

from bot.checks.waf import RAY_HEADER, FrontEndProtection, Protection
from bot.rendering.wording.dispatch import describe

_SENTENCES = {
    Protection.CLOUDFLARE: "The front end is reached through Cloudflare.",
    Protection.BYPASSED: (
        f"The front end is reached without Cloudflare (no header {RAY_HEADER}, or another server): let its DNS "
        "record be proxied by Cloudflare again."
    ),
    Protection.NO_ANSWER: (
        "The front end does not answer, so that mibot can't tell whether Cloudflare stands before it: bring it back, "
        "and check again."
    ),
}


@describe.register
def _(reason: FrontEndProtection) -> str:
    return _SENTENCES[reason.protection]
