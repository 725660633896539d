"""The check run `mibot / pre-upgrade` where it is required: on the commits of the merge queue, and on the pull
requests of others, which would wait for it for ever."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.domain.effects import Effect
from bot.domain.notifications.posts import CheckRunPost
from bot.domain.upgrade.check_effects import ReportMergeGroup, ReportUnrelated
from bot.domain.upgrade.effects import Advance
from bot.handlers.dispatch import handles
from bot.ports.errors import NotFoundError
from bot.ports.merge_groups import MergeGroups
from bot.ports.store import UpgradeReader
from bot.rendering.required_checks import (
    PRE_UPGRADE_CHECK,
    is_pending,
    render_group_check,
    render_unrelated_check,
)
from bot.services.posts import PostPublisher

log = structlog.get_logger(__name__)

RETRY_SECONDS = 20.0
MAX_ATTEMPTS = 45
"""A quarter of an hour, well within the hour that the queue waits for a check."""


class RequiredCheckHandler:
    """Reports the pre-upgrade checks on commits that are no pull request's head."""

    def __init__(self, store: UpgradeReader, groups: MergeGroups, posts: PostPublisher) -> None:
        self._store = store
        self._groups = groups
        self._posts = posts

    @handles
    def report_group(self, effect: ReportMergeGroup) -> list[Effect]:
        """Report on a commit of the merge queue: it is good if each of mibot's pull requests in it is, or if there is
        none. A group that is gone needs no report."""
        try:
            numbers = self._groups.pulls_in_group(effect.commit, effect.branch)
        except NotFoundError:
            return []
        ours = [one for one in self._store.upgrades() if one.pull_request.number in numbers]
        last = effect.attempt >= MAX_ATTEMPTS
        self._posts.publish(CheckRunPost(effect.commit, render_group_check(ours, final=last)))
        pending = [one for one in ours if is_pending(one)]
        log.info("merge_group", commit=effect.commit, pulls=sorted(numbers), ours=len(ours), pending=len(pending))
        if not pending or last:
            return []
        again = replace(effect, attempt=effect.attempt + 1, delay_seconds=RETRY_SECONDS)
        return [*(Advance(one.slug, str(one.version)) for one in pending), again]

    @handles
    def report_unrelated(self, effect: ReportUnrelated) -> list[Effect]:
        """Report on another pull request's head, if the check is required, and no upgrade has the same head."""
        if not self._store.upgrades_by_head(effect.commit) and self._groups.is_required(PRE_UPGRADE_CHECK):
            self._posts.publish(CheckRunPost(effect.commit, render_unrelated_check()))
        return []
