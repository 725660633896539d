"""The database check: every Cloud SQL instance is RUNNABLE and the disk of each has room, or grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.sql_instance import CHECK, STATES
from bot.domain.health.model import CheckState, Phase
from bot.domain.health.queries import Machines, SqlInstance, SqlInstanceQuery, SqlInstances, Unavailable
from tests.checks.seen import CONFIG, make_context, state_and_sentence


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
NO_MORE = "% of its disk, which grows no further: enlarge the disk."

CASES = [
    ([GOOD], "pass", "The database instance is running (RUNNABLE), with 40 % of its disk in use."),
    ([GOOD, database(used=70)], "pass", "Each of 2 database instances is running (RUNNABLE), with 70 % of its disk"),
    ([database(used=89.9)], "pass", "with 89 % of its disk in use"),
    ([database(used=90)], "fail", f"The database instance uses 90 {NO_MORE}"),
    ([database(used=120)], "fail", f"uses 120 {NO_MORE}"),
    ([database(used=95, grows=True)], "pass", "with 95 % of its disk in use"),
    ([database(used=95, grows=True, limit=500)], "pass", "with 95 % of its disk in use"),
    ([database(used=95, grows=True, limit=100)], "fail", f"uses 95 {NO_MORE}"),
    ([database(used=95, grows=True, limit=105)], "fail", f"uses 95 {NO_MORE}"),
    ([database(used=95, grows=True, limit=106)], "pass", "with 95 % of its disk in use"),
    ([database(used=40, grows=True, limit=41)], "pass", "with 40 % of its disk in use"),
    ([database(used=None, grows=True)], "pass", "is running (RUNNABLE), with a disk that grows by itself."),
    ([database(used=None, grows=True, limit=500)], "pass", "with a disk that grows by itself"),
    (
        [database(used=None, grows=True, limit=100)],
        "unknown",
        "has a disk that grows no further, and Google does not",
    ),
    ([database(used=None)], "unknown", "does not tell how much of it is used: look at its disk usage in the Google"),
    ([database(size=None)], "unknown", "does not tell how much of it is used"),
    ([database(size=0, used=0)], "unknown", "does not tell how much of it is used"),
    ([database(size=None, used=None, grows=True)], "pass", "with a disk that grows by itself"),
    ([database(size=None, used=None, grows=True, limit=9)], "unknown", "does not tell how much of it is used"),
    ([database(full=True)], "fail", "was shut down by Google because its disk is full: enlarge the disk."),
    ([database(full=True, grows=True)], "fail", "its disk is full"),
    ([], "fail", "There is no Cloud SQL instance: create one, or correct the setting gcp.project_template if it is"),
    ([database(state="STOPPED")], "fail", "The database instance was stopped by its owner (STOPPED): start it."),
    (
        [database(state="SUSPENDED")],
        "fail",
        "is suspended (SUSPENDED): see whether the project's billing is in order.",
    ),
    (
        [database(state="MAINTENANCE")],
        "fail",
        "is down for maintenance (MAINTENANCE): check again when that is over.",
    ),
    ([database(state="FAILED")], "fail", "has failed (FAILED): look at it in the Google Cloud console."),
    ([database(state="DREAMING")], "fail", "is in a state that mibot does not know (DREAMING): look at it in"),
    ([database(state="acme's")], "fail", "is in a state that mibot does not know: look at it in"),
    ([database(state="")], "fail", "is in a state that mibot does not know: look at it in"),
    ([GOOD, database(state="FAILED")], "fail", "One of 2 database instances has failed (FAILED)"),
    ([GOOD, database(used=None)], "unknown", "One of 2 database instances has a disk that grows no further"),
    ([database(used=None), database(used=95)], "fail", "One of 2 database instances uses 95 % of its disk"),
]


@pytest.mark.parametrize(("databases", "state", "says"), CASES)
def test_verdict(databases: list[SqlInstance], state: str, says: str) -> None:
    judged, sentence = state_and_sentence(CHECK.evaluate(make_context(), SqlInstances(tuple(databases))))
    assert judged == state
    assert says in sentence


@pytest.mark.parametrize("state", STATES)
def test_no_state_but_runnable_passes(state: str) -> None:
    judged, sentence = state_and_sentence(CHECK.evaluate(make_context(), SqlInstances((database(state=state),))))
    assert judged is CheckState.FAIL
    assert f"({state})" in sentence


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert state_and_sentence(CHECK.evaluate(make_context(), Unavailable("Google is away: come back later."))) == (
        CheckState.UNKNOWN,
        "Google is away: come back later.",
    )
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
    state, _ = state_and_sentence(CHECK.evaluate(make_context(), SqlInstances(tuple(databases))))
    if state is CheckState.PASS:
        assert databases
        for one in databases:
            assert one.state == "RUNNABLE"
            assert not one.out_of_disk
            roomy = one.used_gb is not None and one.disk_gb and one.used_gb / one.disk_gb < 0.9
            assert roomy or one.auto_resize
            if not roomy and one.limit_gb:
                assert (one.used_gb if one.used_gb is not None else one.disk_gb or 0) < one.limit_gb
