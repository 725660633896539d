"""Words for the executors."""

from __future__ import annotations

from bot.checks.executors import ExecutorGroups
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: ExecutorGroups) -> str:
    if not reason.groups:
        return (
            "There is no instance group for executors: apply the executors' Terraform module, or set "
            "enable_executors to false in terraform.tfvars."
        )
    if reason.stuck:
        return (
            f"{reason.stuck} of {reason.groups} instance groups for executors cannot be scaled above zero: raise the "
            "autoscaler's maximum number of VMs."
        )
    groups = "1 instance group" if reason.groups == 1 else f"{reason.groups} instance groups"
    machines = count(reason.machines, "VM")
    return f"{groups} for executors can be scaled above zero, with {machines} now."
