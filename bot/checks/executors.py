"""The executors: their instance groups exist and can be scaled above zero (domain.md, "Health", last row)."""

from __future__ import annotations

from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, InstanceGroupQuery, InstanceGroups

GROUP_NAME_PART = "executor"
"""What the name of every group for executors has in it (upstream's Terraform module names them so)."""


def applies(subject: CheckContext, _places: CloudConfig) -> bool:
    """Whether the instance has executors (enable_executors in terraform.tfvars)."""
    return subject.instance.executors


def query(subject: CheckContext, places: CloudConfig) -> InstanceGroupQuery:
    """All of the project's managed instance groups."""
    return InstanceGroupQuery(places.project(subject.instance))


def evaluate(_subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when there is a group for executors and each can be scaled above zero."""
    if not isinstance(answer, InstanceGroups):
        return unavailable_verdict(answer)
    groups = [group for group in answer.groups if GROUP_NAME_PART in group.name]
    if not groups:
        return Verdict(
            CheckState.FAIL,
            "There is no instance group for executors: apply the executors' Terraform module, or set "
            "enable_executors to false in terraform.tfvars.",
        )
    stuck = [group for group in groups if group.max_size is not None and group.max_size <= 0]
    if stuck:
        return Verdict(
            CheckState.FAIL,
            f"{len(stuck)} of {len(groups)} instance groups for executors cannot be scaled above zero: raise the "
            "most VMs that the autoscaler allows.",
        )
    number = "1 instance group" if len(groups) == 1 else f"{len(groups)} instance groups"
    now = sum(group.target_size for group in groups)
    return Verdict(
        CheckState.PASS,
        f"{number} for executors can be scaled above zero, with {now} VM{'' if now == 1 else 's'} now.",
    )


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The instance groups in the Google Cloud console. It names the project."""
    project = quote(places.project(subject.instance), safe="")
    return f"https://console.cloud.google.com/compute/instanceGroups/list?project={project}"


CHECK = Check(name="executors", title="Executors", query=query, evaluate=evaluate, link=link, applies=applies)
