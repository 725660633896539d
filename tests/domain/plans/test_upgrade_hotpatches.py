"""Hotpatches that an upgrade removes, and what stays in the override files."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import DeploymentColor
from bot.domain.plans.reasons.changes import FileRemoved, HotpatchRemoved
from demo.fleet import Hotpatch, SampleInstance, make_fleet
from tests.domain.plans.repositories import (
    CASES,
    DIGEST,
    LINK,
    OVERRIDE,
    REGISTRY,
    SLUG,
    compose_text,
    instance_in,
    planned_upgrade,
    render_diff,
    repository,
    text_after,
)
from tests.domain.plans.upgrades import FOLDER, GOLDEN, HOTPATCH, MOVED
from tests.domain.upgrade.deployments import golden, plain
from tests.samples import files


def specimen(hotpatch: Hotpatch) -> tuple[SampleInstance, dict[str, tuple[str, bytes]]]:
    """The first instance of a fleet with such a hotpatch, and the fleet's files."""
    fleet = make_fleet(20)
    return next(one for one in fleet.instances if one.hotpatch is hotpatch), files(fleet)


def with_hotpatch(override: str, service: str = "searcher") -> tuple[str | None, list[object]]:
    """What is left of an override file, and the reasons besides the moved link."""
    before = repository(override)
    plan = planned_upgrade(before)
    assert plan.reasons[0] == MOVED
    return text_after(before, plan), list(plan.reasons[1:])


@pytest.mark.parametrize(
    ("name", "hotpatch"),
    [
        ("upgrade-hotpatch-among-overrides", Hotpatch.AMONG_OVERRIDES),
        ("upgrade-hotpatch-alone", Hotpatch.ALONE),
        ("upgrade-hotpatch-folder", Hotpatch.FOLDER),
    ],
)
def test_each_kind_of_hotpatch_goes_with_these_lines(name: str, hotpatch: Hotpatch) -> None:
    one, before = specimen(hotpatch)
    plan = planned_upgrade(before, "3.41.0", instance=instance_in(before, one.slug))
    assert render_diff(before, plan) == (CASES / name / "expected.diff").read_text()


@pytest.mark.parametrize(
    ("override", "left"),
    [
        # beside other settings
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8\n",
            "services:\n  searcher:\n    cpus: 8\n",
        ),
        (
            "services:\n  searcher:\n    cpus: 8\n    image: sourcegraph/searcher:x\n",
            "services:\n  searcher:\n    cpus: 8\n",
        ),
        # alone in its service, beside other services
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n  gitserver:\n    cpus: 8\n",
            "services:\n  gitserver:\n    cpus: 8\n",
        ),
        (
            "services:\n  gitserver:\n    cpus: 8\n  searcher:\n    image: sourcegraph/searcher:x\nx-more: 1\n",
            "services:\n  gitserver:\n    cpus: 8\nx-more: 1\n",
        ),
        # alone in its file, but for what belongs to nobody's service
        ("services:\n  searcher:\n    image: sourcegraph/searcher:x\nvolumes:\n  d:\n", "volumes:\n  d:\n"),
        # flow mappings
        (
            "services:\n  searcher: {image: 'sourcegraph/searcher:x', cpus: 8} # both\n",
            "services:\n  searcher: {cpus: 8} # both\n",
        ),
        (
            "services:\n  searcher: {cpus: 8, image: 'sourcegraph/searcher:x'}\n",
            "services:\n  searcher: {cpus: 8}\n",
        ),
        (
            "services: {searcher: {image: 'sourcegraph/searcher:x'}, gitserver: {cpus: 8}}\n",
            "services: {gitserver: {cpus: 8}}\n",
        ),
        # comments above, inside and behind
        (
            "# top\nservices:\n  # above\n  searcher: # its own\n    # inside\n"
            "    image: sourcegraph/searcher:x # behind\n    # between\n    cpus: 8 # many\n  # at the end\n",
            "# top\nservices:\n  # above\n  searcher: # its own\n    # inside\n"
            "    # between\n    cpus: 8 # many\n  # at the end\n",
        ),
        # line ends, a byte order mark, no line end at all
        (
            "services:\r\n  searcher:\r\n    image: sourcegraph/searcher:x\r\n    cpus: 8\r\n",
            "services:\r\n  searcher:\r\n    cpus: 8\r\n",
        ),
        (
            "\ufeffservices:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8\n",
            "\ufeffservices:\n  searcher:\n    cpus: 8\n",
        ),
        (
            "services:\n  searcher:\n    image: sourcegraph/searcher:x\n    cpus: 8",
            "services:\n  searcher:\n    cpus: 8",
        ),
        # quoting, blank lines and odd indentation of what stays
        (
            "services:\n\n    searcher:\n        image: >-\n            sourcegraph/searcher:x\n\n"
            '        mem_limit:   "8g"\n',
            'services:\n\n    searcher:\n\n        mem_limit:   "8g"\n',
        ),
        (
            "'services':\n  \"searcher\":\n    'image': sourcegraph/searcher:x\n    cpus: '8'\n",
            "'services':\n  \"searcher\":\n    cpus: '8'\n",
        ),
        # anchors: what only others say stays
        (
            "x-big: &big\n  cpus: 8\nservices:\n  searcher:\n    <<: *big\n    image: sourcegraph/searcher:x\n",
            "x-big: &big\n  cpus: 8\nservices:\n  searcher:\n    <<: *big\n",
        ),
        (
            "x-image: &image sourcegraph/searcher:x\nservices:\n  searcher:\n    image: *image\n    cpus: 8\n",
            "x-image: &image sourcegraph/searcher:x\nservices:\n  searcher:\n    cpus: 8\n",
        ),
    ],
)  # fmt: skip
def test_a_hotpatched_image_goes_and_the_rest_stays_as_people_wrote_it(override: str, left: str) -> None:
    text, reasons = with_hotpatch(override)
    assert text == left
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", "sourcegraph/searcher:x")]


@pytest.mark.parametrize(
    "override",
    [
        HOTPATCH,
        f"# until the next release\nversion: '2.4'\n{HOTPATCH}",
        "services: {searcher: {image: 'sourcegraph/searcher:x'}}",
        "services:\n  searcher:\n    image: sourcegraph/searcher:x\n  frontend:\n    image: sourcegraph/frontend:x\n",
    ],
)
def test_a_file_in_which_nothing_is_left_goes(override: str) -> None:
    text, reasons = with_hotpatch(override)
    assert text is None
    assert reasons[-1] == FileRemoved(OVERRIDE)


def test_an_image_that_is_inherited_from_an_anchor_goes_too() -> None:
    override = "x-slow: &slow\n  image: sourcegraph/searcher:x\n  cpus: 8\nservices:\n  searcher:\n    <<: *slow\n"
    text, reasons = with_hotpatch(override)
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", "sourcegraph/searcher:x")]
    assert text is not None
    assert text.startswith("x-slow: &slow\n  image: sourcegraph/searcher:x\n  cpus: 8\nservices:\n  searcher:\n")
    assert "    cpus: 8\n" in text.partition("services:")[2]
    assert "image" not in text.partition("services:")[2]


def test_an_anchored_service_takes_nothing_from_a_third_partys() -> None:
    override = "services:\n  searcher: &s\n    image: sourcegraph/searcher:x\n    cpus: 8\n  jaeger: *s\n"
    text, _ = with_hotpatch(override)
    assert text == (
        "services:\n  searcher: &s\n    cpus: 8\n  jaeger:\n    image: sourcegraph/searcher:x\n    cpus: 8\n"
    )


@pytest.mark.parametrize(
    "image",
    [
        "sourcegraph/searcher:3.40.0-hotpatch.1",
        f"index.docker.io/sourcegraph/searcher@{DIGEST}",
        "us.gcr.io/sourcegraph-dev/searcher:129393_2022-02-24",
        "registry.example.com:5000/mirror/searcher",
        "searcher-with-a-fix",
        "${REGISTRY}/searcher:${TAG}",
    ],
)
def test_a_publishers_service_is_one_by_its_golden_file_wherever_the_hotpatch_comes_from(image: str) -> None:
    text, reasons = with_hotpatch(f"services:\n  searcher:\n    image: '{image}'\n    cpus: 8\n")
    assert text == "services:\n  searcher:\n    cpus: 8\n"
    assert reasons == [HotpatchRemoved(OVERRIDE, "searcher", image)]


@pytest.mark.parametrize("image", ["jaegertracing/all-in-one:1.20", "sourcegraph/jaeger:3.40.0"])
def test_a_third_partys_service_keeps_its_image(image: str) -> None:
    before = repository(f"services:\n  jaeger:\n    image: {image}\n")
    plan = planned_upgrade(before)
    assert plan.paths == {LINK}
    assert plan.warnings == ()


def test_a_service_that_was_the_publishers_until_now_loses_its_hotpatch_too() -> None:
    before = repository(HOTPATCH, {GOLDEN: plain(compose_text("3.40.1", "frontend", "gitserver"))})
    plan = planned_upgrade(before)
    assert HotpatchRemoved(OVERRIDE, "searcher", f"{REGISTRY}/searcher:3.40.0-hotpatch.1@{DIGEST}") in plan.reasons
    assert text_after(before, plan) is None


def test_hotpatches_go_from_every_file_of_the_overrides_folder() -> None:
    others = {
        f"{FOLDER}/a.yaml": plain("services:\n  frontend:\n    image: sourcegraph/frontend:x\n    cpus: 1\n"),
        f"{FOLDER}/b.yml": plain(HOTPATCH),
        f"{FOLDER}/c.yaml": plain("services:\n  gitserver:\n    cpus: 8\n"),
        f"{FOLDER}/notes.md": plain("image: sourcegraph/frontend:x\n"),
        f"{FOLDER}/old/d.yaml": plain(HOTPATCH),
    }
    before = repository(HOTPATCH, others)
    plan = planned_upgrade(before)
    assert plan.paths == {LINK, OVERRIDE, f"{FOLDER}/a.yaml", f"{FOLDER}/b.yml"}
    assert text_after(before, plan, f"{FOLDER}/a.yaml") == "services:\n  frontend:\n    cpus: 1\n"
    assert {reason.path for reason in plan.reasons if isinstance(reason, FileRemoved)} == {
        OVERRIDE,
        f"{FOLDER}/b.yml",
    }


def test_overrides_of_the_inactive_deployment_stay() -> None:
    other = f"{SLUG}/black/docker-compose/docker-compose.override.yaml"
    assert planned_upgrade(repository(HOTPATCH, {other: plain(HOTPATCH)})).paths == {LINK, OVERRIDE}


def test_the_deployment_that_is_active_decides_which_override_counts() -> None:
    black = f"{SLUG}/black/docker-compose/docker-compose"
    changed = {
        f"{SLUG}/terraform.tfvars": plain('active_deployment = "black"\n'),
        f"{black}.yaml": golden("3.40.0"),
        f"{black}.override.yaml": plain(HOTPATCH),
    }
    before = repository(HOTPATCH, changed)
    assert instance_in(before).active is DeploymentColor.BLACK
    assert planned_upgrade(before).paths == {f"{black}.yaml", f"{black}.override.yaml"}


def test_an_override_keeps_its_mode() -> None:
    before = repository(changed={OVERRIDE: ("100755", f"{HOTPATCH}    cpus: 8\n".encode())})
    assert {change.mode for change in planned_upgrade(before).changes if change.path == OVERRIDE} == {"100755"}
