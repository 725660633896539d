"""Trackers: one for each version, opened or adopted, linked from the release issue, and kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.effects import Effect
from bot.domain.github_models import Issue
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import AskAboutRelease, EnsureTracker, NoteTrackerEdit, RefreshTracker, WatchTracker
from bot.domain.tracker.layout import TrackerTooLongError
from bot.domain.tracker.record import LAYOUT, TrackerRecord, TrackerState
from bot.domain.tracker.release_issues import DEFAULT_RULES, IssueKind, ReleaseRules
from bot.domain.upgrade.effects import Advance, AdvancePreparation
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.handlers.dispatch import handles
from bot.ports.errors import MENDABLE, NeedsPersonError, NotFoundError, PermanentError
from bot.rendering import Renderer
from bot.rendering.tracker import (
    format_tracker_title,
)
from bot.services.announcements import Announcer
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments
from bot.services.poll_throttle import PollThrottle
from bot.services.release_issues import ReleaseIssues
from bot.services.tracker_search import LABELS, TrackerSearch
from bot.services.tracker_states import kept_parts
from bot.services.tracker_texts import TrackerIssues, TrackerSources, TrackerTexts

log = structlog.get_logger(__name__)


MIN_PAUSE = 2.0
"""Seconds before the next look at a history that is behind."""


class TrackerHandler:
    """Opens, adopts, announces and updates trackers.

    `clock` gives the time in UTC. `label` is the label that marks the issues of mibot, `operators` are the teams that
    announcements mention and whose members' issues may become trackers, `rules` tell release issues, and `interval`
    is the minimum number of seconds between two edits of a tracker.
    """

    def __init__(
        self,
        issues: TrackerIssues,
        comments: OwnComments,
        creator: Creator,
        store: TrackerSources,
        fleets: FleetReader,
        clock: Callable[[], datetime],
        *,
        label: str,
        operators: Operators,
        rules: ReleaseRules = DEFAULT_RULES,
        interval: float = 10.0,
    ) -> None:
        self._issues = issues
        self._creator = creator
        self._store = store
        self._fleets = fleets
        self._label = label
        self._announcer = Announcer(comments, fleets, operators)
        self._search = TrackerSearch(issues, operators, label)
        self._release_issues = ReleaseIssues(issues, operators, rules)
        self._clock = clock
        self._interval = interval
        self._throttle = PollThrottle(clock)
        self._texts = TrackerTexts(issues, comments, store, clock)

    @property
    def _labels(self) -> list[str]:
        return [*LABELS, self._label]

    @handles
    def ensure(self, effect: EnsureTracker) -> list[Effect]:
        """Make sure that the version has its one tracker, and that the issue that requested it links it."""
        version = Version.parse(effect.version)
        if version is None:
            return []
        record, gone = self._known(version)
        issue = self._release_issues.read(effect)
        if effect.issue and issue is None:
            return []
        kind = self._release_issues.kind(issue, effect) if issue is not None else IssueKind.RELEASE
        if record is None:
            record = self._find(version, effect, issue)
            if record is None and kind is not IssueKind.RELEASE:
                return [AskAboutRelease(effect.version, effect.issue)] if kind is IssueKind.IN_DOUBT else []
            record = record or self._open(version, effect)
            self._store.save_tracker(record)
            log.info("tracker", version=effect.version, issue=record.issue, adopted=record.adopted)
            record = self._announcer.announce_again(record, gone)
            self._store.save_tracker(record)
        elif issue is not None and issue.number == record.issue and not record.adopted:
            return [WatchTracker(effect.version)]
        if issue is not None and issue.number not in record.announced:
            if issue.number != record.issue and kind is not IssueKind.RELEASE:
                return []
            self._store.save_tracker(self._announcer.announce(record, issue.number, first=not record.announced))
            self._store.mark_tracker_dirty(version)
        waiting = (u for u in self._store.upgrades(version) if u.stage is Stage.PLANNED)
        preparation = self._store.preparation(version)
        asked = preparation is not None and preparation.stage is PreparationStage.REQUESTED
        return [
            RefreshTracker(effect.version),
            *([WatchTracker(effect.version)] if issue is not None and issue.number == record.issue else []),
            *([Schedule()] if gone else []),
            *([AdvancePreparation(effect.version)] if asked else []),
            *(Advance(u.slug, effect.version) for u in waiting),
        ]

    def _known(self, version: Version) -> tuple[TrackerRecord | None, TrackerRecord | None]:
        """The version's tracker, and the one before it if people took that away."""
        record = self._store.tracker(version)
        gone = record is not None and record.state is TrackerState.GONE
        return (None, record) if gone else (record, None)

    def _find(self, version: Version, effect: EnsureTracker, issue: Issue | None) -> TrackerRecord | None:
        """The existing tracker: ours, or one that people wrote, which mibot adopts."""
        found = self._search.find(version, issue, asked=effect.asked)
        if found is None:
            return None
        here = found.issue
        if not set(self._labels) <= here.labels:
            self._issues.add_labels(here.number, self._labels)
        return TrackerRecord(
            version, here.number, here.url, effect.by, adopted=found.adopted, own_ticks_only=not found.trusted
        )

    def _open(self, version: Version, effect: EnsureTracker) -> TrackerRecord:
        def create() -> int:
            renderer = Renderer(self._fleets.current(), self._issues.bot_login)
            announced = (effect.issue,) if effect.issue else ()
            draft = TrackerRecord(version, 0, "", effect.by, announced=announced)
            body = self._texts.render_new(draft, renderer)
            return self._issues.create_issue(format_tracker_title(version), body, self._labels).number

        def find() -> int | None:
            return next((found.issue.number for found in self._search.marked(version) if not found.adopted), None)

        key = f"tracker {version}"
        number = self._creator.ensure(key, find, create).number
        try:
            issue = self._issues.issue(number)
        except NotFoundError:  # people deleted the one that the journal knows
            issue = self._issues.issue(self._creator.ensure(key, find, create, gone=number, not_shown=True).number)
        return TrackerRecord(version, issue.number, issue.url, effect.by)

    @handles
    def refresh(self, effect: RefreshTracker) -> list[Effect]:
        """Update the tracker if it is out of date. What people wrote meanwhile stays."""
        version = Version.parse(effect.version)
        record = self._store.tracker(version) if version else None
        if record is None or not record.outdated:
            return []
        wait = self._seconds_to_wait(record)
        if wait > 0:
            return [RefreshTracker(effect.version, wait)] if self._throttle.due(effect.version, wait) else []
        renderer = Renderer(self._fleets.current(), self._issues.bot_login)
        try:
            record = self._search.with_trust(record)
            record, complete = self._texts.rewrite(record, renderer)
        except NotFoundError:
            return self._recover(record)
        except MENDABLE:
            raise
        except (TrackerTooLongError, PermanentError) as error:  # people have to make room, and it goes on by itself
            raise NeedsPersonError(error.reason) from error
        if complete:
            record = replace(record, clean=record.dirty, layout=LAYOUT)
        self._store.save_tracker(record)
        return [] if complete else [RefreshTracker(effect.version, MIN_PAUSE if record.unchecked else 0.0)]

    @handles
    def note_edit(self, effect: NoteTrackerEdit) -> list[Effect]:
        """See to it that the edit overwrote nothing, and that mibot's part is still there."""
        version = Version.parse(effect.version)
        record = self._store.tracker(version) if version else None
        if record is None or effect.comment not in {0, *record.parts}:
            return []
        part = record.parts.index(effect.comment) + 1 if effect.comment else 0
        self._store.save_tracker(record.with_unchecked(part))
        self._store.mark_tracker_dirty(record.version)
        return [RefreshTracker(effect.version)]

    def _recover(self, record: TrackerRecord) -> list[Effect]:
        """Go on without the comments that people deleted; the list continues in new ones. Or the tracker is gone."""
        kept = kept_parts(self._issues, record)
        if kept == record.parts:
            return [WatchTracker(str(record.version))]
        log.info("tracker_part_gone", version=str(record.version), left=len(kept))
        self._store.save_tracker(replace(record, parts=kept, revisions=(), unchecked=()))
        return [RefreshTracker(str(record.version))]

    def _seconds_to_wait(self, record: TrackerRecord) -> float:
        """The number of seconds until the tracker may be edited again. What changes meanwhile goes into one edit."""
        if record.edited_at is None:
            return 0.0
        left = record.edited_at + timedelta(seconds=self._interval) - self._clock()
        return max(left.total_seconds(), 0.0)
