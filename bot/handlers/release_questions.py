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
from bot.ports.store import CursorStore
from bot.rendering.tracker import render_release_question
from bot.services.own_comments import OwnComments

log = structlog.get_logger(__name__)


class ReleaseQuestionHandler:
    """Asks on the issue itself, once, and mentions nobody. `clock` gives the time in UTC."""

    def __init__(self, comments: OwnComments, store: CursorStore, clock: Callable[[], datetime]) -> None:
        self._comments = comments
        self._store = store
        self._clock = clock

    @handles
    def ask(self, effect: AskAboutRelease) -> list[Effect]:
        name, marker = release_question(effect.issue), markers.release_question(effect.issue)
        if self._store.cursor(name) is not None:
            return []
        try:
            question = render_release_question(parse_version(effect.version), marker)
            self._comments.ensure(effect.issue, marker, question)
        except NotFoundError:
            log.info("release_issue_gone", issue=effect.issue)
        self._store.set_cursor(name, self._clock())
        return []
