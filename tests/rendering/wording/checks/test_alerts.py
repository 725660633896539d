"""What people read of the check `alerts`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.checks.alerts import AlertSource, OpenAlert, OpenAlerts
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.checks.seen import NOW


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (OpenAlerts(AlertSource.CLOUD_MONITORING), "No alert is open in Cloud Monitoring."),
        (
            OpenAlerts(
                AlertSource.CLOUD_MONITORING,
                1,
                named=(OpenAlert("High CPU", "CRITICAL", NOW - timedelta(minutes=29)),),
            ),
            "1 alert is open in Cloud Monitoring: High CPU (critical, since 2026-01-05 08:31 UTC); resolve it and "
            "check again.",
        ),
        (
            OpenAlerts(
                AlertSource.CLOUD_MONITORING,
                2,
                named=(
                    OpenAlert("High CPU", "CRITICAL", NOW - timedelta(minutes=29)),
                    OpenAlert("Disk", "ERROR", NOW),
                ),
            ),
            "2 alerts are open in Cloud Monitoring: High CPU (critical, since 2026-01-05 08:31 UTC), Disk "
            "(error, since 2026-01-05 09:00 UTC); resolve them and check again.",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("Search latency", "", NOW),)),
            "1 alert is open in Cloud Monitoring: Search latency (no severity, since 2026-01-05 09:00 "
            "UTC); resolve it and check again.",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, warnings=1, named=(OpenAlert("Slow", "WARNING", NOW),)),
            "Only 1 warning is open in Cloud Monitoring: Slow (warning, since 2026-01-05 09:00 UTC).",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, 1, 1, (OpenAlert("Disk", "ERROR", NOW),)),
            "1 alert is open in Cloud Monitoring: Disk (error, since 2026-01-05 09:00 UTC), and 1 "
            "warning; resolve it and check again.",
        ),
        (
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
            "7 alerts are open in Cloud Monitoring: Alert 0 (error, since 2026-01-05 09:00 UTC), Alert 1 "
            "(error, since 2026-01-05 09:00 UTC), Alert 2 (error, since 2026-01-05 09:00 UTC), Alert 3 "
            "(error, since 2026-01-05 09:00 UTC), Alert 4 (error, since 2026-01-05 09:00 UTC) and 2 more; "
            "resolve them "
            "and check again.",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("", "ERROR", NOW),)),
            "1 alert is open in Cloud Monitoring: an alert without a name (error, since 2026-01-05 09:00 "
            "UTC); resolve it and check again.",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("two lines", "LOUD", NOW),)),
            "1 alert is open in Cloud Monitoring: two lines (no severity, since 2026-01-05 09:00 UTC); resolve it "
            "and check again.",
        ),
        (
            OpenAlerts(AlertSource.CLOUD_MONITORING, 1, named=(OpenAlert("x" * 99 + "…", "ERROR", NOW),)),
            "1 alert is open in Cloud Monitoring: "
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… "
            "(error, since 2026-01-05 09:00 UTC); resolve it and check again.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
