"""Open alerts: any but a warning fails, and people read which and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.alerts import CHECK, AlertSource, OpenAlert, OpenAlerts
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import Alert, AlertQuery, Alerts, Machines
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.checks.seen import AWAY, CONFIG, NOW, judge, make_context

CPU = Alert("High CPU", "CRITICAL", NOW - timedelta(minutes=29), "scoped")
DISK = Alert("Disk", "ERROR", NOW, "project")
PLAIN = Alert("Search latency", "", NOW, "project")
SLOW = Alert("Slow", "WARNING", NOW, "project")
MANY = tuple(Alert(f"Alert {number}", "ERROR", NOW, "project") for number in range(7))

# the open alerts, the verdict, and what it found
CASES: list[tuple[tuple[Alert, ...], str, OpenAlerts]] = [
    ((), "pass", OpenAlerts(AlertSource.CLOUD_MONITORING)),
    (
        (CPU,),
        "fail",
        OpenAlerts(
            AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("High CPU", "CRITICAL", NOW - timedelta(minutes=29)),)
        ),
    ),
    (
        (DISK, CPU),
        "fail",
        OpenAlerts(
            AlertSource.CLOUD_MONITORING,
            2,
            named=(OpenAlert("High CPU", "CRITICAL", NOW - timedelta(minutes=29)), OpenAlert("Disk", "ERROR", NOW)),
        ),
    ),
    ((PLAIN,), "fail", OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("Search latency", "", NOW),))),
    (
        (SLOW,),
        "pass",
        OpenAlerts(AlertSource.CLOUD_MONITORING, warnings=1, named=(OpenAlert("Slow", "WARNING", NOW),)),
    ),
    (
        (SLOW, DISK),
        "fail",
        OpenAlerts(AlertSource.CLOUD_MONITORING, 1, 1, (OpenAlert("Disk", "ERROR", NOW),)),
    ),
    (
        MANY,
        "fail",
        OpenAlerts(
            AlertSource.CLOUD_MONITORING,
            7,
            named=(
                OpenAlert("Alert 0", "ERROR", NOW),
                OpenAlert("Alert 1", "ERROR", NOW),
                OpenAlert("Alert 2", "ERROR", NOW),
                OpenAlert("Alert 3", "ERROR", NOW),
                OpenAlert("Alert 4", "ERROR", NOW),
            ),
        ),
    ),
    (
        (Alert("", "ERROR", NOW, "project"),),
        "fail",
        OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("", "ERROR", NOW),)),
    ),
    (
        (Alert("two\nlines", "LOUD", NOW, "project"),),
        "fail",
        OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("two lines", "LOUD", NOW),)),
    ),
    (
        (Alert("x" * 300, "ERROR", NOW, "project"),),
        "fail",
        OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("x" * 99 + "…", "ERROR", NOW),)),
    ),
]


@pytest.mark.parametrize(("alerts", "state", "finding"), CASES)
def test_verdict(alerts: tuple[Alert, ...], state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), Alerts(alerts))) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


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
    state, finding = judge(CHECK.evaluate(make_context(), Alerts(alerts)))
    assert (state is CheckState.PASS) == all(alert.severity == "WARNING" for alert in alerts)
    assert len(describe(finding)) < 1000
