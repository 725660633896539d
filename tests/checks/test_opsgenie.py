"""Opsgenie: as open alerts are judged, where there is a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.opsgenie import CHECK
from bot.domain.health.model import CheckState, CloudConfig, Phase
from bot.domain.health.queries import Alert, Alerts, OpsgenieQuery, Unavailable
from tests.checks.seen import CONFIG, NOW, make_context, state_and_sentence


@pytest.mark.parametrize(
    ("severities", "state", "says"),
    [
        ((), "pass", "No alert is open in Opsgenie."),
        (
            ("WARNING",),
            "pass",
            "Nothing but 1 warning is open in Opsgenie: CPU (warning, since 2026-01-05 09:00 UTC).",
        ),
        (("CRITICAL",), "fail", "1 alert is open in Opsgenie: CPU (critical, since 2026-01-05 09:00 UTC); see to it"),
        (("ERROR", "WARNING"), "fail", "and 1 warning; see to it and check again."),
    ],
)
def test_verdict(severities: tuple[str, ...], state: str, says: str) -> None:
    alerts = Alerts(tuple(Alert("CPU", severity, NOW, "opsgenie") for severity in severities))
    found, sentence = state_and_sentence(CHECK.evaluate(make_context(), alerts))
    assert found == state
    assert says in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(make_context(), Unavailable("Opsgenie is away: come back later."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "Opsgenie is away: come back later.")


def test_it_applies_only_where_there_is_a_key() -> None:
    assert not CHECK.applies(make_context(), CONFIG)
    assert CHECK.applies(make_context(), CloudConfig(has_opsgenie_key=True))
    assert CHECK.phases == frozenset(Phase)


def test_it_asks_for_slug_and_project_and_leads_to_the_list() -> None:
    assert CHECK.query(make_context(), CONFIG) == OpsgenieQuery("acme", "sourcegraph-managed-acme")
    assert CHECK.link(make_context(), CONFIG) == "https://app.opsgenie.com/alert/list"


@given(severities=st.lists(st.sampled_from(["CRITICAL", "ERROR", "WARNING", "", "acme"]), max_size=4))
def test_passes_only_when_nothing_but_warnings_is_open(severities: list[str]) -> None:
    alerts = Alerts(tuple(Alert("CPU", severity, NOW, "opsgenie") for severity in severities))
    state, _ = state_and_sentence(CHECK.evaluate(make_context(), alerts))
    assert (state is CheckState.PASS) == (set(severities) <= {"WARNING"})
