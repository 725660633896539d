"""The containers: all run and are healthy, none restarts, none runs another version (domain.md, "Health").

mibot does not enter the VM: it reads what the workflow run of the deployment published about it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.health.containers import Condition, Container, read
from bot.domain.health.model import Check, Judgement, Phase, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, ContainerReports, ContainersQuery

MOST_NAMED = 5
NOTHING = (
    "The deployment's workflow run published nothing about the containers: let the workflow create a check run whose "
    "summary is a table of container, image and status, as docker ps prints them."
)


def applies(subject: Subject, _places: Places) -> bool:
    return subject.run is not None


def query(subject: Subject, _places: Places) -> ContainersQuery:
    if subject.run is None:
        raise ValueError("no deployment, no containers: the check does not apply")
    return ContainersQuery(subject.run)


def judge(subject: Subject, answer: Answer) -> Judgement:
    """Pass only when there are containers, all are up, and the product's own images have the right version."""
    if not isinstance(answer, ContainerReports):
        return no_answer(answer)
    containers = read(report.words for report in answer.reports)
    if not containers:
        return Judgement(State.UNKNOWN, NOTHING)
    unwell = [container for container in containers if container.condition is not Condition.UP]
    strange = [container for container in containers if _runs_another(container, subject)]
    if unwell or strange:
        faults = [f"{one.name} {_how(one)}" for one in unwell] + [f"{one.name} {_what(one)}" for one in strange]
        known = any(one.condition is not Condition.UNCLEAR for one in unwell) or strange
        sentence = f"Of {_count(containers)}, {_listed(faults)}{_wanted(subject) if strange else ''}."
        return Judgement(State.FAIL if known else State.UNKNOWN, sentence)
    return _all_up(containers, subject)


def _all_up(containers: Sequence[Container], subject: Subject) -> Judgement:
    if subject.version is None:
        return Judgement(State.PASS, f"Of {_count(containers)}, all are up and none is unhealthy.")
    if all(container.product_tag is None for container in containers):
        return Judgement(
            State.UNKNOWN,
            f"Of {_count(containers)}, all are up, but none has an image of the product's own, so they do not show "
            "which version runs: let the workflow's table name the images as docker ps does.",
        )
    version = f"the product's images are tagged {subject.version}"
    return Judgement(State.PASS, f"Of {_count(containers)}, all are up, none is unhealthy, and {version}.")


def _runs_another(container: Container, subject: Subject) -> bool:
    tag = container.product_tag
    return subject.version is not None and tag is not None and tag != str(subject.version)


def _how(container: Container) -> str:
    return str(container.condition)


def _what(container: Container) -> str:
    tag = container.product_tag
    return f"runs {tag}" if tag else "runs an image without a tag"


def _wanted(subject: Subject) -> str:
    return f" (it should be {subject.version})"


def _count(containers: Sequence[Container]) -> str:
    return f"{len(containers)} container{'' if len(containers) == 1 else 's'}"


def _listed(faults: Sequence[str]) -> str:
    more = len(faults) - MOST_NAMED
    return ", ".join(faults[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def link(subject: Subject, _places: Places) -> str:
    """The run of the deployment, which publishes what it saw."""
    return subject.run_url


CHECK = Check(
    name="containers",
    title="Containers",
    query=query,
    judge=judge,
    link=link,
    phases=frozenset({Phase.AFTER, Phase.NOW}),
    applies=applies,
)
