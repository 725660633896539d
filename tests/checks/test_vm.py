"""The VM check: the active deployment's machine is RUNNING, and only that one."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.vm import CHECK, STOPPED_STATES, TRANSITIONAL_STATES, VmStatus
from bot.domain.fleet.model import DeploymentColor, Instance
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import MachineQuery, Machines
from bot.domain.reasons import Reason
from bot.rendering.wording import describe
from tests.checks.seen import ACME, AWAY, CONFIG, NOW, judge

BLACK = dataclasses.replace(ACME, active=DeploymentColor.BLACK)


def make_context(instance: Instance = ACME) -> CheckContext:
    return CheckContext(instance, Phase.NOW, NOW)


def machines(red: str | None = None, black: str | None = None) -> Machines:
    both = {"default-red-instance": red, "default-black-instance": black}
    return Machines({name: status for name, status in both.items() if status is not None})


# red, black, the verdict, and what it found; red is the active one
CASES = [
    (
        "RUNNING",
        None,
        "pass",
        VmStatus(DeploymentColor.RED, "RUNNING", None),
    ),
    ("RUNNING", "TERMINATED", "pass", VmStatus(DeploymentColor.RED, "RUNNING", "TERMINATED")),
    ("RUNNING", "STOPPED", "pass", VmStatus(DeploymentColor.RED, "RUNNING", "STOPPED")),
    ("RUNNING", "SUSPENDED", "pass", VmStatus(DeploymentColor.RED, "RUNNING", "SUSPENDED")),
    ("RUNNING", "RUNNING", "fail", VmStatus(DeploymentColor.RED, "RUNNING", "RUNNING")),
    ("RUNNING", "STAGING", "fail", VmStatus(DeploymentColor.RED, "RUNNING", "STAGING")),
    ("RUNNING", "STOPPING", "fail", VmStatus(DeploymentColor.RED, "RUNNING", "STOPPING")),
    ("RUNNING", "REPAIRING", "fail", VmStatus(DeploymentColor.RED, "RUNNING", "REPAIRING")),
    ("RUNNING", "DREAMING", "unknown", VmStatus(DeploymentColor.RED, "RUNNING", "DREAMING")),
    ("RUNNING", "", "unknown", VmStatus(DeploymentColor.RED, "RUNNING", "")),
    ("PENDING", None, "fail", VmStatus(DeploymentColor.RED, "PENDING", None)),
    ("PROVISIONING", None, "fail", VmStatus(DeploymentColor.RED, "PROVISIONING", None)),
    ("STAGING", "TERMINATED", "fail", VmStatus(DeploymentColor.RED, "STAGING", "TERMINATED")),
    ("STOPPING", None, "fail", VmStatus(DeploymentColor.RED, "STOPPING", None)),
    ("PENDING_STOP", None, "fail", VmStatus(DeploymentColor.RED, "PENDING_STOP", None)),
    ("SUSPENDING", None, "fail", VmStatus(DeploymentColor.RED, "SUSPENDING", None)),
    ("DEPROVISIONING", None, "fail", VmStatus(DeploymentColor.RED, "DEPROVISIONING", None)),
    ("REPAIRING", None, "fail", VmStatus(DeploymentColor.RED, "REPAIRING", None)),
    (
        "TERMINATED",
        None,
        "fail",
        VmStatus(DeploymentColor.RED, "TERMINATED", None),
    ),
    ("SUSPENDED", "SUSPENDED", "fail", VmStatus(DeploymentColor.RED, "SUSPENDED", "SUSPENDED")),
    ("TERMINATED", "RUNNING", "fail", VmStatus(DeploymentColor.RED, "TERMINATED", "RUNNING")),
    (None, "RUNNING", "fail", VmStatus(DeploymentColor.RED, None, "RUNNING")),
    (None, "TERMINATED", "fail", VmStatus(DeploymentColor.RED, None, "TERMINATED")),
    (None, None, "fail", VmStatus(DeploymentColor.RED, None, None)),
    ("DREAMING", None, "fail", VmStatus(DeploymentColor.RED, "DREAMING", None)),
    ("acme's machine", None, "fail", VmStatus(DeploymentColor.RED, "", None)),
    ("running", None, "fail", VmStatus(DeploymentColor.RED, "", None)),
]


@pytest.mark.parametrize(("red", "black", "state", "finding"), CASES)
def test_verdict(red: str | None, black: str | None, state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(make_context(), machines(red, black))) == (state, finding)


KIND = "n2-standard-16"
RED = "default-red-instance"


@pytest.mark.parametrize(
    ("kinds", "since", "shown", "started"),
    [
        ({RED: KIND}, {RED: NOW}, KIND, NOW),
        ({RED: KIND}, {}, KIND, None),
        ({}, {RED: NOW}, "", NOW),
        ({RED: "custom-4-8192-ext"}, {}, "custom-4-8192-ext", None),
        ({RED: "acme's type"}, {}, "", None),
        ({"default-black-instance": KIND}, {"default-black-instance": NOW}, "", None),
    ],
)
def test_the_active_ones_type_and_since_when_it_runs(
    kinds: dict[str, str], since: dict[str, datetime], shown: str, started: datetime | None
) -> None:
    verdict = CHECK.evaluate(make_context(), Machines({RED: "RUNNING"}, kinds, since))
    assert judge(verdict) == (CheckState.PASS, VmStatus(DeploymentColor.RED, "RUNNING", None, shown, started))


def test_a_machine_that_does_not_run_runs_since_no_time() -> None:
    verdict = CHECK.evaluate(make_context(), Machines({RED: "TERMINATED"}, {RED: KIND}, {RED: NOW}))
    assert verdict.finding == VmStatus(DeploymentColor.RED, "TERMINATED", None)


def test_the_colors_follow_the_active_deployment() -> None:
    assert CHECK.evaluate(make_context(BLACK), machines(black="RUNNING", red="TERMINATED")).state is CheckState.PASS
    assert CHECK.evaluate(make_context(BLACK), machines(red="RUNNING")).state is CheckState.FAIL


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


def test_it_asks_for_both_machines_in_the_instances_project_and_zone() -> None:
    places = CloudConfig("company-{slug}", "europe-west1-b")
    names = ("default-black-instance", "default-red-instance")
    assert CHECK.query(make_context(BLACK), places) == MachineQuery("company-acme", "europe-west1-b", names)


def test_the_link_leads_to_the_active_machine_in_the_console() -> None:
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/compute/instancesDetail/zones/us-central1-f"
        "/instances/default-red-instance?project=sourcegraph-managed-acme"
    )


STATUSES = st.none() | st.sampled_from(["RUNNING", *STOPPED_STATES, *TRANSITIONAL_STATES, "acme"]) | st.text()


@given(active=STATUSES, other=STATUSES, color=st.sampled_from(DeploymentColor))
def test_passes_only_when_sure_and_never_names_the_customer(
    active: str | None, other: str | None, color: DeploymentColor
) -> None:
    """Whatever Google says a status is."""
    answer = machines(active, other) if color is DeploymentColor.RED else machines(other, active)
    judgement = CHECK.evaluate(make_context(dataclasses.replace(ACME, active=color)), answer)
    assert (judgement.state is CheckState.PASS) == (
        active == "RUNNING" and (other is None or other in {"TERMINATED", "STOPPED", "SUSPENDED"})
    )
    assert "acme" not in describe(judgement.finding)
    assert "sourcegraph-managed" not in describe(judgement.finding)
    assert describe(judgement.finding).endswith(".")
    assert "\n" not in describe(judgement.finding)
