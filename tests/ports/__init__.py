"""The ports in memory: small stand-ins that do what the adapters promise, for tests of their users."""

from tests.ports.accounts import MemoryTeams
from tests.ports.creations import MemoryCreations, make_creator
from tests.ports.files import MemoryFleetSource
from tests.ports.issues import MemoryIssues
from tests.ports.store import MemoryStore
from tests.ports.upstream import MemoryUpstream

__all__ = [
    "MemoryCreations",
    "MemoryFleetSource",
    "MemoryIssues",
    "MemoryStore",
    "MemoryTeams",
    "MemoryUpstream",
    "make_creator",
]
