"""The firewall: what answers for a public instance is Cloudflare."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.waf import CHECK
from bot.domain.health.model import CheckState, Phase
from bot.domain.health.queries import FrontEnd, FrontEndQuery, Unavailable
from tests.checks.seen import CONFIG, PRIVATE, make_context, state_and_sentence

BOTH = {"server": "cloudflare", "cf-ray": "7d1f2a3b4c5d6e7f-ORD"}


def make_front_end(headers: Mapping[str, str], status: int = 200) -> FrontEnd:
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
    found, sentence = state_and_sentence(CHECK.evaluate(make_context(), make_front_end(headers, status)))
    assert found == state
    assert says in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(make_context(), Unavailable("There is no DNS: bring it back."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "There is no DNS: bring it back.")


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
    state, _ = state_and_sentence(CHECK.evaluate(make_context(), make_front_end(headers, status)))
    if state is CheckState.PASS:
        assert status
        assert headers["cf-ray"]
        assert headers["server"].strip().lower() == "cloudflare"
