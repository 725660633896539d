"""The sweep finds what is missing by the state on GitHub and in the store, so that lost webhooks do no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.chat import comments, markers
from bot.domain.chat.effects import AddReaction, HandleComment, RefreshReply
from bot.domain.effects import Effect
from bot.domain.flow.sweeps import NotStarted
from bot.domain.github_models import Comment, Issue
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.upgrade.effects import Advance, AdvancePreparation, Publish
from bot.domain.upgrade.record import Stage
from bot.domain.versions import Version
from bot.ports.errors import ExternalError, TransientError
from bot.ports.issues import CommentFeed, IssueReader
from bot.ports.store import (
    CursorStore,
    Outbox,
    PreparationReader,
    ReplyReader,
    TrackerReader,
    UpgradeReader,
)

log = structlog.get_logger(__name__)

OVERLAP = {"comments": timedelta(minutes=10), "issues": timedelta(days=1)}
"""How far a sweep looks back beyond the last one, because clocks differ and what was found may have failed. Seeing a
comment again costs nothing."""
_INSTALLED = "installed"
_COMMENTS = "comments"
_ISSUES = "issues"


@dataclass(frozen=True)
class Sweep:
    """What a sweep found, when it began, and which sources it could read."""

    effects: tuple[Effect, ...]
    began: datetime
    sources: tuple[str, ...]


class _Issues(IssueReader, CommentFeed, Protocol):
    """Where the reconciler looks on GitHub."""


class _Store(TrackerReader, ReplyReader, UpgradeReader, PreparationReader, Outbox, CursorStore, Protocol):
    """What the reconciler compares with GitHub."""


class Reconciler:
    """Finds work. `label` marks the issues that mibot reads; `clock` gives the time in UTC."""

    def __init__(self, issues: _Issues, store: _Store, label: str, clock: Callable[[], datetime]) -> None:
        self._issues = issues
        self._store = store
        self._label = label
        self._clock = clock

    def record_install(self) -> None:
        """Note when mibot was first started. It ignores what people wrote before."""
        if self._store.cursor(_INSTALLED) is None:
            self._store.set_cursor(_INSTALLED, self._clock())

    def sweep(self) -> Sweep:
        """Everything that there is to do now. If one source fails, the others are still read."""
        began = self._clock()
        found: list[Effect] = []
        sources = []
        for name, part in ((_COMMENTS, self._missed_comments), (_ISSUES, self._missed_issues)):
            try:
                found += part()
                sources.append(name)
            except ExternalError as error:
                log.warning("sweep_incomplete", part=name, error=str(error))
        found += self._unfinished()
        return Sweep(tuple(dict.fromkeys(found)), began, tuple(sources))

    def save_cursors(self, sweep: Sweep) -> None:
        """Note how far the sweep looked. Call it when everything that it found is durable."""
        for name in sweep.sources:
            self._store.set_cursor(name, sweep.began)

    def _since(self, name: str) -> datetime:
        """The time to look from: a little before the last sweep, but never before mibot was first started."""
        installed = self._store.cursor(_INSTALLED)
        if installed is None:
            raise TransientError(NotStarted())
        last = self._store.cursor(name)
        return max(installed, last - OVERLAP[name]) if last else installed

    def _missed_comments(self) -> list[Effect]:
        since = self._since(_COMMENTS)
        return [effect for c in self._issues.recent_comments(since) for effect in self._handle_missed(c, since)]

    def _handle_missed(self, comment: Comment, since: datetime) -> Iterator[Effect]:
        """The commands in a comment that nobody handled.

        mibot ignores a comment that was edited, because it does not know what the comment said at first.
        """
        old = comment.created_at < since - timedelta(seconds=1)
        of_a_pull = "/pull/" in comment.url
        if comment.by_bot or comment.edited or old or of_a_pull or not comments.has_commands(comment.body):
            return
        if self._store.reply(comment.id) is not None:
            return
        issue = self._issues.issue(comment.issue)
        if not self._has_label(issue):
            return
        version = Version.find_in(issue.title)
        log.info("missed_comment", comment=comment.id)
        yield AddReaction(comment.id)
        yield HandleComment(comment.id, comment.issue, str(version or ""), comment.body, comment.author, "sweep")

    def _has_label(self, issue: Issue) -> bool:
        return any(label.lower() == self._label.lower() for label in issue.labels)

    def _missed_issues(self) -> list[Effect]:
        since = self._since(_ISSUES)
        effects: list[Effect] = []
        for issue in self._issues.list_issues([self._label], state="open", since=since):
            version = Version.find_in(issue.title)
            if version is None or markers.tracker_version(issue.body) == version:
                continue
            record = self._store.tracker(version)
            if record is None or issue.number not in {record.issue, *record.announced}:
                effects.append(EnsureTracker(str(version), issue.number, issue.author))
        return effects

    def _unfinished(self) -> list[Effect]:
        """Unfinished upgrades and preparations, unpublished notifications, unwritten replies, outdated trackers."""
        unfinished = self._store.unfinished_upgrades()
        waiting = any(upgrade.stage is Stage.WAITING for upgrade in unfinished)
        return [
            *(Advance(u.slug, str(u.version)) for u in unfinished if u.stage is not Stage.WAITING),
            *(AdvancePreparation(str(p.version)) for p in self._store.unfinished_preparations()),
            *([Schedule()] if waiting else []),
            *(Publish(slug, str(version)) for slug, version in self._store.unpublished_upgrades()),
            *(RefreshReply(comment) for comment in self._store.unwritten_replies()),
            *(RefreshTracker(str(t.version)) for t in self._store.trackers() if t.clean < t.dirty),
        ]
