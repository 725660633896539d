"""The stand-ins of the ports keep the promises of the real ones."""

from __future__ import annotations

import pytest

from bot.ports import FleetSource, Issues, Ledger, Teams, Upstream
from tests.adapters.store_contract import LedgerContract
from tests.ports import MemoryIssues, MemoryLedger, MemorySource, MemoryTeams, MemoryUpstream


class TestMemoryLedger(LedgerContract):
    """The ledger in memory passes what the ledgers in databases pass."""

    @pytest.fixture
    def ledger(self) -> Ledger:
        return MemoryLedger()


def test_the_type_checker_knows_them_for_ports() -> None:
    standing_in: tuple[type[Issues], type[Teams], type[Upstream], type[FleetSource], type[Ledger]]
    standing_in = (MemoryIssues, MemoryTeams, MemoryUpstream, MemorySource, MemoryLedger)
    assert len(standing_in) == 5
