"""What starts a workflow of GitHub Actions, according to its file.

The keys are those of https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.formats.yaml.parse import YamlDocumentError, parse_value
from bot.formats.yaml.value import Map, Scalar, Sequence, Value, is_null

DISPATCH = "workflow_dispatch"


@dataclass(frozen=True)
class Triggers:
    """The events that start a workflow, and the inputs of its dispatch: by name, whether an input must be given."""

    events: frozenset[str]
    inputs: Mapping[str, bool] = field(default_factory=dict)


def parse_triggers(content: bytes) -> Triggers:
    """The triggers of a workflow file. Raises YamlDocumentError, whose message continues a sentence after the file's
    name."""
    try:
        document = parse_value(content.decode())
    except UnicodeDecodeError:
        raise YamlDocumentError("is not UTF-8 text") from None
    on = document.get("on") if isinstance(document, Map) else None
    match on:
        case Scalar() if not is_null(on):
            return Triggers(frozenset({on.text}))
        case Sequence():
            return Triggers(frozenset(item.text for item in on if isinstance(item, Scalar)))
        case Map():
            return Triggers(frozenset(on.entries), _inputs(on.get(DISPATCH)))
    raise YamlDocumentError("has no `on`")


def _inputs(dispatch: Value | None) -> dict[str, bool]:
    declared = dispatch.get("inputs") if isinstance(dispatch, Map) else None
    return {name: _is_required(one) for name, one in declared.entries.items()} if isinstance(declared, Map) else {}


def _is_required(declared: Value) -> bool:
    """Whether GitHub refuses to start the workflow without it."""
    if not isinstance(declared, Map) or not is_null(declared.get("default") or Scalar("")):
        return False
    required = declared.get("required")
    return isinstance(required, Scalar) and required.text.lower() == "true"
