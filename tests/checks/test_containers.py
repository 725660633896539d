"""The containers check: what the deployment's workflow run published about them."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.containers import CHECK, NO_REPORTS
from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase
from bot.domain.health.queries import CheckRunOutput, ContainerReports, ContainersQuery, Unavailable
from bot.domain.versions import Version
from demo.actions import container_table

ACME = Instance(
    "acme", InstanceType.PRODUCTION, "acme.sourcegraph.com", DeploymentColor.RED, Version(3, 40, 1), customer="acme"
)
CONTEXT = CheckContext(ACME, Phase.AFTER, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), Version(3, 40, 1), run=9)


def evaluate(*texts: str, subject: CheckContext = CONTEXT) -> tuple[CheckState, str]:
    reports = ContainerReports(tuple(CheckRunOutput(f"containers {n}", text) for n, text in enumerate(texts)))
    judgement = CHECK.evaluate(subject, reports)
    return judgement.state, judgement.sentence


def test_all_is_well() -> None:
    assert evaluate("Some prose.", container_table("3.40.1")) == (
        CheckState.PASS,
        "Of 11 containers, all are up, none is unhealthy, and the product's images are tagged 3.40.1.",
    )


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("Restarting (1) 3 seconds ago", "worker is restarting"),
        ("Exited (1) 2 minutes ago", "worker does not run"),
        ("Created", "worker does not run"),
        ("Up 2 hours (unhealthy)", "worker is unhealthy"),
        ("Up 10 seconds (health: starting)", "worker is still starting"),
        ("Up 2 hours (Paused)", "worker is paused"),
    ],
)
def test_one_that_is_not_well(status: str, says: str) -> None:
    expected = (CheckState.FAIL, f"Of 11 containers, {says}.")
    assert evaluate(container_table("3.40.1", {"worker": status})) == expected


def test_a_state_that_mibot_does_not_know_is_not_known_to_be_wrong() -> None:
    state, sentence = evaluate(container_table("3.40.1", {"worker": "Up 2 hours (dreaming)"}))
    assert (state, sentence) == (
        CheckState.UNKNOWN,
        "Of 11 containers, worker is in a state that mibot does not know.",
    )
    both = {"worker": "Up 2 hours (dreaming)", "pgsql": "Dead"}
    assert evaluate(container_table("3.40.1", both))[0] is CheckState.FAIL


def test_one_that_runs_another_version() -> None:
    assert evaluate(container_table("3.40.1", tags={"worker": "3.40.0"})) == (
        CheckState.FAIL,
        "Of 11 containers, worker runs 3.40.0 (it should be 3.40.1).",
    )


def test_many_faults_are_counted() -> None:
    state, sentence = evaluate(container_table("3.40.0", {"worker": "Dead"}))
    assert state is CheckState.FAIL
    assert sentence.startswith("Of 11 containers, worker does not run, sourcegraph-frontend-0 runs 3.40.0, ")
    assert sentence.endswith(" and 7 more (it should be 3.40.1).")


def test_images_without_a_tag_and_images_of_others() -> None:
    others = "| redis | redis:6 | Up 1 hour |\n| web | sourcegraph/web:3.40.1 | Up 1 hour |"
    assert evaluate(others)[0] is CheckState.PASS
    assert evaluate("| web | sourcegraph/web | Up 1 hour |") == (
        CheckState.FAIL,
        "Of 1 container, web runs an image without a tag (it should be 3.40.1).",
    )


def test_without_the_products_images_the_version_is_not_shown() -> None:
    state, sentence = evaluate("| redis | redis:6 | Up 1 hour |")
    assert state is CheckState.UNKNOWN
    assert "do not show which version runs" in sentence


def test_where_nobody_knows_the_version_only_health_counts() -> None:
    unversioned = dataclasses.replace(CONTEXT, version=None)
    expected = (CheckState.PASS, "Of 11 containers, all are up and none is unhealthy.")
    assert evaluate(container_table("3.39.0"), subject=unversioned) == expected


@pytest.mark.parametrize("texts", [(), ("",), ("The upgrade is done.",)])
def test_no_report_is_unknown_and_says_what_to_do(texts: tuple[str, ...]) -> None:
    assert evaluate(*texts) == (CheckState.UNKNOWN, NO_REPORTS)


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(CONTEXT, Unavailable("GitHub is away: come back later."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "GitHub is away: come back later.")


def test_it_is_about_a_deployment_that_was() -> None:
    assert CHECK.query(CONTEXT, CloudConfig()) == ContainersQuery(9)
    assert CHECK.applies(CONTEXT, CloudConfig())
    assert not CHECK.applies(dataclasses.replace(CONTEXT, run=None), CloudConfig())
    assert CHECK.phases == {Phase.AFTER, Phase.NOW}
    assert CHECK.link(CONTEXT, CloudConfig()) == ""
    assert CHECK.link(replace(CONTEXT, run_url="https://github.com/o/r/actions/runs/7"), CloudConfig()).endswith(
        "/runs/7"
    )


@given(st.lists(st.text(), max_size=3))
def test_passes_only_when_sure_and_says_one_sentence(texts: list[str]) -> None:
    state, sentence = evaluate(*texts)
    assert state is not CheckState.PASS
    assert sentence.endswith(".")
    assert "\n" not in sentence
