"""The VM check: the active deployment's machine is RUNNING, and only that one."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.vm import CHECK, STOPPED_STATES, TRANSITIONAL_STATES
from bot.domain.fleet.model import DeploymentColor, Instance
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase
from bot.domain.health.queries import MachineQuery, Machines, Unavailable
from tests.checks.seen import ACME, CONFIG, NOW

BLACK = dataclasses.replace(ACME, active=DeploymentColor.BLACK)


def make_context(instance: Instance = ACME) -> CheckContext:
    return CheckContext(instance, Phase.NOW, NOW)


def machines(red: str | None = None, black: str | None = None) -> Machines:
    both = {"default-red-instance": red, "default-black-instance": black}
    return Machines({name: status for name, status in both.items() if status is not None})


# red, black, the verdict, and what the sentence says; red is the active one
CASES = [
    (
        "RUNNING",
        None,
        "pass",
        "The active VM (red) is running (RUNNING) and the inactive one (black) does not exist.",
    ),
    ("RUNNING", "TERMINATED", "pass", "the inactive one (black) is stopped (TERMINATED)."),
    ("RUNNING", "STOPPED", "pass", "is stopped (STOPPED)."),
    ("RUNNING", "SUSPENDED", "pass", "is suspended (SUSPENDED)."),
    ("RUNNING", "RUNNING", "fail", "only the active one may run, so stop the other."),
    ("RUNNING", "STAGING", "fail", "the inactive one (black) is starting (STAGING): check again when that is over."),
    ("RUNNING", "STOPPING", "fail", "the inactive one (black) is stopping (STOPPING): check again"),
    ("RUNNING", "REPAIRING", "fail", "is being repaired by Google (REPAIRING): check again"),
    ("RUNNING", "DREAMING", "unknown", "is in a state that mibot does not know (DREAMING): look at it in"),
    ("RUNNING", "", "unknown", "is in a state that mibot does not know: look at it in"),
    ("PENDING", None, "fail", "The active VM (red) is waiting to start (PENDING)"),
    ("PROVISIONING", None, "fail", "The active VM (red) is starting (PROVISIONING)"),
    ("STAGING", "TERMINATED", "fail", "The active VM (red) is starting (STAGING)"),
    ("STOPPING", None, "fail", "The active VM (red) is stopping (STOPPING)"),
    ("PENDING_STOP", None, "fail", "The active VM (red) is stopping (PENDING_STOP)"),
    ("SUSPENDING", None, "fail", "The active VM (red) is being suspended (SUSPENDING)"),
    ("DEPROVISIONING", None, "fail", "The active VM (red) is being torn down (DEPROVISIONING)"),
    ("REPAIRING", None, "fail", "The active VM (red) is being repaired by Google (REPAIRING)"),
    (
        "TERMINATED",
        None,
        "fail",
        "is stopped (TERMINATED) and the inactive one (black) does not exist: start the act",
    ),
    ("SUSPENDED", "SUSPENDED", "fail", ": start the active one."),
    ("TERMINATED", "RUNNING", "fail", "start the active one and stop the other, or correct active_deployment"),
    (None, "RUNNING", "fail", "The active VM (red) does not exist and the inactive one (black) is running (RUNNING)"),
    (None, "TERMINATED", "fail", ": create the active one, or correct active_deployment in terraform.tfvars."),
    (None, None, "fail", ": create them, or correct the settings gcp.project_template and gcp.zone"),
    ("DREAMING", None, "fail", "The active VM (red) is in a state that mibot does not know (DREAMING)"),
    ("acme's machine", None, "fail", "is in a state that mibot does not know and"),
    ("running", None, "fail", "is in a state that mibot does not know and"),
]


@pytest.mark.parametrize(("red", "black", "state", "says"), CASES)
def test_verdict(red: str | None, black: str | None, state: str, says: str) -> None:
    judgement = CHECK.evaluate(make_context(), machines(red, black))
    assert judgement.state == state
    assert says in judgement.sentence


KIND = "n2-standard-16"
RED = "default-red-instance"


@pytest.mark.parametrize(
    ("kinds", "since", "says"),
    [
        ({RED: KIND}, {RED: NOW}, "is running (RUNNING, n2-standard-16, since 2026-01-05 09:00 UTC) and the inact"),
        ({RED: KIND}, {}, "is running (RUNNING, n2-standard-16) and the inactive"),
        ({}, {RED: NOW}, "is running (RUNNING, since 2026-01-05 09:00 UTC) and the inactive"),
        ({RED: "custom-4-8192-ext"}, {}, "is running (RUNNING, custom-4-8192-ext) and"),
        ({RED: "acme's type"}, {}, "is running (RUNNING) and the inactive"),
        ({"default-black-instance": KIND}, {"default-black-instance": NOW}, "is running (RUNNING) and the inactive"),
    ],
)
def test_the_active_ones_type_and_since_when_it_runs(
    kinds: dict[str, str], since: dict[str, datetime], says: str
) -> None:
    judgement = CHECK.evaluate(make_context(), Machines({RED: "RUNNING"}, kinds, since))
    assert judgement.state is CheckState.PASS
    assert says in judgement.sentence


def test_a_machine_that_does_not_run_runs_since_no_time() -> None:
    judgement = CHECK.evaluate(make_context(), Machines({RED: "TERMINATED"}, {RED: KIND}, {RED: NOW}))
    assert "is stopped (TERMINATED) and" in judgement.sentence


def test_the_colours_follow_the_active_deployment() -> None:
    assert CHECK.evaluate(make_context(BLACK), machines(black="RUNNING", red="TERMINATED")).state is CheckState.PASS
    assert CHECK.evaluate(make_context(BLACK), machines(red="RUNNING")).state is CheckState.FAIL


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(make_context(), Unavailable("Google is away: come back later."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "Google is away: come back later.")


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


@given(active=STATUSES, other=STATUSES, colour=st.sampled_from(DeploymentColor))
def test_passes_only_when_sure_and_never_names_the_customer(
    active: str | None, other: str | None, colour: DeploymentColor
) -> None:
    """Whatever Google says a status is."""
    answer = machines(active, other) if colour is DeploymentColor.RED else machines(other, active)
    judgement = CHECK.evaluate(make_context(dataclasses.replace(ACME, active=colour)), answer)
    assert (judgement.state is CheckState.PASS) == (
        active == "RUNNING" and (other is None or other in {"TERMINATED", "STOPPED", "SUSPENDED"})
    )
    assert "acme" not in judgement.sentence
    assert "sourcegraph-managed" not in judgement.sentence
    assert judgement.sentence.endswith(".")
    assert "\n" not in judgement.sentence
