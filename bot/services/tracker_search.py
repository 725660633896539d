"""Finds trackers on GitHub: mibot's own, and those that people wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.github_models import Issue
from bot.domain.tracker.record import TrackerRecord
from bot.domain.tracker.text import looks_like_tracker
from bot.domain.version_titles import version_in_title
from bot.domain.versions import Version
from bot.ports.accounts import BotAccount
from bot.ports.errors import ExternalError
from bot.ports.issues import IssueReader
from bot.services.operators import Operators

log = structlog.get_logger(__name__)

LABELS = ("managed-instances", "release-tracking")
"""The labels of a tracker, besides `policy.label`."""


@dataclass(frozen=True)
class FoundTracker:
    """A tracker. `adopted` when people wrote it, `trusted` when mibot or an operator did."""

    issue: Issue
    adopted: bool
    trusted: bool


class _Issues(IssueReader, BotAccount, Protocol):
    """Where trackers are."""


class TrackerSearch:
    """Looks for trackers. `label` marks the issues that mibot reads.

    The author of an issue can edit it for ever, and anybody can write a hidden mark or use a template with labels. So
    an issue is a tracker when mibot or an operator wrote it, or an operator asks for it.
    """

    def __init__(self, issues: _Issues, operators: Operators, label: str) -> None:
        self._issues = issues
        self._operators = operators
        self._label = label

    def find(self, version: Version, requested: Issue | None = None, *, asked: bool = False) -> FoundTracker | None:
        """The version's tracker: the oldest that is mibot's or was adopted before, else the oldest that people wrote.

        `requested` is the issue that the search is for, which GitHub's list may lack yet; `asked` says whether an
        operator asks for it.
        """
        known = next(self.marked(version), None)
        if known is not None:
            return known
        labeled = {issue.number: issue for issue in self._issues.list_issues([self._label], state="open")}
        labeled |= {requested.number: requested} if requested is not None else {}
        for issue in (labeled[number] for number in sorted(labeled)):
            wanted = asked and requested is not None and issue.number == requested.number
            if not looks_like_tracker(issue.body) or not (wanted or version_in_title(issue.title) == version):
                continue
            trusted = not issue.by_bot and self._operators.include(issue.author)
            if trusted or wanted:
                return FoundTracker(issue, True, trusted)
        return None

    def with_trust(self, record: TrackerRecord) -> TrackerRecord:
        """The record of an adopted tracker by what its author is now: who left the operators can still edit it."""
        if not record.adopted:
            return record
        author = self._issues.issue(record.issue).author
        try:
            return replace(record, own_ticks_only=not self._operators.include(author))
        except ExternalError as error:
            log.info("trust_unknown", version=str(record.version), error=str(error))
            return record

    def marked(self, version: Version) -> Iterator[FoundTracker]:
        """The issues with the version's hidden mark that count, open or closed, oldest first."""
        for issue in self._with_labels():
            if markers.tracker_version(issue.body) != version:
                continue
            if issue.is_by_app(self._issues.bot_login):
                yield FoundTracker(issue, False, True)
            elif not issue.by_bot and self._operators.include(issue.author):
                yield FoundTracker(issue, True, True)

    def _with_labels(self) -> Iterable[Issue]:
        """The issues with a tracker's labels. People may have renamed one or taken it away: then the others tell."""
        found = {issue.number: issue for issue in self._issues.list_issues(LABELS, state="all")}
        for label in () if found else LABELS:
            found |= {issue.number: issue for issue in self._issues.list_issues([label], state="all")}
        return [found[number] for number in sorted(found)]
