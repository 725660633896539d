"""The containers: all run and are healthy, none restarts, none runs another version (domain.md, "Health").

mibot does not enter the VM: it reads what the workflow run of the deployment published about it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.health.containers import Condition, Container, parse_containers
from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Phase, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, ContainerReports, ContainersQuery

MAX_NAMED = 5
NO_REPORTS = (
    "The deployment's workflow run published nothing about the containers: let the workflow create a check run whose "
    "summary is a table of container, image and status, as docker ps prints them."
)


def applies(subject: CheckContext, _places: CloudConfig) -> bool:
    return subject.run is not None


def query(subject: CheckContext, _places: CloudConfig) -> ContainersQuery:
    if subject.run is None:
        raise ValueError("no deployment, no containers: the check does not apply")
    return ContainersQuery(subject.run)


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when there are containers, all are up, and the product's own images have the right version."""
    if not isinstance(answer, ContainerReports):
        return unavailable_verdict(answer)
    containers = parse_containers(report.text for report in answer.reports)
    if not containers:
        return Verdict(CheckState.UNKNOWN, NO_REPORTS)
    unwell = [container for container in containers if container.condition is not Condition.UP]
    strange = [container for container in containers if _runs_other_version(container, subject)]
    if unwell or strange:
        faults = [f"{one.name} {_describe_condition(one)}" for one in unwell] + [
            f"{one.name} {_describe_tag(one)}" for one in strange
        ]
        known = any(one.condition is not Condition.UNKNOWN for one in unwell) or strange
        sentence = f"Of {_count(containers)}, {_listed(faults)}{_describe_expected(subject) if strange else ''}."
        return Verdict(CheckState.FAIL if known else CheckState.UNKNOWN, sentence)
    return _evaluate_version(containers, subject)


def _evaluate_version(containers: Sequence[Container], subject: CheckContext) -> Verdict:
    if subject.version is None:
        return Verdict(CheckState.PASS, f"Of {_count(containers)}, all are up and none is unhealthy.")
    if all(container.product_tag is None for container in containers):
        return Verdict(
            CheckState.UNKNOWN,
            f"Of {_count(containers)}, all are up, but none has an image of the product's own, so they do not show "
            "which version runs: let the workflow's table name the images as docker ps does.",
        )
    version = f"the product's images are tagged {subject.version}"
    return Verdict(CheckState.PASS, f"Of {_count(containers)}, all are up, none is unhealthy, and {version}.")


def _runs_other_version(container: Container, subject: CheckContext) -> bool:
    tag = container.product_tag
    return subject.version is not None and tag is not None and tag != str(subject.version)


def _describe_condition(container: Container) -> str:
    return str(container.condition)


def _describe_tag(container: Container) -> str:
    tag = container.product_tag
    return f"runs {tag}" if tag else "runs an image without a tag"


def _describe_expected(subject: CheckContext) -> str:
    return f" (it should be {subject.version})"


def _count(containers: Sequence[Container]) -> str:
    return f"{len(containers)} container{'' if len(containers) == 1 else 's'}"


def _listed(faults: Sequence[str]) -> str:
    more = len(faults) - MAX_NAMED
    return ", ".join(faults[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def link(subject: CheckContext, _places: CloudConfig) -> str:
    """The run of the deployment, which publishes what it saw."""
    return subject.run_url


CHECK = Check(
    name="containers",
    title="Containers",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.AFTER, Phase.NOW}),
    applies=applies,
)
