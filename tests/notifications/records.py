"""Upgrades to notify of."""

from __future__ import annotations

from typing import Any

from bot.domain.notifications.transition import Transition
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Deployment, StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.notifications import NotificationContext, interested_channels
from bot.rendering import Renderer
from tests.samples import NOW, fleet, internal_instance, result, upgrade, version

HEAD = "c" * 40
ENDED = Deployment(NOW, confirmed=True, run_id=5, run_url="https://x", conclusion="success", ended_at=NOW)
STEP = StageTransition(Stage.MERGED, NOW, "rio")
OPEN = upgrade(head=HEAD, before=(result(),), history=(STEP,))
TRACKER = TrackerRecord(version("3.40.1"), 12, "https://github.test/12", "dana")
CONTEXT = NotificationContext(Renderer(fleet(internal_instance("rctest"))))


def merged(stage: Stage, **fields: Any) -> Upgrade:
    return upgrade(stage=stage, merged_at=NOW, history=(STEP,), **fields)


def wanted(after: Upgrade, before: Upgrade | None = None) -> tuple[str, ...]:
    """Which channels want that the upgrade came to be so."""
    return interested_channels(Transition(before, after))
