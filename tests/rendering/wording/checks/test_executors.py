"""What people read of the check `executors`."""

from __future__ import annotations

import pytest

from bot.checks.executors import ExecutorGroups
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (ExecutorGroups(1, machines=1), "1 instance group for executors can be scaled above zero, with 1 VM now."),
        (ExecutorGroups(1), "1 instance group for executors can be scaled above zero, with 0 VMs now."),
        (ExecutorGroups(2, machines=5), "2 instance groups for executors can be scaled above zero, with 5 VMs now."),
        (
            ExecutorGroups(1, 1, 1),
            "1 of 1 instance groups for executors cannot be scaled above zero: raise the autoscaler's maximum number "
            "of VMs.",
        ),
        (
            ExecutorGroups(2, 1, 2),
            "1 of 2 instance groups for executors cannot be scaled above zero: raise the autoscaler's maximum number "
            "of VMs.",
        ),
        (
            ExecutorGroups(0),
            "There is no instance group for executors: apply the executors' Terraform module, or set "
            "enable_executors to false in terraform.tfvars.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
