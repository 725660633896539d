"""Reads the issues that request trackers."""

from __future__ import annotations

import structlog

from bot.domain.github_models import GHOST_LOGIN, Issue
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.release_issues import IssueKind, ReleaseRules, classify
from bot.domain.upgrade.four_eyes import is_bot
from bot.domain.version_titles import version_in_title
from bot.ports.errors import NotFoundError
from bot.ports.issues import IssueReader
from bot.services.operators import Operators

log = structlog.get_logger(__name__)


class ReleaseIssues:
    """Issues by what they are now. `rules` tell release issues."""

    def __init__(self, issues: IssueReader, operators: Operators, rules: ReleaseRules) -> None:
        self._issues = issues
        self._operators = operators
        self._rules = rules

    def read(self, effect: EnsureTracker) -> Issue | None:
        """The issue that requests the tracker, if it still does: people may have closed, renamed or moved it."""
        if not effect.issue:
            return None
        try:
            issue = self._issues.issue(effect.issue)
        except NotFoundError:
            log.info("release_issue_gone", issue=effect.issue)
            return None
        still = issue.open and str(version_in_title(issue.title)) == effect.version
        return issue if still or effect.asked else None

    def kind(self, issue: Issue, effect: EnsureTracker) -> IssueKind:
        """What the issue is: what an operator says, else what its title and labels say.

        A template gives its labels to whoever uses it, and so do bots that label by keywords. So one that an outsider
        wrote, and that no other person labeled, is in doubt.
        """
        if effect.asked:
            return IssueKind.RELEASE
        kind = classify(issue, self._rules)
        by = effect.by.lower()
        alone = issue.outsider and (by in {issue.author.lower(), GHOST_LOGIN} or is_bot(by))
        if kind is IssueKind.RELEASE and alone and not self._operators.include(issue.author):
            return IssueKind.IN_DOUBT
        return kind
