"""Notes what people do with trackers, and says once what it means."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.effects import Effect
from bot.domain.github_models import Issue
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import RefreshTracker, WatchTracker
from bot.domain.tracker.record import TrackerRecord, TrackerState
from bot.domain.upgrade.effects import AdvancePreparation
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles
from bot.ports.errors import PermanentError
from bot.ports.store import PreparationReader, TrackerStore, UpgradeReader
from bot.rendering.tracker import render_tracker_stopped
from bot.services.own_comments import OwnComments
from bot.services.tracker_states import TrackerStates

log = structlog.get_logger(__name__)


class _Store(TrackerStore, UpgradeReader, PreparationReader, Protocol):
    """What the handler remembers."""


class TrackerWatchHandler:
    """Follows whether trackers are open."""

    def __init__(self, states: TrackerStates, comments: OwnComments, store: _Store) -> None:
        self._states = states
        self._comments = comments
        self._store = store

    @handles
    def watch(self, effect: WatchTracker) -> list[Effect]:
        """Note the tracker's state. Where it stops something, say so once; where it is open again, go on."""
        record = self._store.tracker(parse_version(effect.version))
        if record is None:
            return []
        state, issue = self._states.look(record)
        changed = state is not record.state
        if changed:
            log.info("tracker_state", version=effect.version, issue=record.issue, state=state.value)
            record = replace(record, state=state, told=False)
            self._store.save_tracker(record)
            self._store.mark_tracker_dirty(record.version)
        if state is not TrackerState.OPEN and not record.told and self._stops_something(record):
            self._tell(record, issue)
            self._store.save_tracker(replace(record, told=True))
        if not changed:
            return []
        return [RefreshTracker(effect.version), AdvancePreparation(effect.version), Schedule()]

    def _stops_something(self, record: TrackerRecord) -> bool:
        """Whether anything waits that an open tracker would start."""
        stages = {upgrade.stage for upgrade in self._store.upgrades(record.version)}
        preparation = self._store.preparation(record.version)
        requested = preparation is not None and preparation.stage is PreparationStage.REQUESTED
        return requested or bool(stages & {Stage.WAITING, Stage.PLANNED})

    def _tell(self, record: TrackerRecord, issue: Issue | None) -> None:
        """Say it on the tracker, or on the issue that requested it if the tracker is gone."""
        since = f"{issue.closed_at or issue.updated_at:%Y%m%dT%H%M%S}" if issue is not None else "gone"
        marker = markers.tracker_stopped(record.version, record.issue, since)
        words = render_tracker_stopped(record, marker, gone=issue is None)
        places = [record.issue] if issue is not None else [one for one in record.announced if one != record.issue]
        for place in places[:1]:
            try:
                self._comments.ensure(place, marker, words)
            except PermanentError as error:  # that issue may be gone as well; the replies say it, too
                log.warning("tracker_stop_not_told", version=str(record.version), issue=place, error=str(error))
