"""What people read of the check `containers`."""

from __future__ import annotations

import pytest

from bot.checks.containers import (
    ContainersFaulty,
    ContainersMissing,
    ContainersNotReported,
    ContainersUp,
    NoProductImage,
    OtherVersion,
    ReportIncomplete,
    UnwellContainer,
)
from bot.domain.health.containers import Condition
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe

V = Version(3, 40, 1)


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            ContainersNotReported(),
            "The deployment's workflow run published no container states: have the workflow create a check "
            "run whose summary is a table of container, image and status, as docker ps prints them.",
        ),
        (
            ContainersUp(11, V),
            "Of 11 containers, all are up, none is unhealthy, and the product's images are tagged 3.40.1.",
        ),
        (ContainersUp(11), "Of 11 containers, all are up and none is unhealthy."),
        (
            NoProductImage(1),
            "Of 1 container, all are up, but none runs an image of the product, so the running version is unknown: "
            "have the workflow's table list the images as docker ps does.",
        ),
        (
            ReportIncomplete(11),
            "The 11 containers that could be read are up, but the workflow's report goes on and was cut off: have "
            "the workflow list every container in it.",
        ),
        (
            ContainersMissing(11, 3, ("gitserver-0", "pgsql")),
            "Of 11 containers, all are up, but there is none of gitserver-0, pgsql and 1 more: check whether they "
            "run, and that the workflow lists every container.",
        ),
        (
            ContainersFaulty(11, 1, (OtherVersion("worker", "3.40.0"),), V),
            "Of 11 containers, worker runs 3.40.0 (it should be 3.40.1).",
        ),
        (
            ContainersFaulty(1, 1, (OtherVersion("web", ""),), V),
            "Of 1 container, web runs an image without a tag (it should be 3.40.1).",
        ),
        (
            ContainersFaulty(
                11, 12, (UnwellContainer("worker", Condition.DOWN), OtherVersion("frontend", "3.40.0")), V
            ),
            "Of 11 containers, worker is not running, frontend runs 3.40.0 and 10 more (it should be 3.40.1).",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition.RESTARTING, "worker is restarting"),
        (Condition.DOWN, "worker is not running"),
        (Condition.UNHEALTHY, "worker is unhealthy"),
        (Condition.STARTING, "worker is still starting"),
        (Condition.PAUSED, "worker is paused"),
        (Condition.UNKNOWN, "worker is in an unknown state"),
    ],
)
def test_each_condition(condition: Condition, words: str) -> None:
    finding = ContainersFaulty(11, 1, (UnwellContainer("worker", condition),))
    assert describe(finding) == f"Of 11 containers, {words}."
