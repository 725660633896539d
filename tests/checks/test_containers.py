"""The containers check: what the deployment's workflow run published about them."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.containers import (
    CHECK,
    ContainersFaulty,
    ContainersMissing,
    ContainersNotReported,
    ContainersUp,
    NoProductImage,
    OtherVersion,
    ReportIncomplete,
    UnwellContainer,
)
from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.health.containers import Condition
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import CheckRunOutput, ContainerReports, ContainersQuery
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe
from demo.actions import container_table
from tests.checks.seen import AWAY

V = Version(3, 40, 1)
ACME = Instance(
    "acme", InstanceType.PRODUCTION, "acme.sourcegraph.com", DeploymentColor.RED, Version(3, 40, 1), customer="acme"
)
CONTEXT = CheckContext(ACME, Phase.AFTER, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), Version(3, 40, 1), run=9)


def evaluate(*texts: str, context: CheckContext = CONTEXT) -> tuple[CheckState, Reason]:
    reports = ContainerReports(tuple(CheckRunOutput(f"containers {n}", text) for n, text in enumerate(texts)))
    verdict = CHECK.evaluate(context, reports)
    return verdict.state, verdict.finding


def faulty(*faults: UnwellContainer | OtherVersion, containers: int = 11) -> ContainersFaulty:
    expected = V if any(isinstance(fault, OtherVersion) for fault in faults) else None
    return ContainersFaulty(containers, len(faults), faults, expected)


def test_all_is_well() -> None:
    expected = (CheckState.PASS, ContainersUp(11, V))
    assert evaluate("Some prose.", container_table("3.40.1")) == expected


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        ("Restarting (1) 3 seconds ago", Condition.RESTARTING),
        ("Exited (1) 2 minutes ago", Condition.DOWN),
        ("Created", Condition.DOWN),
        ("Up 2 hours (unhealthy)", Condition.UNHEALTHY),
        ("Up 10 seconds (health: starting)", Condition.STARTING),
        ("Up 2 hours (Paused)", Condition.PAUSED),
    ],
)
def test_one_that_is_not_well(status: str, condition: Condition) -> None:
    expected = (CheckState.FAIL, faulty(UnwellContainer("worker", condition)))
    assert evaluate(container_table("3.40.1", {"worker": status})) == expected


def test_a_state_that_mibot_does_not_know_is_not_known_to_be_wrong() -> None:
    expected = (CheckState.UNKNOWN, faulty(UnwellContainer("worker", Condition.UNKNOWN)))
    assert evaluate(container_table("3.40.1", {"worker": "Up 2 hours (dreaming)"})) == expected
    both = {"worker": "Up 2 hours (dreaming)", "pgsql": "Dead"}
    assert evaluate(container_table("3.40.1", both))[0] is CheckState.FAIL


def test_one_that_runs_another_version() -> None:
    expected = (CheckState.FAIL, faulty(OtherVersion("worker", "3.40.0")))
    assert evaluate(container_table("3.40.1", tags={"worker": "3.40.0"})) == expected


def test_many_faults_are_counted() -> None:
    state, finding = evaluate(container_table("3.40.0", {"worker": "Dead"}))
    assert state is CheckState.FAIL
    assert isinstance(finding, ContainersFaulty)
    assert (finding.containers, finding.faults, finding.expected) == (11, 12, V)
    first, second, *others = finding.named
    assert first == UnwellContainer("worker", Condition.DOWN)
    assert second == OtherVersion("sourcegraph-frontend-0", "3.40.0")
    assert len(others) == 3


def test_images_without_a_tag_and_images_of_others() -> None:
    others = "| redis | redis:6 | Up 1 hour |\n| web | sourcegraph/web:3.40.1 | Up 1 hour |"
    assert evaluate(others)[0] is CheckState.PASS
    expected = (CheckState.FAIL, faulty(OtherVersion("web", ""), containers=1))
    assert evaluate("| web | sourcegraph/web | Up 1 hour |") == expected


def test_without_the_products_images_the_version_is_not_shown() -> None:
    assert evaluate("| redis | redis:6 | Up 1 hour |") == (CheckState.UNKNOWN, NoProductImage(1))


def test_where_nobody_knows_the_version_only_health_counts() -> None:
    unversioned = dataclasses.replace(CONTEXT, version=None)
    assert evaluate(container_table("3.39.0"), context=unversioned) == (CheckState.PASS, ContainersUp(11))


@pytest.mark.parametrize("texts", [(), ("",), ("The upgrade is done.",)])
def test_no_report_is_unknown_and_says_what_to_do(texts: tuple[str, ...]) -> None:
    assert evaluate(*texts) == (CheckState.UNKNOWN, ContainersNotReported())


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(CONTEXT, AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


def test_it_is_about_a_deployment_that_was() -> None:
    assert CHECK.query(CONTEXT, CloudConfig()) == ContainersQuery(9)
    assert CHECK.applies(CONTEXT, CloudConfig())
    assert not CHECK.applies(dataclasses.replace(CONTEXT, run=None), CloudConfig())
    assert CHECK.phases == {Phase.AFTER, Phase.NOW}
    assert CHECK.link(CONTEXT, CloudConfig()) == ""
    assert CHECK.link(replace(CONTEXT, run_url="https://github.com/o/r/actions/runs/7"), CloudConfig()).endswith(
        "/runs/7"
    )


@pytest.mark.parametrize("name", ["gitserver-0", "deploy_gitserver-0_1", "deploy-gitserver-0-1"])
def test_a_service_that_must_run_is_among_the_containers(name: str) -> None:
    context = replace(CONTEXT, services=frozenset({"gitserver-0", "web"}))
    rows = "| web | sourcegraph/web:3.40.1 | Up 1 hour |"
    expected = (CheckState.UNKNOWN, ContainersMissing(1, 1, ("gitserver-0",)))
    assert evaluate(rows, context=context) == expected
    assert evaluate(f"{rows}\n| {name} | sourcegraph/gitserver:3.40.1 | Up 1 hour |", context=context)[0] is (
        CheckState.PASS
    )


def test_a_report_that_was_cut_off_is_no_whole_report() -> None:
    assert evaluate(f"{container_table('3.40.1')}\n…") == (CheckState.UNKNOWN, ReportIncomplete(11))
    assert evaluate(f"{container_table('3.40.1', {'pgsql': 'Dead'})}\n…")[0] is CheckState.FAIL


@pytest.mark.parametrize("status", ["Exit 137", "Exited (137) 2 hours ago", "Vanished", ""])
def test_a_dead_gitserver_is_never_a_pass(status: str) -> None:
    expected = CheckState.FAIL if status.startswith("Exit") else CheckState.UNKNOWN
    table = container_table("3.40.1", {"gitserver-0": status})
    assert evaluate(table)[0] is expected
    assert evaluate("\n".join(table.splitlines()[2:]))[0] is expected


@given(st.lists(st.text(), max_size=3))
def test_passes_only_when_sure_and_says_one_sentence(texts: list[str]) -> None:
    state, finding = evaluate(*texts)
    sentence = describe(finding)
    assert state is not CheckState.PASS
    assert sentence.endswith(".")
    assert "\n" not in sentence
