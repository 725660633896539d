"""The containers: all run and are healthy, none restarts, none runs another version (domain.md, "Health").

mibot does not enter the VM. It reads what the workflow run of the deployment published about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.health.containers import Condition, Container, read_report
from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckState,
    CloudConfig,
    Phase,
    Verdict,
    unavailable_verdict,
)
from bot.domain.health.queries import Answer, ContainerReports, ContainersQuery
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored

_MAX_NAMED = 5


@stored("containers.not_reported")
@dataclass(frozen=True)
class ContainersNotReported(Reason):
    """The workflow run published nothing about the containers."""


@stored("containers.unwell", name="name", condition="condition")
@dataclass(frozen=True)
class UnwellContainer:
    """A container that is not up and healthy."""

    name: str
    condition: Condition


@stored("containers.other_version", name="name", tag="tag")
@dataclass(frozen=True)
class OtherVersion:
    """A container whose image has another tag than the version that should run; `tag` is empty if there is none."""

    name: str
    tag: str


@stored("containers.faulty", containers="containers", faults="faults", named="named", expected="expected")
@dataclass(frozen=True)
class ContainersFaulty(Reason):
    """Some containers are not as they should be: the number of all faults, and the first of them.

    `expected` is the version that should run, if a container runs another one.
    """

    containers: int
    faults: int
    named: tuple[UnwellContainer | OtherVersion, ...]
    expected: Version | None = None


@stored("containers.no_product_image", containers="containers")
@dataclass(frozen=True)
class NoProductImage(Reason):
    """All containers are up, but none has an image of the product, so they do not show which version runs."""

    containers: int


@stored("containers.report_incomplete", containers="containers")
@dataclass(frozen=True)
class ReportIncomplete(Reason):
    """What the workflow run published goes on where nobody can read it: it was cut off, or is too long. `containers`
    were read, and are up."""

    containers: int


@stored("containers.missing", containers="containers", missing="missing", named="named")
@dataclass(frozen=True)
class ContainersMissing(Reason):
    """All containers that were listed are up, but some services of the golden file are not among them: the number of
    those, and the first of them."""

    containers: int
    missing: int
    named: tuple[str, ...]


@stored("containers.up", containers="containers", version="version")
@dataclass(frozen=True)
class ContainersUp(Reason):
    """All containers are up and healthy, with images of `version` if it is known which version should run."""

    containers: int
    version: Version | None = None


def applies(context: CheckContext, _config: CloudConfig) -> bool:
    return context.run is not None


def query(context: CheckContext, _config: CloudConfig) -> ContainersQuery:
    if context.run is None:
        raise ValueError("no deployment, no containers: the check does not apply")
    return ContainersQuery(context.run)


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if there are containers, all are up, and the product's own images have the right version."""
    if not isinstance(answer, ContainerReports):
        return unavailable_verdict(answer)
    report = read_report(one.text for one in answer.reports)
    containers = report.containers
    if not containers:
        return Verdict(CheckState.UNKNOWN, ContainersNotReported())
    unwell = [one for one in containers if one.condition is not Condition.UP]
    other = list(_other_versions(containers, context.version))
    if unwell or other:
        faults: list[UnwellContainer | OtherVersion] = [UnwellContainer(one.name, one.condition) for one in unwell]
        faults += other
        expected = context.version if other else None
        finding = ContainersFaulty(len(containers), len(faults), tuple(faults[:_MAX_NAMED]), expected)
        is_known = other or any(one.condition is not Condition.UNKNOWN for one in unwell)
        return Verdict(CheckState.FAIL if is_known else CheckState.UNKNOWN, finding)
    if context.version is not None and all(one.product_tag is None for one in containers):
        return Verdict(CheckState.UNKNOWN, NoProductImage(len(containers)))
    if report.incomplete:
        return Verdict(CheckState.UNKNOWN, ReportIncomplete(len(containers)))
    missing = sorted(name for name in context.services if not any(_is_of(one, name) for one in containers))
    if missing:
        return Verdict(
            CheckState.UNKNOWN, ContainersMissing(len(containers), len(missing), tuple(missing[:_MAX_NAMED]))
        )
    return Verdict(CheckState.PASS, ContainersUp(len(containers), context.version))


def _is_of(container: Container, service: str) -> bool:
    """Whether a container is of that service: it has its name, or Compose's (`project_service_1`)."""
    return re.fullmatch(rf"(?:.*[-_])?{re.escape(service)}(?:[-_]\d+)?", container.name) is not None


def _other_versions(containers: Sequence[Container], version: Version | None) -> Iterator[OtherVersion]:
    for one in containers:
        tag = one.product_tag
        if version is not None and tag is not None and tag != str(version):
            yield OtherVersion(one.name, tag)


def link(context: CheckContext, _config: CloudConfig) -> str:
    """The run of the deployment, which publishes what it saw."""
    return context.run_url


CHECK = Check(
    name="containers",
    title="Containers",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.AFTER, Phase.NOW}),
    applies=applies,
)
