"""What mibot writes beside its replies and trackers: the check run and the evidence on an upgrade's pull request, its
label, and one mention of the people on call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.effects import Effect
from bot.domain.github_models import Comment
from bot.domain.upgrade.effects import Publish
from bot.domain.upgrade.publications import ALARM, EVIDENCE, LABEL, REPORT, desired_posts
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import parse_version
from bot.formats.markdown import Markdown
from bot.handlers.dispatch import handles
from bot.ports.errors import NotFoundError, PermanentError
from bot.ports.issues import IssueComments
from bot.ports.pull_requests import CheckRuns, PullRequestComments, PullRequestLabels
from bot.ports.store import TrackerReader, UpgradeStore
from bot.rendering import Renderer
from bot.rendering.notifications import render_alarm, render_evidence_comment, render_pre_upgrade_check
from bot.services.fleet_reader import FleetReader

log = structlog.get_logger(__name__)

LABELS = {Stage.DONE: "mi-upgrade-done", Stage.ROLLED_BACK: "mi-rolled-back"}
"""What a pull request is labelled with once its instance is proven healthy."""


class _Store(UpgradeStore, TrackerReader, Protocol):
    """What the publisher remembers."""


class Publisher:
    """Publishes; each thing is found before it is made, and noted once it stands. `on_call` are logins and teams."""

    def __init__(
        self,
        issues: IssueComments,
        pulls: PullRequestLabels,
        comments: PullRequestComments,
        check_runs: CheckRuns,
        ledger: _Store,
        fleets: FleetReader,
        *,
        on_call: Sequence[str],
    ) -> None:
        self._issues = issues
        self._pulls = pulls
        self._comments = comments
        self._check_runs = check_runs
        self._ledger = ledger
        self._fleets = fleets
        self._on_call = tuple(on_call)

    @handles
    def publish(self, effect: Publish) -> list[Effect]:
        """Bring all of it up to date. What GitHub refuses is a line in the log; nothing depends on it."""
        version = parse_version(effect.version)
        upgrade = self._ledger.upgrade(effect.slug, version)
        if upgrade is None:
            return []
        ways: dict[str, Callable[[Upgrade], None]] = {
            REPORT: self._publish_report,
            EVIDENCE: self._publish_evidence,
            LABEL: self._label,
            ALARM: self._alarm,
        }
        posted = dict(upgrade.posted)
        for name, value in desired_posts(upgrade).items():
            if posted.get(name) == value:
                continue
            try:
                ways[name](upgrade)
            except PermanentError as error:
                log.warning("not_published", what=name, slug=upgrade.slug, error=str(error))
            posted[name] = value
            self._ledger.save_posted(upgrade, posted)
        return []

    def _publish_report(self, upgrade: Upgrade) -> None:
        self._check_runs.publish_check_run(upgrade.head, render_pre_upgrade_check(upgrade))

    def _publish_evidence(self, upgrade: Upgrade) -> None:
        tracker = self._ledger.tracker(upgrade.version)
        body = render_evidence_comment(upgrade, tracker.url if tracker else "")
        number = upgrade.number or 0
        there = self._find_own(self._comments.pull_comments(number), markers.evidence(upgrade.kind))
        if there is not None:
            try:
                self._comments.edit_pull_comment(there.id, body)
            except NotFoundError:
                log.info("evidence_was_deleted", slug=upgrade.slug)
            else:
                return
        self._comments.comment_on_pull(number, body)

    def _label(self, upgrade: Upgrade) -> None:
        self._pulls.label_pull(upgrade.number or 0, [LABELS[upgrade.stage]])

    def _alarm(self, upgrade: Upgrade) -> None:
        """Mention the people on call, once for each failure, in a comment of its own: an edit would tell nobody."""
        tracker = self._ledger.tracker(upgrade.version)
        if tracker is None or not self._on_call:
            return
        mark = markers.alarm(upgrade.number or 0, len(upgrade.history))
        if self._find_own(self._issues.comments(tracker.issue), mark) is None:
            words = render_alarm(
                Renderer(self._fleets.last_known(), self._issues.bot_login), upgrade, self._on_call, Markdown(mark)
            )
            self._issues.create_comment(tracker.issue, words)

    def _find_own(self, comments: Sequence[Comment], mark: str) -> Comment | None:
        return next((one for one in comments if one.author == self._issues.bot_login and mark in one.body), None)
