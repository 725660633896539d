"""What people read of the check `front_end`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.checks.front_end import (
    CertificateEnds,
    CertificateInvalid,
    FrontEndFails,
    FrontEndFaulty,
    FrontEndRefuses,
    FrontEndUndecided,
    FrontEndWell,
    NoVersion,
    PageFails,
    Undecided,
    WrongVersion,
)
from bot.domain.health.queries import CertificateFault, FrontEndRefusal
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe
from tests.checks.seen import NOW


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            FrontEndWell(200, Version(3, 40, 1), 60),
            "The front end answers (200), is ready and healthy, reports version 3.40.1, and its "
            "certificate is valid for 60 more days.",
        ),
        (
            FrontEndWell(302, Version(3, 40, 1), 60),
            "The front end answers (302), is ready and healthy, reports version 3.40.1, and its "
            "certificate is valid for 60 more days.",
        ),
        (FrontEndFails(0), "The front end does not answer: check its containers and their logs."),
        (FrontEndFails(503), "The front end answers with status 503: check its containers and their logs."),
        (FrontEndFails(404), "The front end answers with status 404: check its containers and their logs."),
        (FrontEndFails(101), "The front end answers with status 101: check its containers and their logs."),
        (
            FrontEndFaulty(200, (PageFails("/ready", 503),)),
            "The front end answers (200), but /ready answers with status 503: check its containers and their logs.",
        ),
        (
            FrontEndFaulty(200, (PageFails("/ready", 302),)),
            "The front end answers (200), but /ready answers with status 302: check its containers and their logs.",
        ),
        (
            FrontEndFaulty(200, (PageFails("/healthz", 0),)),
            "The front end answers (200), but /healthz does not answer: check its containers and their logs.",
        ),
        (
            FrontEndFaulty(200, (PageFails("/ready", 500), PageFails("/healthz", 500))),
            "The front end answers (200), but /ready answers with status 500 and /healthz answers with "
            "status 500: check its containers and their logs.",
        ),
        (
            FrontEndFaulty(200, (WrongVersion(Version(3, 40, 0), Version(3, 40, 1)),)),
            "The front end answers (200), but it reports version 3.40.0 instead of 3.40.1: check whether its "
            "deployment has run, and with which golden file.",
        ),
        (
            FrontEndFaulty(200, (WrongVersion(Version(3, 40, 1, 1), Version(3, 40, 1)),)),
            "The front end answers (200), but it reports version 3.40.1-rc.1 instead of 3.40.1: check whether its "
            "deployment has run, and with which golden file.",
        ),
        (
            FrontEndFaulty(200, (NoVersion(),)),
            "The front end answers (200), but it reports no readable version: check the response of /__version.",
        ),
        (
            FrontEndWell(200, Version(3, 40, 1), 14),
            "The front end answers (200), is ready and healthy, reports version 3.40.1, and its "
            "certificate is valid for 14 more days.",
        ),
        (
            FrontEndFaulty(200, (CertificateEnds(NOW + timedelta(days=13, hours=23)),)),
            "The front end answers (200), but its certificate expires on 2026-01-19: renew it.",
        ),
        (
            FrontEndUndecided(200, Undecided.CERTIFICATE_END),
            "The front end answers (200), but mibot can't tell when its certificate expires: check it by hand.",
        ),
        (
            CertificateInvalid(CertificateFault.EXPIRED),
            "The front end's certificate has expired: renew or correct it.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.DENIED, 403, False),
            "The front end rejects mibot (it answers 403): check its VM, its DNS record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.CONNECTION_REFUSED, 0, False),
            "The front end rejects mibot (it refuses the connection): check its VM, its DNS record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.NOTHING_ANSWERS, 0, True),
            "The front end is private and rejects mibot (nothing answers at its address): allow "
            "mibot's IP address (allowed_customer_ip_ranges in terraform.tfvars), or check it from an "
            "allowed address.",
        ),
        (
            FrontEndUndecided(200, Undecided.EXPECTED_VERSION),
            "The front end answers (200), but mibot can't tell which version it should run: check it by hand.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.NO_HOST_NAME, 0, False),
            "The front end rejects mibot (its domain in config.yaml is not a host name): check its VM, "
            "its DNS record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.UNKNOWN_HOST, 0, False),
            "The front end rejects mibot (its host name does not exist): check its VM, its DNS "
            "record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.NOTHING_ANSWERS, 0, False),
            "The front end rejects mibot (nothing answers at its address): check its VM, its DNS "
            "record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.UNREACHABLE, 0, False),
            "The front end rejects mibot (its address can't be reached): check its VM, its DNS "
            "record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.HANDSHAKE_BROKEN_OFF, 0, False),
            "The front end rejects mibot (it aborts the TLS handshake): check its VM, its DNS record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.CONNECTION_CLOSED, 0, False),
            "The front end rejects mibot (it closes the connection without a response): check its VM, "
            "its DNS record and Cloudflare.",
        ),
        (
            FrontEndRefuses(FrontEndRefusal.DENIED, 401, False),
            "The front end rejects mibot (it answers 401): check its VM, its DNS record and Cloudflare.",
        ),
        (
            CertificateInvalid(CertificateFault.NOT_VALID_YET),
            "The front end's certificate is not valid yet: renew or correct it.",
        ),
        (
            CertificateInvalid(CertificateFault.OTHER_HOST),
            "The front end's certificate is for another host name: renew or correct it.",
        ),
        (
            CertificateInvalid(CertificateFault.UNTRUSTED),
            "The front end's certificate is from an authority that mibot does not trust: renew or correct it.",
        ),
        (
            CertificateInvalid(CertificateFault.UNVERIFIABLE),
            "The front end's certificate can't be verified: renew or correct it.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
