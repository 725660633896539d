"""Publishes what waits in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.domain.effects import Effect
from bot.domain.notifications.outbox import Notification, Outcome, is_superseded
from bot.domain.notifications.posts import IssueCommentPost, Post
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import Publish
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles
from bot.notifications import Channel, NotificationContext
from bot.ports.accounts import BotAccount
from bot.ports.errors import NeedsPersonError, NotFoundError, PermanentError, TransientError
from bot.ports.store import Outbox, TrackerReader
from bot.rendering import Renderer
from bot.services.fleet_reader import FleetReader
from bot.services.posts import PostPublisher

log = structlog.get_logger(__name__)


class NotificationHandler:
    """Publishes notifications. `on_call` are logins and teams."""

    def __init__(
        self,
        outbox: Outbox,
        trackers: TrackerReader,
        fleets: FleetReader,
        account: BotAccount,
        posts: PostPublisher,
        channels: Mapping[str, Channel],
        *,
        on_call: Sequence[str],
    ) -> None:
        self._outbox = outbox
        self._trackers = trackers
        self._fleets = fleets
        self._account = account
        self._posts = posts
        self._channels = channels
        self._on_call = tuple(on_call)

    @handles
    def publish(self, effect: Publish) -> list[Effect]:
        """Publish what waits for one upgrade, oldest first, and note each as soon as it is published.

        Raises TransientError; then the rest waits for the next try. One that waits for a person, or breaks by a bug,
        stays and keeps no other from being published. What GitHub refuses for good is only logged, because nothing
        depends on it.
        """
        failure: Exception | None = None
        pending = self._outbox.pending_notifications(effect.slug, parse_version(effect.version))
        latest_only = {name for name, channel in self._channels.items() if channel.latest_only}
        for notification in pending:
            outcome = Outcome.UNNECESSARY
            try:
                if not is_superseded(notification, pending, latest_only):
                    outcome = self._publish(notification)
            except TransientError:
                raise
            except Exception as error:  # noqa: BLE001 - raised again when the others are published
                failure = failure or error
                continue
            self._outbox.finish_notification(notification, outcome)
        if failure is not None:
            raise failure
        return []

    def _publish(self, notification: Notification) -> Outcome:
        upgrade, channel = notification.upgrade, self._channels.get(notification.channel)
        if channel is None:
            log.warning("no_such_channel", channel=notification.channel, slug=upgrade.slug)
            return Outcome.UNNECESSARY
        renderer = Renderer(self._fleets.last_known(), self._account.bot_login)
        tracker = self._trackers.tracker(upgrade.version)
        post = channel.post(upgrade, NotificationContext(renderer, tracker, self._on_call))
        if post is None:
            return Outcome.UNNECESSARY
        try:
            self._publish_where_it_can_be_read(post, tracker)
        except NeedsPersonError:
            raise
        except PermanentError as error:
            log.warning("not_published", channel=channel.name, slug=upgrade.slug, error=str(error))
            return Outcome.REFUSED
        return Outcome.PUBLISHED

    def _publish_where_it_can_be_read(self, post: Post, tracker: TrackerRecord | None) -> None:
        """Publish it; where people took away the tracker that it is for, on an issue that requested the tracker."""
        places = [post]
        if isinstance(post, IssueCommentPost) and tracker is not None:
            places += [replace(post, issue=issue) for issue in tracker.announced if issue != post.issue]
        for place in places:
            try:
                self._posts.publish(place)
            except NotFoundError:
                if place is places[-1]:
                    raise
            else:
                return
