"""The stand-ins of the ports keep the promises of the real ones."""

from __future__ import annotations

import pytest

from bot.ports import FleetSource, Issues, Store, Teams, Upstream
from tests.adapters.store_contract import StoreContract
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams, MemoryUpstream


class TestMemoryStore(StoreContract):
    """The ledger in memory passes what the ledgers in databases pass."""

    @pytest.fixture
    def ledger(self) -> Store:
        return MemoryStore()


def test_the_type_checker_knows_them_for_ports() -> None:
    standing_in: tuple[type[Issues], type[Teams], type[Upstream], type[FleetSource], type[Store]]
    standing_in = (MemoryIssues, MemoryTeams, MemoryUpstream, MemoryFleetSource, MemoryStore)
    assert len(standing_in) == 5
