"""Open alerts: any but a warning fails, and people read which and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.alerts import CHECK
from bot.domain.health.model import CheckState, Phase
from bot.domain.health.queries import Alert, AlertQuery, Alerts, Machines, Unavailable
from tests.checks.seen import CONFIG, NOW, make_context, state_and_sentence

CPU = Alert("High CPU", "CRITICAL", NOW - timedelta(minutes=29), "scoped")
DISK = Alert("Disk", "ERROR", NOW, "project")
PLAIN = Alert("Search latency", "", NOW, "project")
SLOW = Alert("Slow", "WARNING", NOW, "project")
MANY = tuple(Alert(f"Alert {number}", "ERROR", NOW, "project") for number in range(7))

# the open alerts, the verdict, and what is said
CASES: list[tuple[tuple[Alert, ...], str, str]] = [
    ((), "pass", "No alert is open in Cloud Monitoring."),
    (
        (CPU,),
        "fail",
        "1 alert is open in Cloud Monitoring: High CPU (critical, since 2026-01-05 08:31 UTC); see to it and check "
        "again.",
    ),
    (
        (DISK, CPU),
        "fail",
        "2 alerts are open in Cloud Monitoring: High CPU (critical, since 2026-01-05 08:31 UTC), Disk",
    ),
    ((PLAIN,), "fail", "Search latency (no severity, since 2026-01-05 09:00 UTC); see to it"),
    (
        (SLOW,),
        "pass",
        "Nothing but 1 warning is open in Cloud Monitoring: Slow (warning, since 2026-01-05 09:00 UTC).",
    ),
    (
        (SLOW, DISK),
        "fail",
        "1 alert is open in Cloud Monitoring: Disk (error, since 2026-01-05 09:00 UTC), and 1 warning;",
    ),
    (MANY, "fail", "Alert 4 (error, since 2026-01-05 09:00 UTC) and 2 more; see to it"),
    ((Alert("", "ERROR", NOW, "project"),), "fail", "an alert without a name (error"),
    ((Alert("two\nlines", "LOUD", NOW, "project"),), "fail", "two lines (no severity"),
    ((Alert("x" * 300, "ERROR", NOW, "project"),), "fail", f": {'x' * 99}… (error"),
]


@pytest.mark.parametrize(("alerts", "state", "says"), CASES)
def test_verdict(alerts: tuple[Alert, ...], state: str, says: str) -> None:
    found, sentence = state_and_sentence(CHECK.evaluate(make_context(), Alerts(alerts)))
    assert found == state
    assert says in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(make_context(), Unavailable("Google is away: come back later."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "Google is away: come back later.")


def test_an_answer_to_another_question_is_a_bug() -> None:
    with pytest.raises(TypeError, match="Machines is no answer"):
        CHECK.evaluate(make_context(), Machines({}))


def test_it_asks_for_the_project_and_the_scoped_one_and_leads_to_the_console() -> None:
    assert CHECK.phases == frozenset(Phase)
    assert CHECK.query(make_context(), CONFIG) == AlertQuery(
        "sourcegraph-managed-acme", "sourcegraph-managed-monitoring"
    )
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/monitoring/alerting?project=sourcegraph-managed-acme"
    )


POLICY = st.text(st.characters(exclude_characters=".", exclude_categories=["Cs"])).filter(
    lambda name: "acme" not in name
)
ALERT = st.builds(
    Alert, POLICY, st.sampled_from(["CRITICAL", "ERROR", "WARNING", "", "acme"]), st.just(NOW), st.just("project")
)


@given(alerts=st.lists(ALERT, max_size=9).map(tuple))
def test_passes_only_when_nothing_but_warnings_is_open(alerts: tuple[Alert, ...]) -> None:
    """Whatever people call their policies."""
    state, sentence = state_and_sentence(CHECK.evaluate(make_context(), Alerts(alerts)))
    assert (state is CheckState.PASS) == all(alert.severity == "WARNING" for alert in alerts)
    assert len(sentence) < 1000
