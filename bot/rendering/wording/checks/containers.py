"""Words for the containers."""

from __future__ import annotations

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
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import describe

_CONDITIONS = {
    Condition.UP: "is up",
    Condition.STARTING: "is still starting",
    Condition.UNHEALTHY: "is unhealthy",
    Condition.RESTARTING: "is restarting",
    Condition.PAUSED: "is paused",
    Condition.DOWN: "is not running",
    Condition.UNKNOWN: "is in an unknown state",
}


@describe.register
def _(_reason: ContainersNotReported) -> str:
    return (
        "The deployment's workflow run published no container states: have the workflow create a check run "
        "whose summary is a table of container, image and status, as docker ps prints them."
    )


@describe.register
def _(reason: ContainersFaulty) -> str:
    more = reason.faults - len(reason.named)
    faults = ", ".join(map(_describe_fault, reason.named)) + (f" and {more} more" if more > 0 else "")
    expected = f" (it should be {reason.expected})" if reason.expected else ""
    return f"Of {count(reason.containers, 'container')}, {faults}{expected}."


@describe.register
def _(reason: NoProductImage) -> str:
    containers = count(reason.containers, "container")
    return (
        f"Of {containers}, all are up, but none runs an image of the product, so the running "
        "version is unknown: have the workflow's table list the images as docker ps does."
    )


@describe.register
def _(reason: ReportIncomplete) -> str:
    containers = count(reason.containers, "container")
    return (
        f"The {containers} that could be read are up, but the workflow's report goes on and was cut "
        "off: have the workflow list every container in it."
    )


@describe.register
def _(reason: ContainersMissing) -> str:
    more = reason.missing - len(reason.named)
    missing = ", ".join(reason.named) + (f" and {more} more" if more > 0 else "")
    containers = count(reason.containers, "container")
    return (
        f"Of {containers}, all are up, but there is none of {missing}: check whether they run, and "
        "that the workflow lists every container."
    )


@describe.register
def _(reason: ContainersUp) -> str:
    if reason.version is None:
        return f"Of {count(reason.containers, 'container')}, all are up and none is unhealthy."
    version = f"the product's images are tagged {reason.version}"
    return f"Of {count(reason.containers, 'container')}, all are up, none is unhealthy, and {version}."


def _describe_fault(fault: UnwellContainer | OtherVersion) -> str:
    if isinstance(fault, UnwellContainer):
        return f"{fault.name} {_CONDITIONS[fault.condition]}"
    return f"{fault.name} runs {fault.tag or 'an image without a tag'}"
