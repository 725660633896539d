"""The stand-ins of the ports keep the promises of the real ones."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any, Protocol

import pytest

import bot.ports
from bot.ports.accounts import Teams
from bot.ports.files import FleetSource
from bot.ports.issues import CommentFeed, IssueComments, IssueEditor, IssueReader, Reactions, WriteSlots
from bot.ports.upstream import Upstream
from tests.adapters.store_contract import Store, StoreContract
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream


class TestMemoryStore(StoreContract):
    """The store in memory passes what the stores in databases pass."""

    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


def test_the_type_checker_accepts_the_stand_ins_as_ports() -> None:
    issues: tuple[
        type[IssueReader],
        type[IssueEditor],
        type[IssueComments],
        type[CommentFeed],
        type[Reactions],
        type[WriteSlots],
    ] = (MemoryIssues, MemoryIssues, MemoryIssues, MemoryIssues, MemoryIssues, MemoryIssues)
    others: tuple[type[Teams], type[Upstream], type[FleetSource], type[Store]]
    others = (MemoryTeams, MemoryUpstream, MemoryFleetSource, MemoryStore)
    assert len(issues) + len(others) == 10


MAX_CALLS = 8


def protocols() -> dict[str, Any]:
    """Every protocol of the ports by its name."""
    found = {}
    for module in pkgutil.iter_modules(bot.ports.__path__, "bot.ports."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(value) and value.__module__ == module.name and Protocol in value.__mro__:
                found[name] = value
    return found


@pytest.mark.parametrize("name", sorted(protocols()))
def test_a_port_is_the_few_calls_that_one_kind_of_user_needs(name: str) -> None:
    calls = [member for member, _ in inspect.getmembers(protocols()[name]) if not member.startswith("_")]
    assert 1 <= len(calls) <= MAX_CALLS
