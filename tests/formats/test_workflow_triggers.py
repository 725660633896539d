"""What starts a workflow, as its file says it."""

from __future__ import annotations

import pytest

from bot.formats.workflow_triggers import Triggers, WorkflowFileError, WorkflowProblem, parse_triggers
from demo.fleet.shared import WORKFLOW

HEAD = "on:\n  workflow_dispatch:\n    inputs:\n      version:"


def test_the_upgrade_workflow_requires_both_its_inputs() -> None:
    found = parse_triggers(WORKFLOW.encode())
    assert found == Triggers(frozenset({"workflow_dispatch"}), {"customer": True, "version": True})


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("on: push", {"push"}),
        ("\ufeffon: push", {"push"}),
        ("'on': [push, workflow_dispatch]", {"push", "workflow_dispatch"}),
        ("on:\n  push:\n    branches: [main]\n  workflow_dispatch:\n", {"push", "workflow_dispatch"}),
    ],
)
def test_events_are_written_in_three_ways(text: str, events: set[str]) -> None:
    assert parse_triggers(text.encode()) == Triggers(frozenset(events))


@pytest.mark.parametrize(
    ("declared", "needed"),
    [
        ("", False),
        (" {type: string}", False),
        (" {required: true}", True),
        (" {required: false}", False),
        (" {required: true, default: '3.40.1'}", False),
    ],
)
def test_an_input_is_needed_when_it_is_required_and_has_no_default(declared: str, needed: bool) -> None:
    assert parse_triggers(f"{HEAD}{declared}\n".encode()).inputs == {"version": needed}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", WorkflowProblem.NO_TRIGGERS),
        (b"on:\n", WorkflowProblem.NO_TRIGGERS),
        (b"- on: push\n", WorkflowProblem.NO_TRIGGERS),
        (b"on: [push", WorkflowProblem.INVALID_YAML),
        (b"\xff\xfe", WorkflowProblem.NOT_UTF8),
    ],
)
def test_what_is_no_workflow(content: bytes, problem: WorkflowProblem) -> None:
    with pytest.raises(WorkflowFileError) as raised:
        parse_triggers(content)
    assert raised.value.problem is problem
    assert (raised.value.cause is not None) is (problem is WorkflowProblem.INVALID_YAML)
