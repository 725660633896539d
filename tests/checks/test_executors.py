"""The executors check: where an instance has them, their groups exist and can be scaled above zero."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.executors import CHECK, ExecutorGroups
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import InstanceGroup, InstanceGroupQuery, InstanceGroups, Machines
from bot.domain.reasons import Reason
from tests.checks.seen import ACME, AWAY, CONFIG, judge, make_context

WITH = dataclasses.replace(ACME, executors=True)


def group(most: int | None = None, size: int = 1, name: str = "acme-executors") -> InstanceGroup:
    return InstanceGroup(name, size, most)


OTHER = group(0, name="acme-web")

CASES = [
    ([group()], "pass", ExecutorGroups(1, machines=1)),
    ([group(10, 0)], "pass", ExecutorGroups(1)),
    (
        [group(10, 3), group(1, 2), OTHER],
        "pass",
        ExecutorGroups(2, machines=5),
    ),
    ([group(0)], "fail", ExecutorGroups(1, 1, 1)),
    ([group(10), group(0)], "fail", ExecutorGroups(2, 1, 2)),
    ([group(-1)], "fail", ExecutorGroups(1, 1, 1)),
    (
        [],
        "fail",
        ExecutorGroups(0),
    ),
    ([group(name="acme-web")], "fail", ExecutorGroups(0)),
]


@pytest.mark.parametrize(("groups", "state", "finding"), CASES)
def test_verdict(groups: list[InstanceGroup], state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(WITH), InstanceGroups(tuple(groups)))) == (state, finding)


def test_it_is_about_instances_with_executors_alone() -> None:
    assert CHECK.applies(make_context(WITH), CONFIG)
    assert not CHECK.applies(make_context(ACME), CONFIG)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(WITH), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)
    with pytest.raises(TypeError):
        CHECK.evaluate(make_context(WITH), Machines({}))


def test_it_asks_for_the_groups_of_the_instances_project_in_every_phase() -> None:
    assert CHECK.query(make_context(WITH), CONFIG) == InstanceGroupQuery("sourcegraph-managed-acme")
    assert CHECK.phases == set(Phase)


def test_the_link_leads_to_the_groups_in_the_console() -> None:
    assert CHECK.link(make_context(WITH), CONFIG) == (
        "https://console.cloud.google.com/compute/instanceGroups/list?project=sourcegraph-managed-acme"
    )


GROUPS = st.builds(
    group,
    st.none() | st.integers(-1, 3),
    st.integers(0, 3),
    st.sampled_from(["acme-executors", "executor", "acme-web"]) | st.text(),
)


@given(groups=st.lists(GROUPS))
def test_passes_only_when_every_group_for_executors_can_be_scaled(groups: list[InstanceGroup]) -> None:
    """Whatever groups there are."""
    state, _ = judge(CHECK.evaluate(make_context(WITH), InstanceGroups(tuple(groups))))
    own = [one for one in groups if "executor" in one.name]
    assert (state is CheckState.PASS) == (bool(own) and all(one.max_size is None or one.max_size > 0 for one in own))
