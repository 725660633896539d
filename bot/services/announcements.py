"""Links trackers in the issues that requested them."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.domain.chat import markers
from bot.domain.tracker.record import TrackerRecord
from bot.ports.errors import NotFoundError
from bot.rendering import Renderer
from bot.rendering.tracker import render_announcement
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments

log = structlog.get_logger(__name__)


class Announcer:
    """Writes announcements, and edits them where the tracker is another one by now."""

    def __init__(self, comments: OwnComments, fleets: FleetReader, operators: Operators) -> None:
        self._comments = comments
        self._fleets = fleets
        self._operators = operators

    def announce(self, record: TrackerRecord, issue: int, *, first: bool) -> TrackerRecord:
        """The record after the issue links its tracker. Only a version's first announcement mentions the teams."""
        renderer = Renderer(self._fleets.recent(), self._comments.bot_login)
        words = render_announcement(
            renderer,
            record.version,
            record.issue,
            self._operators.names,
            first=first,
            adopted=record.adopted and issue == record.issue,
        )
        try:
            self._comments.put(issue, markers.announcement(record.version), words)
        except NotFoundError:  # people deleted or moved the issue meanwhile
            log.info("release_issue_gone", issue=issue)
        return replace(record, announced=(*record.announced, issue))

    def announce_again(self, record: TrackerRecord, gone: TrackerRecord | None) -> TrackerRecord:
        """The record after every issue links it that linked the tracker before it, which people took away."""
        for issue in gone.announced if gone is not None else ():
            if issue != record.issue:
                record = self.announce(record, issue, first=False)
        return record
