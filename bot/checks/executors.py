"""The executors: their instance groups exist and can be scaled above zero (domain.md, "Health", last row)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, InstanceGroupQuery, InstanceGroups
from bot.domain.reasons import Reason
from bot.formats.documents import stored

GROUP_NAME_PART = "executor"
"""A part of the name of every instance group for executors (upstream's Terraform module names them so)."""


@stored("executors.groups", groups="groups", stuck="stuck", machines="machines")
@dataclass(frozen=True)
class ExecutorGroups(Reason):
    """The number of instance groups for executors, of those that cannot be scaled above zero, and of VMs now."""

    groups: int
    stuck: int = 0
    machines: int = 0


def applies(context: CheckContext, _config: CloudConfig) -> bool:
    """Whether the instance has executors (enable_executors in terraform.tfvars)."""
    return context.instance.executors


def query(context: CheckContext, config: CloudConfig) -> InstanceGroupQuery:
    """All of the project's managed instance groups."""
    return InstanceGroupQuery(config.project(context.instance))


def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if there is a group for executors and each can be scaled above zero."""
    if not isinstance(answer, InstanceGroups):
        return unavailable_verdict(answer)
    groups = [group for group in answer.groups if GROUP_NAME_PART in group.name]
    stuck = [group for group in groups if group.max_size is not None and group.max_size <= 0]
    finding = ExecutorGroups(len(groups), len(stuck), sum(group.target_size for group in groups))
    return Verdict(CheckState.PASS if groups and not stuck else CheckState.FAIL, finding)


def link(context: CheckContext, config: CloudConfig) -> str:
    """The instance groups in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/compute/instanceGroups/list?project={project}"


CHECK = Check(name="executors", title="Executors", query=query, evaluate=evaluate, link=link, applies=applies)
