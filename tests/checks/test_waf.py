"""The firewall: what answers for a public instance is Cloudflare."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.waf import CHECK
from bot.domain.health.model import Phase, State
from bot.domain.health.queries import FrontEnd, FrontEndQuery, Unavailable
from tests.checks.seen import PLACES, PRIVATE, subject, told

BOTH = {"server": "cloudflare", "cf-ray": "7d1f2a3b4c5d6e7f-ORD"}


def seen(headers: Mapping[str, str], status: int = 200) -> FrontEnd:
    return FrontEnd(status, "", 0, 0, None, headers)


@pytest.mark.parametrize(
    ("headers", "status", "state", "says"),
    [
        (BOTH, 200, "pass", "The front end is reached through Cloudflare."),
        (BOTH, 403, "pass", "through Cloudflare"),
        (BOTH, 522, "pass", "through Cloudflare"),
        (BOTH | {"server": " Cloudflare"}, 200, "pass", "through Cloudflare"),
        ({"server": "cloudflare"}, 200, "fail", "without Cloudflare (no header cf-ray, or another server)"),
        (BOTH | {"cf-ray": ""}, 200, "fail", "without Cloudflare"),
        (BOTH | {"server": "Caddy for acme"}, 200, "fail", "let its DNS record be proxied by Cloudflare again."),
        ({}, 500, "fail", "without Cloudflare"),
        ({}, 0, "unknown", "The front end does not answer, so that mibot can't tell"),
    ],
)
def test_verdict(headers: Mapping[str, str], status: int, state: str, says: str) -> None:
    found, sentence = told(CHECK.judge(subject(), seen(headers, status)))
    assert found == state
    assert says in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.judge(subject(), Unavailable("There is no DNS: bring it back."))
    assert (judgement.state, judgement.sentence) == (State.UNKNOWN, "There is no DNS: bring it back.")


def test_it_is_about_public_instances_alone() -> None:
    assert CHECK.applies(subject(), PLACES)
    assert not CHECK.applies(subject(PRIVATE), PLACES)
    assert CHECK.phases == frozenset(Phase)


def test_it_asks_the_domain_and_leads_there() -> None:
    assert CHECK.query(subject(), PLACES) == FrontEndQuery("acme.sourcegraph.com")
    assert CHECK.link(subject(), PLACES) == "https://acme.sourcegraph.com/"


NAMES = st.sampled_from(["server", "cf-ray", "date"])
VALUES = st.sampled_from(["cloudflare", "", "acme"]) | st.text()


@given(headers=st.dictionaries(NAMES, VALUES), status=st.sampled_from([0, 200, 403, 500]))
def test_passes_only_when_cloudflare_answers(headers: Mapping[str, str], status: int) -> None:
    state, _ = told(CHECK.judge(subject(), seen(headers, status)))
    if state is State.PASS:
        assert status
        assert headers["cf-ray"]
        assert headers["server"].strip().lower() == "cloudflare"
