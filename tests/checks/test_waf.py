"""The firewall: what answers for a public instance is Cloudflare."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.waf import CHECK, FrontEndProtection, Protection
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import FrontEnd, FrontEndQuery
from bot.domain.reasons import Reason
from tests.checks.seen import AWAY, CONFIG, PRIVATE, judge, make_context

BOTH = {"server": "cloudflare", "cf-ray": "7d1f2a3b4c5d6e7f-ORD"}


def make_front_end(headers: Mapping[str, str], status: int = 200) -> FrontEnd:
    return FrontEnd(status, "", 0, 0, None, headers)


@pytest.mark.parametrize(
    ("headers", "status", "state", "finding"),
    [
        (BOTH, 200, "pass", FrontEndProtection(Protection.CLOUDFLARE)),
        (BOTH, 403, "pass", FrontEndProtection(Protection.CLOUDFLARE)),
        (BOTH, 522, "pass", FrontEndProtection(Protection.CLOUDFLARE)),
        (BOTH | {"server": " Cloudflare"}, 200, "pass", FrontEndProtection(Protection.CLOUDFLARE)),
        ({"server": "cloudflare"}, 200, "fail", FrontEndProtection(Protection.BYPASSED)),
        (BOTH | {"cf-ray": ""}, 200, "fail", FrontEndProtection(Protection.BYPASSED)),
        (BOTH | {"server": "Caddy for acme"}, 200, "fail", FrontEndProtection(Protection.BYPASSED)),
        ({}, 500, "fail", FrontEndProtection(Protection.BYPASSED)),
        ({}, 0, "unknown", FrontEndProtection(Protection.NO_ANSWER)),
    ],
)
def test_verdict(headers: Mapping[str, str], status: int, state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), make_front_end(headers, status))) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


def test_it_is_about_public_instances_alone() -> None:
    assert CHECK.applies(make_context(), CONFIG)
    assert not CHECK.applies(make_context(PRIVATE), CONFIG)
    assert CHECK.phases == frozenset(Phase)


def test_it_asks_the_domain_and_leads_there() -> None:
    assert CHECK.query(make_context(), CONFIG) == FrontEndQuery("acme.sourcegraph.com")
    assert CHECK.link(make_context(), CONFIG) == "https://acme.sourcegraph.com/"


NAMES = st.sampled_from(["server", "cf-ray", "date"])
VALUES = st.sampled_from(["cloudflare", "", "acme"]) | st.text()


@given(headers=st.dictionaries(NAMES, VALUES), status=st.sampled_from([0, 200, 403, 500]))
def test_passes_only_when_cloudflare_answers(headers: Mapping[str, str], status: int) -> None:
    state, _ = judge(CHECK.evaluate(make_context(), make_front_end(headers, status)))
    if state is CheckState.PASS:
        assert status
        assert headers["cf-ray"]
        assert headers["server"].strip().lower() == "cloudflare"
