"""What an upgrade changes in the deployment repository, and which upgrades are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.demo.fleet import make_fleet
from bot.domain.changeset import ChangeSet, Refusal, plan_upgrade
from bot.domain.events import UpgradeTouched, upgrade_of
from bot.domain.model import Channel, Colour, FileChange, Instance
from tests.samples import customer, files, fleet, internal, read, version

FLEET = fleet(internal("rctest"), internal("demo", active=Colour.BLACK), customer())


def planned(instance: Instance, target: str, released: str = "") -> ChangeSet:
    plan = plan_upgrade(instance, version(target), FLEET, [version(text) for text in released.split()])
    assert isinstance(plan, ChangeSet), plan
    return plan


def refused(instance: Instance, target: str, released: str = "") -> str:
    plan = plan_upgrade(instance, version(target), FLEET, [version(text) for text in released.split()])
    assert isinstance(plan, Refusal), plan
    return plan.sentence


def test_an_upgrade_moves_the_active_deployments_link_and_nothing_else() -> None:
    plan = planned(internal("demo", active=Colour.BLACK), "3.40.1")
    path = "demo/black/docker-compose/docker-compose.yaml"
    assert plan.changes == (FileChange(path, "120000", "../../../golden/docker-compose.3.40.1.yaml"),)
    assert plan.paths == {path}


def test_its_branch_and_title_are_those_of_the_process() -> None:
    plan = planned(internal(), "3.40.1")
    assert plan.branch == "rctest/upgrade-v3.40.1"
    assert plan.title == "rctest: upgrade to v3.40.1"
    assert upgrade_of(plan.branch) == UpgradeTouched("rctest", "3.40.1")


def test_the_instance_that_was_changed_is_read_on_the_new_version() -> None:
    made = files(make_fleet(20))
    before = read(made)
    for instance in before:
        plan = plan_upgrade(replace(instance, skip="", channel=Channel.STABLE), version("3.40.1"), before)
        assert isinstance(plan, ChangeSet)
        for change in plan.changes:
            made[change.path] = (change.mode, (change.content or "").encode())
    after = read(made)
    assert {instance.version for instance in after} == {version("3.40.1")}
    assert after.instances == tuple(replace(instance, version=version("3.40.1")) for instance in before)


@pytest.mark.parametrize(
    ("facts", "target", "why"),
    [
        (
            {"skip": "shared by engineering"},
            "3.40.1",
            "left out of release upgrades: shared by engineering. To take it in, take upgrade.skip out of its config",
        ),
        (
            {"channel": Channel.PAUSE},
            "3.40.1",
            "release channel is pause. To take it in, set releaseChannel to stable in its config.yaml.",
        ),
        (
            {"channel": Channel.INSIDERS},
            "3.40.1",
            "release channel is insiders. To take it in, set releaseChannel to stable",
        ),
        ({}, "3.40.0", "it already runs 3.40.0."),
        ({"version": version("3.40.1")}, "3.40.0", "downgrade"),
        ({"version": version("3.39.1")}, "3.41.0", "Next step: 3.40.1."),
        ({}, "3.41.0-rc.1", "release candidates go to rctest only"),
        ({}, "3.40.9", "golden/docker-compose.3.40.9.yaml is not in the deployment repository yet; land it first"),
    ],
)
def test_policy_refuses_with_the_reason_and_what_to_do(facts: dict[str, object], target: str, why: str) -> None:
    assert why in refused(internal("demo", **facts), target)


def test_release_candidates_go_to_rctest() -> None:
    golden = fleet(internal(), golden=("3.40.0", "3.41.0-rc.1"))
    assert isinstance(plan_upgrade(internal(), version("3.41.0-rc.1"), golden), ChangeSet)


def test_the_last_minor_of_a_major_leads_to_the_next_major() -> None:
    at_the_end = internal(version=version("3.43.2"))
    golden = fleet(at_the_end, golden=("3.43.2", "4.0.0"))
    assert isinstance(plan_upgrade(at_the_end, version("4.0.0"), golden, [version("3.43.2")]), ChangeSet)
    plan = plan_upgrade(at_the_end, version("4.0.0"), golden, [version("3.44.0")])
    assert isinstance(plan, Refusal)
    assert "Next step: 3.44.0." in plan.sentence


def test_what_upstream_released_tells_the_next_step() -> None:
    assert "Next step: 3.40.5." in refused(internal(version=version("3.39.0")), "3.41.0", released="3.40.5")
