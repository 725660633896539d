"""The database check: every Cloud SQL instance is RUNNABLE and the disk of each has room, or grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.sql_instance import CHECK, NoSqlInstance, SqlInstanceProblem, SqlInstancesRunning, SqlProblem
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import Machines, SqlInstance, SqlInstanceQuery, SqlInstances
from bot.domain.reasons import Reason
from bot.rendering.wording.checks.sql_instance import STATES
from tests.checks.seen import AWAY, CONFIG, judge, make_context


def database(
    size: float | None = 100,
    used: float | None = 40,
    *,
    grows: bool = False,
    limit: float = 0,
    state: str = "RUNNABLE",
    full: bool = False,
) -> SqlInstance:
    return SqlInstance("acme-db", state, size, used, grows, limit, full)


GOOD = database()
NO_MORE = "% of its disk, which can't grow further: enlarge the disk."

CASES = [
    ([GOOD], "pass", SqlInstancesRunning(1, 40)),
    ([GOOD, database(used=70)], "pass", SqlInstancesRunning(2, 70)),
    ([database(used=89.9)], "pass", SqlInstancesRunning(1, 89)),
    ([database(used=90)], "fail", SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=90)),
    ([database(used=120)], "fail", SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=120)),
    ([database(used=95, grows=True)], "pass", SqlInstancesRunning(1, 95)),
    ([database(used=95, grows=True, limit=500)], "pass", SqlInstancesRunning(1, 95)),
    (
        [database(used=95, grows=True, limit=100)],
        "fail",
        SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=95),
    ),
    (
        [database(used=95, grows=True, limit=105)],
        "fail",
        SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=95),
    ),
    ([database(used=95, grows=True, limit=106)], "pass", SqlInstancesRunning(1, 95)),
    ([database(used=40, grows=True, limit=41)], "pass", SqlInstancesRunning(1, 40)),
    ([database(used=None, grows=True)], "pass", SqlInstancesRunning(1)),
    ([database(used=None, grows=True, limit=500)], "pass", SqlInstancesRunning(1)),
    (
        [database(used=None, grows=True, limit=100)],
        "unknown",
        SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN),
    ),
    ([database(used=float("nan"))], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(size=float("nan"))], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(used=-5)], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(used=None)], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(size=None)], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(size=0, used=0)], "unknown", SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN)),
    ([database(size=None, used=None, grows=True)], "pass", SqlInstancesRunning(1)),
    (
        [database(size=None, used=None, grows=True, limit=9)],
        "unknown",
        SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN),
    ),
    ([database(full=True)], "fail", SqlInstanceProblem(1, SqlProblem.OUT_OF_DISK)),
    ([database(full=True, grows=True)], "fail", SqlInstanceProblem(1, SqlProblem.OUT_OF_DISK)),
    ([], "fail", NoSqlInstance()),
    ([database(state="STOPPED")], "fail", SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "STOPPED")),
    (
        [database(state="SUSPENDED")],
        "fail",
        SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "SUSPENDED"),
    ),
    (
        [database(state="MAINTENANCE")],
        "fail",
        SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "MAINTENANCE"),
    ),
    ([database(state="FAILED")], "fail", SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "FAILED")),
    ([database(state="DREAMING")], "fail", SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "DREAMING")),
    ([database(state="acme's")], "fail", SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE)),
    ([database(state="")], "fail", SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE)),
    ([GOOD, database(state="FAILED")], "fail", SqlInstanceProblem(2, SqlProblem.NOT_RUNNABLE, "FAILED")),
    ([GOOD, database(used=None)], "unknown", SqlInstanceProblem(2, SqlProblem.DISK_USE_UNKNOWN)),
    (
        [database(used=None), database(used=95)],
        "fail",
        SqlInstanceProblem(2, SqlProblem.DISK_ALMOST_FULL, used_percent=95),
    ),
]


@pytest.mark.parametrize(("databases", "state", "finding"), CASES)
def test_verdict(databases: list[SqlInstance], state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), SqlInstances(tuple(databases)))) == (state, finding)


@pytest.mark.parametrize("state", STATES)
def test_no_state_but_runnable_passes(state: str) -> None:
    judged, finding = judge(CHECK.evaluate(make_context(), SqlInstances((database(state=state),))))
    assert judged is CheckState.FAIL
    assert finding == SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, state)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)
    with pytest.raises(TypeError):
        CHECK.evaluate(make_context(), Machines({}))


def test_it_asks_for_the_databases_of_the_instances_project_in_every_phase() -> None:
    assert CHECK.query(make_context(), CONFIG) == SqlInstanceQuery("sourcegraph-managed-acme")
    assert CHECK.phases == set(Phase)


def test_the_link_leads_to_the_databases_in_the_console() -> None:
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/sql/instances?project=sourcegraph-managed-acme"
    )


SIZES = st.floats(0, allow_nan=False, allow_infinity=False)
DATABASES = st.builds(
    database,
    st.none() | SIZES,
    st.none() | SIZES,
    grows=st.booleans(),
    limit=st.just(0) | SIZES,
    state=st.sampled_from(["RUNNABLE", "RUNNABLE", "MAINTENANCE", "acme"]) | st.text(),
    full=st.booleans(),
)


@given(databases=st.lists(DATABASES, max_size=4))
def test_passes_only_when_every_database_runs_and_has_room(databases: list[SqlInstance]) -> None:
    """Whatever Google says of them."""
    state, _ = judge(CHECK.evaluate(make_context(), SqlInstances(tuple(databases))))
    if state is CheckState.PASS:
        assert databases
        for one in databases:
            assert one.state == "RUNNABLE"
            assert not one.out_of_disk
            roomy = one.used_gb is not None and one.disk_gb and one.used_gb / one.disk_gb < 0.9
            assert roomy or one.auto_resize
            if not roomy and one.limit_gb:
                assert (one.used_gb if one.used_gb is not None else one.disk_gb or 0) < one.limit_gb
