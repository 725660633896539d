"""What starts a workflow of GitHub Actions, according to its file.

The keys are those of https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.formats.yaml import Map, Scalar, Sequence, Value, YamlError, is_null, parse

DISPATCH = "workflow_dispatch"


class WorkflowProblem(StrEnum):
    """What is wrong with a workflow file."""

    NOT_UTF8 = "not_utf8"
    INVALID_YAML = "invalid_yaml"
    NO_TRIGGERS = "no_triggers"


class WorkflowFileError(ValueError):
    """A workflow file that cannot be read. `cause` is the error of the YAML text, if that is what is wrong."""

    def __init__(self, problem: WorkflowProblem, cause: YamlError | None = None) -> None:
        super().__init__(f"{problem.value}: {cause}" if cause else problem.value)
        self.problem = problem
        self.cause = cause


@dataclass(frozen=True)
class Triggers:
    """The events that start a workflow, and the inputs of its dispatch: by name, whether an input must be given."""

    events: frozenset[str]
    inputs: Mapping[str, bool] = field(default_factory=dict)


def parse_triggers(content: bytes) -> Triggers:
    """The triggers of a workflow file. Raises WorkflowFileError."""
    try:
        document = parse(content.decode())
    except UnicodeDecodeError:
        raise WorkflowFileError(WorkflowProblem.NOT_UTF8) from None
    except YamlError as error:
        raise WorkflowFileError(WorkflowProblem.INVALID_YAML, error) from None
    on = document.get("on") if isinstance(document, Map) else None
    match on:
        case Scalar() if not is_null(on):
            return Triggers(frozenset({on.text}))
        case Sequence():
            return Triggers(frozenset(item.text for item in on if isinstance(item, Scalar)))
        case Map():
            return Triggers(frozenset(on.entries), _inputs(on.get(DISPATCH)))
    raise WorkflowFileError(WorkflowProblem.NO_TRIGGERS)


def _inputs(dispatch: Value | None) -> dict[str, bool]:
    declared = dispatch.get("inputs") if isinstance(dispatch, Map) else None
    return {name: _is_required(one) for name, one in declared.entries.items()} if isinstance(declared, Map) else {}


def _is_required(declared: Value) -> bool:
    """Whether GitHub refuses to start the workflow without it."""
    if not isinstance(declared, Map) or not is_null(declared.get("default") or Scalar("")):
        return False
    required = declared.get("required")
    return isinstance(required, Scalar) and required.text.lower() == "true"
