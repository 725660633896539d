"""What people read of the check `waf`."""

from __future__ import annotations

import pytest

from bot.checks.waf import FrontEndProtection, Protection
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (FrontEndProtection(Protection.CLOUDFLARE), "The front end is reached through Cloudflare."),
        (
            FrontEndProtection(Protection.BYPASSED),
            "The front end is reached without Cloudflare (no header cf-ray, or another server): enable Cloudflare's "
            "proxy for its DNS record again.",
        ),
        (
            FrontEndProtection(Protection.NO_ANSWER),
            "The front end does not answer, so mibot can't tell whether it is behind Cloudflare: bring it back, then "
            "check again.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
