"""Words for the firewall."""

from __future__ import annotations

from bot.checks.waf import RAY_HEADER, FrontEndProtection, Protection
from bot.rendering.wording.dispatch import describe

_SENTENCES = {
    Protection.CLOUDFLARE: "The front end is reached through Cloudflare.",
    Protection.BYPASSED: (
        f"The front end is reached without Cloudflare (no header {RAY_HEADER}, or another server): enable "
        "Cloudflare's proxy for its DNS record again."
    ),
    Protection.NO_ANSWER: (
        "The front end does not answer, so mibot can't tell whether it is behind Cloudflare: bring it back, "
        "then check again."
    ),
}


@describe.register
def _(reason: FrontEndProtection) -> str:
    return _SENTENCES[reason.protection]
