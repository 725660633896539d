"""Opsgenie: as open alerts are judged, where there is a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.alerts import AlertSource, OpenAlert, OpenAlerts
from bot.checks.opsgenie import CHECK
from bot.domain.health.model import CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import Alert, Alerts, OpsgenieQuery
from bot.domain.reasons import Reason
from tests.checks.seen import AWAY, CONFIG, NOW, judge, make_context


@pytest.mark.parametrize(
    ("severities", "state", "finding"),
    [
        ((), "pass", OpenAlerts(AlertSource.OPSGENIE)),
        (
            ("WARNING",),
            "pass",
            OpenAlerts(AlertSource.OPSGENIE, warnings=1, named=(OpenAlert("CPU", "WARNING", NOW),)),
        ),
        (("CRITICAL",), "fail", OpenAlerts(AlertSource.OPSGENIE, 1, named=(OpenAlert("CPU", "CRITICAL", NOW),))),
        (("ERROR", "WARNING"), "fail", OpenAlerts(AlertSource.OPSGENIE, 1, 1, (OpenAlert("CPU", "ERROR", NOW),))),
    ],
)
def test_verdict(severities: tuple[str, ...], state: str, finding: Reason) -> None:
    alerts = Alerts(tuple(Alert("CPU", severity, NOW, "opsgenie") for severity in severities))
    assert judge(CHECK.evaluate(make_context(), alerts)) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


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
    state, _ = judge(CHECK.evaluate(make_context(), alerts))
    assert (state is CheckState.PASS) == (set(severities) <= {"WARNING"})
