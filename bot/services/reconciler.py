"""The sweep finds what is missing by the state on GitHub and in the store, so that lost webhooks do no harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.chat.effects import RefreshReply
from bot.domain.effects import Effect
from bot.domain.flow.sweeps import Found, NotStarted, Sweep, SweepPart
from bot.domain.github_models import Issue
from bot.domain.reasons import format_for_log
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.tracker.record import TrackerState
from bot.domain.tracker.release_issues import DEFAULT_RULES, IssueKind, ReleaseRules, classify, release_question
from bot.domain.upgrade.effects import Advance, AdvancePreparation, Publish
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import Stage
from bot.domain.version_titles import version_in_title
from bot.domain.versions import Version
from bot.ports.accounts import BotAccount
from bot.ports.errors import ExternalError, TransientError
from bot.ports.store import (
    CursorStore,
    Outbox,
    PreparationReader,
    ReplyReader,
    TrackerReader,
    UpgradeReader,
)
from bot.services.missed_comments import CommentSource, MissedComments

log = structlog.get_logger(__name__)

OVERLAP = {SweepPart.COMMENTS: timedelta(minutes=10), SweepPart.ISSUES: timedelta(days=1)}
"""How far a sweep looks back beyond the last one, because clocks differ and lists lag. Seeing a comment again costs
nothing."""
COMPLETE = "complete"
"""The cursor of the last sweep that could look at everything."""
INSTALLED = "installed"
"""The cursor of the moment at which mibot was first started."""


class _Issues(CommentSource, BotAccount, Protocol):
    """Where the reconciler looks on GitHub."""


class _Store(TrackerReader, ReplyReader, UpgradeReader, PreparationReader, Outbox, CursorStore, Protocol):
    """What the reconciler compares with GitHub."""


class Reconciler:
    """Finds work. `label` marks the issues that mibot reads; `clock` gives the time in UTC; `rules` tell release
    issues."""

    def __init__(
        self,
        issues: _Issues,
        store: _Store,
        label: str,
        clock: Callable[[], datetime],
        rules: ReleaseRules = DEFAULT_RULES,
    ) -> None:
        self._issues = issues
        self._store = store
        self._label = label
        self._clock = clock
        self._comments = MissedComments(issues, store, label)
        self._rules = rules

    def record_install(self) -> None:
        """Note when mibot was first started. It ignores what people wrote before."""
        if self._store.cursor(INSTALLED) is None:
            self._store.set_cursor(INSTALLED, self._clock())

    def sweep(self) -> Sweep:
        """Everything that there is to do now. If one part fails, the others still look."""
        began = self._clock()
        effects: list[Effect] = []
        cursors: dict[SweepPart, datetime] = {}
        failed = set()
        for part, look in self._parts().items():
            found = self._look(part, look)
            effects += found.effects if found else ()
            if found is None or found.problem is not None:
                failed.add(part)
            if found is not None and part in OVERLAP:
                cursors[part] = began if found.oldest is None else min(began, found.oldest)
        return Sweep(tuple(dict.fromkeys(effects)), began, cursors, frozenset(failed))

    def _parts(self) -> Mapping[SweepPart, Callable[[], Found]]:
        return {
            SweepPart.COMMENTS: lambda: self._comments.find(self._since(SweepPart.COMMENTS)),
            SweepPart.ISSUES: self._missed_issues,
            SweepPart.UPGRADES: self._unfinished_upgrades,
            SweepPart.PREPARATIONS: self._unfinished_preparations,
            SweepPart.SCHEDULE: self._waiting_upgrades,
            SweepPart.NOTIFICATIONS: self._unpublished,
            SweepPart.REPLIES: lambda: Found(tuple(RefreshReply(one) for one in self._store.unwritten_replies())),
            SweepPart.TRACKERS: self._outdated_trackers,
        }

    def _look(self, part: SweepPart, look: Callable[[], Found]) -> Found | None:
        """What a part found, or None if it failed."""
        try:
            found = look()
        except ExternalError as error:
            log.warning("sweep_incomplete", part=part.value, error=str(error))
            return None
        except Exception:  # a bug in one part must not keep the others from looking
            log.exception("sweep_part_broke", part=part.value)
            return None
        if found.problem is not None:
            log.warning("sweep_incomplete", part=part.value, error=format_for_log(found.problem))
        return found

    def save_cursors(self, sweep: Sweep) -> None:
        """Note how far the sweep looked: never beyond what is not done. Call it when everything that it found is
        durable."""
        for part, moment in sweep.cursors.items():
            self._store.set_cursor(part.value, moment)
        if not sweep.failed:
            self._store.set_cursor(COMPLETE, sweep.began)

    def _since(self, part: SweepPart) -> datetime:
        """The time to look from: a little before the last sweep, but never before mibot was first started."""
        installed = self._store.cursor(INSTALLED)
        if installed is None:
            raise TransientError(NotStarted())
        last = self._store.cursor(part.value)
        return max(installed, last - OVERLAP[part]) if last else installed

    def _missed_issues(self) -> Found:
        effects: list[Effect] = []
        changed = []
        for issue in self._issues.list_issues([self._label], state="open", since=self._since(SweepPart.ISSUES)):
            version = version_in_title(issue.title)
            if version is not None and self._wants_tracker(issue, version):
                effects.append(EnsureTracker(str(version), issue.number, issue.author))
                changed.append(issue.updated_at)
        return Found(tuple(effects), min(changed, default=None))

    def _wants_tracker(self, issue: Issue, version: Version) -> bool:
        """Whether an issue that names a version may ask for a tracker or its link, and nobody saw to it."""
        own = issue.is_by_app(self._issues.bot_login) and markers.tracker_version(issue.body) == version
        kind = classify(issue, self._rules)
        if own or kind is IssueKind.REQUEST:
            return False
        record = self._store.tracker(version)
        if record is not None and issue.number in {record.issue, *record.announced}:
            return False
        if kind is IssueKind.IN_DOUBT and record is not None:
            return False
        may_be_asked = kind is IssueKind.IN_DOUBT or issue.outsider
        return not may_be_asked or self._store.cursor(release_question(issue.number)) is None

    def _unfinished_upgrades(self) -> Found:
        """One job opens the tracker for all upgrades to a version: it is one that the next sweep knows again."""
        trackers: dict[Version, Effect] = {}
        moving: list[Effect] = []
        for upgrade in self._store.unfinished_upgrades():
            if upgrade.stage is Stage.PLANNED and upgrade.rollback is None and not self._has_tracker(upgrade.version):
                opening = EnsureTracker(str(upgrade.version), 0, upgrade.requested_by)
                trackers.setdefault(upgrade.version, opening)
            elif upgrade.stage is not Stage.WAITING:
                moving.append(Advance(upgrade.slug, str(upgrade.version)))
        return Found((*trackers.values(), *moving))

    def _has_tracker(self, version: Version) -> bool:
        return self._store.tracker(version) is not None

    def _waiting_upgrades(self) -> Found:
        gone = self._versions_without_tracker()
        waiting = (one for one in self._store.unfinished_upgrades() if one.stage is Stage.WAITING)
        return Found((Schedule(),) if any(one.version not in gone for one in waiting) else ())

    def _unfinished_preparations(self) -> Found:
        gone = self._versions_without_tracker()
        unfinished = self._store.unfinished_preparations()
        left = (p for p in unfinished if p.stage is not PreparationStage.REQUESTED or p.version not in gone)
        return Found(tuple(self._move_preparation(preparation) for preparation in left))

    def _move_preparation(self, preparation: Preparation) -> Effect:
        if preparation.stage is PreparationStage.REQUESTED and not self._has_tracker(preparation.version):
            return EnsureTracker(str(preparation.version), 0, preparation.requested_by)
        return AdvancePreparation(str(preparation.version))

    def _unpublished(self) -> Found:
        return Found(tuple(Publish(slug, str(version)) for slug, version in self._store.unpublished_upgrades()))

    def _outdated_trackers(self) -> Found:
        return Found(tuple(RefreshTracker(str(t.version)) for t in self._store.trackers() if t.outdated))

    def _versions_without_tracker(self) -> frozenset[Version]:
        """The versions whose tracker people took away: nothing of them starts, and there is nothing to look at."""
        return frozenset(t.version for t in self._store.trackers() if t.state is TrackerState.GONE)
