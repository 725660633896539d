"""Google Cloud: Compute Engine, Cloud SQL and Cloud Monitoring. Whatever fails comes back as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.queries import Answer, MachineQuery
from bot.edges.gcp.compute import ComputeInspector

__all__ = ["ComputeInspector", "google"]


def google(compute: str | None = None) -> dict[type, Callable[[Any], Answer]]:
    """Who at Google answers which question; each argument is another endpoint than Google's own."""
    machines = ComputeInspector(compute)
    return {MachineQuery: machines.ask}
