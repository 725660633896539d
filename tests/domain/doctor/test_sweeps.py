"""When the sweeps count as healthy."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.doctor.finding import failed, ok, unknown
from bot.domain.doctor.sweeps import NoSweepYet, SweepComplete, SweepsIncomplete, judge_sweeps
from bot.domain.health.model import CheckState
from tests.samples import NOW


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.mark.parametrize(
    ("installed", "complete", "state"),
    [
        (None, None, CheckState.UNKNOWN),
        (ago(minutes=9), None, CheckState.UNKNOWN),
        (ago(minutes=11), None, CheckState.FAIL),
        (ago(days=9), ago(minutes=9), CheckState.PASS),
        (ago(days=9), ago(minutes=11), CheckState.FAIL),
        (ago(days=9), NOW + timedelta(seconds=5), CheckState.PASS),
    ],
)
def test_a_sweep_that_saw_everything_must_be_recent(
    installed: datetime | None, complete: datetime | None, state: CheckState
) -> None:
    assert judge_sweeps(installed, complete, NOW, 60.0).state is state


def test_what_is_found() -> None:
    assert judge_sweeps(None, None, NOW, 60.0) == unknown(NoSweepYet())
    assert judge_sweeps(ago(days=1), None, NOW, 60.0) == failed(SweepsIncomplete(86400.0, ever=False))
    assert judge_sweeps(ago(days=1), ago(hours=1), NOW, 60.0) == failed(SweepsIncomplete(3600.0, ever=True))
    assert judge_sweeps(ago(days=1), ago(hours=1), NOW, 600.0) == ok(SweepComplete(3600.0)), "sweeps are rare there"
