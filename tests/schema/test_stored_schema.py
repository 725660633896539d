"""What is stored changes on purpose only: a change of Python names changes nothing, and any other is seen here."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, get_args

import pytest

from bot.domain.chat.replies import ReplyItem
from bot.domain.effects import Effect
from bot.domain.flow.events import Event
from bot.domain.reasons import Reason
from bot.formats.documents import tag_of
from bot.schema import CODEC
from tests.schema.accept import accepted, current, problems
from tests.schema.changes import version

HOW = "If this was meant, run `.venv/bin/python -m tests.schema.accept`; its docstring says more."

NEVER_STORED = ("bot.domain.audit.", "bot.domain.doctor.")
"""Where reasons are found anew each time they are shown. Any other reason may get into a record."""

Change = Callable[[dict[str, Any]], object]


def test_no_stored_name_changed_without_a_new_schema_version() -> None:
    assert problems(accepted(), current()) == [], HOW


def test_what_was_accepted_is_what_there_is() -> None:
    assert current() == accepted(), HOW


def concrete(base: type) -> set[type]:
    """The dataclasses of the product below a base class that have no subclasses of their own."""
    subclasses: list[type] = base.__subclasses__()
    below = {found for cls in subclasses for found in concrete(cls)} or {base}
    return {cls for cls in below if is_dataclass(cls) and cls.__module__.startswith("bot.")}


@pytest.mark.parametrize("base", [Effect, Reason])
def test_every_class_of_a_family_has_stored_names(base: type) -> None:
    known = {record.cls for record in CODEC.records}
    unknown = [f"{cls.__module__}.{cls.__qualname__}" for cls in concrete(base) - known - {base}]
    assert [name for name in unknown if not name.startswith(NEVER_STORED)] == []


def test_so_has_every_event_and_every_item_of_a_reply() -> None:
    known = {record.tag for record in CODEC.records}
    assert {tag_of(cls) for cls in (*get_args(Event), *get_args(ReplyItem))} <= known


def without(*path: str) -> Change:
    def change(described: dict[str, Any]) -> None:
        for step in path[:-1]:
            described = described[step]
        described.pop(path[-1])

    return change


def to(value: Any, *path: str) -> Change:
    def change(described: dict[str, Any]) -> None:
        for step in path[:-1]:
            described = described[step]
        described[path[-1]] = value

    return change


ADVANCE = "upgrade.advance"
BREAKING: dict[str, tuple[Change, str]] = {
    "a field is gone": (without("records", ADVANCE, "slug"), "upgrade.advance.slug is gone"),
    "a class is gone": (without("records", ADVANCE), "upgrade.advance is gone"),
    "another type": (to("integer", "records", ADVANCE, "slug"), "upgrade.advance.slug was text and is integer"),
    "required now": (to(["force_reason"], "required", "upgrade.start"), "upgrade.start.force_reason is required"),
    "a state is gone": (
        to({"enum": ["fail", "pass"]}, "records", "health.result", "state"),
        "health.result.state was {'enum': ['fail', 'pass', 'unknown']} and is {'enum': ['fail', 'pass']}",
    ),
    "a member is gone": (to([], "families", "reason"), "reason.text is not of the family reason"),
    "no documents": (to([{"kinds": [ADVANCE], "schema": 2}], "roots"), "reply has no documents of its own"),
}
HARMLESS: dict[str, Change] = {
    "another class": lambda d: (d["records"].update(new={}), d["required"].update(new=[])),
    "another field": to("text", "records", ADVANCE, "why"),
    "another state": to({"enum": ["fail", "pass", "skip", "unknown"]}, "records", "health.result", "state"),
    "another member": lambda d: d["families"]["reason"].append("reason.new"),
    "optional now": to({"optional": "text"}, "records", ADVANCE, "slug"),
    "not required now": to([], "required", ADVANCE),
}


def changed(change: Change) -> dict[str, Any]:
    described = copy.deepcopy(current())
    change(described)
    return described


@pytest.mark.parametrize(("change", "problem"), BREAKING.values(), ids=BREAKING)
def test_a_change_that_old_documents_do_not_survive(change: Change, problem: str) -> None:
    assert problem in problems(current(), changed(change))


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_a_change_that_they_survive(change: Change) -> None:
    assert problems(current(), changed(change)) == []


def test_a_new_schema_version_may_change_everything() -> None:
    new = changed(without("records", ADVANCE))
    for root in new["roots"]:
        root["schema"] += 1
    assert problems(current(), new) == []
    assert version(new) == version(current()) + 1


def test_versions_are_not_left_out() -> None:
    new = changed(lambda d: [root.update(schema=root["schema"] + 2) for root in d["roots"]])
    assert problems(current(), new) == ["the schema version must grow by one"]
