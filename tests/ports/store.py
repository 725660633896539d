"""The whole store in memory."""

from __future__ import annotations

from dataclasses import dataclass

from tests.ports.creations import MemoryCreations
from tests.ports.cursors import MemoryCursors
from tests.ports.preparations import MemoryPreparations
from tests.ports.replies import MemoryReplies
from tests.ports.upgrades import MemoryUpgrades


@dataclass
class MemoryStore(MemoryUpgrades, MemoryPreparations, MemoryReplies, MemoryCursors, MemoryCreations):
    """What mibot remembers, until the test is over."""
