"""The stand-ins of the ports keep the promises of the real ones."""

from __future__ import annotations

import pytest

from bot.ports.accounts import Teams
from bot.ports.files import FleetSource
from bot.ports.issues import CommentFeed, IssueComments, IssueEditor, IssueReader, Reactions, WriteSlots
from bot.ports.upstream import Upstream
from tests.adapters.store_contract import Store, StoreContract
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream


class TestMemoryStore(StoreContract):
    """The store in memory passes what the stores in databases pass."""

    @pytest.fixture
    def ledger(self) -> Store:
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
