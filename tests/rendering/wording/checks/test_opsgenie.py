"""What people read of the check `opsgenie`."""

from __future__ import annotations

import pytest

from bot.checks.alerts import AlertSource, OpenAlert, OpenAlerts
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.checks.seen import NOW


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (OpenAlerts(AlertSource.OPSGENIE), "No alert is open in Opsgenie."),
        (
            OpenAlerts(AlertSource.OPSGENIE, warnings=1, named=(OpenAlert("CPU", "WARNING", NOW),)),
            "Only 1 warning is open in Opsgenie: CPU (warning, since 2026-01-05 09:00 UTC).",
        ),
        (
            OpenAlerts(AlertSource.OPSGENIE, 1, named=(OpenAlert("CPU", "CRITICAL", NOW),)),
            "1 alert is open in Opsgenie: CPU (critical, since 2026-01-05 09:00 UTC); resolve it and check again.",
        ),
        (
            OpenAlerts(AlertSource.OPSGENIE, 1, 1, (OpenAlert("CPU", "ERROR", NOW),)),
            "1 alert is open in Opsgenie: CPU (error, since 2026-01-05 09:00 UTC), and 1 warning; resolve it and "
            "check again.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
