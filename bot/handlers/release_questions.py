"""Asks about an issue that names a version and may be a release issue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.domain.chat import markers
from bot.domain.effects import Effect
from bot.domain.tracker.effects import AskAboutRelease
from bot.domain.tracker.release_issues import release_question
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles
from bot.ports.errors import NotFoundError
from bot.ports.issues import IssueComments
from bot.ports.store import CursorStore
from bot.rendering.tracker import render_release_question

log = structlog.get_logger(__name__)


class ReleaseQuestionHandler:
    """Asks on the issue itself, once, and mentions nobody. `clock` gives the time in UTC."""

    def __init__(self, issues: IssueComments, store: CursorStore, clock: Callable[[], datetime]) -> None:
        self._issues = issues
        self._store = store
        self._clock = clock

    @handles
    def ask(self, effect: AskAboutRelease) -> list[Effect]:
        name, marker = release_question(effect.issue), markers.release_question(effect.issue)
        if self._store.cursor(name) is not None:
            return []
        try:
            me = self._issues.bot_login
            if not any(c.is_by_app(me) and marker in c.body for c in self._issues.comments(effect.issue)):
                self._issues.create_comment(
                    effect.issue, render_release_question(parse_version(effect.version), marker)
                )
        except NotFoundError:
            log.info("release_issue_gone", issue=effect.issue)
        self._store.set_cursor(name, self._clock())
        return []
