"""What mibot writes beside its replies and trackers: the check run and the evidence on an upgrade's pull request, its
label, and one mention of the people on call."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from bot.domain.chat import markers
from bot.domain.flow.effects import Effect, Publish
from bot.domain.github_models import Comment
from bot.domain.upgrade.publications import ALARM, EVIDENCE, LABEL, REPORT, wanted
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import version_of
from bot.formats.markdown import Markdown
from bot.ports import Deployment, Issues, Ledger, Missing, Refused
from bot.rendering import Voice, evidence_comment, pre_upgrade_report
from bot.services.fleet_reader import Fleets

log = structlog.get_logger(__name__)

LABELS = {Stage.DONE: "mi-upgrade-done", Stage.ROLLED_BACK: "mi-rolled-back"}
"""What a pull request is labelled with once its instance is proven healthy."""


class Publisher:
    """Publishes; each thing is found before it is made, and noted once it stands. `on_call` are logins and teams."""

    def __init__(
        self, issues: Issues, deployment: Deployment, ledger: Ledger, fleets: Fleets, on_call: Sequence[str]
    ) -> None:
        self._issues = issues
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._on_call = tuple(on_call)

    def publish(self, effect: Publish) -> list[Effect]:
        """Bring all of it up to date. What GitHub refuses is a line in the log; nothing depends on it."""
        version = version_of(effect.version)
        upgrade = self._ledger.upgrade(effect.slug, version)
        if upgrade is None:
            return []
        ways: dict[str, Callable[[Upgrade], None]] = {
            REPORT: self._report,
            EVIDENCE: self._prove,
            LABEL: self._label,
            ALARM: self._alarm,
        }
        posted = dict(upgrade.posted)
        for name, value in wanted(upgrade).items():
            if posted.get(name) == value:
                continue
            try:
                ways[name](upgrade)
            except Refused as error:
                log.warning("not_published", what=name, slug=upgrade.slug, error=str(error))
            posted[name] = value
            self._ledger.note_posted(upgrade, posted)
        return []

    def _report(self, upgrade: Upgrade) -> None:
        self._deployment.report(upgrade.head, pre_upgrade_report(upgrade))

    def _prove(self, upgrade: Upgrade) -> None:
        tracker = self._ledger.tracker(upgrade.version)
        body = evidence_comment(upgrade, tracker.url if tracker else "")
        number = upgrade.number or 0
        there = self._mine(self._deployment.pull_comments(number), markers.evidence(upgrade.kind))
        if there is not None:
            try:
                self._deployment.edit_pull_comment(there.id, body)
            except Missing:
                log.info("evidence_was_deleted", slug=upgrade.slug)
            else:
                return
        self._deployment.comment_on_pull(number, body)

    def _label(self, upgrade: Upgrade) -> None:
        self._deployment.label_pull(upgrade.number or 0, [LABELS[upgrade.stage]])

    def _alarm(self, upgrade: Upgrade) -> None:
        """Mention the people on call, once for each failure, in a comment of its own: an edit would tell nobody."""
        tracker = self._ledger.tracker(upgrade.version)
        if tracker is None or not self._on_call:
            return
        mark = markers.alarm(upgrade.number or 0, len(upgrade.history))
        if self._mine(self._issues.comments(tracker.issue), mark) is None:
            words = Voice(self._fleets.known(), self._issues.me).alarm(upgrade, self._on_call, Markdown(mark))
            self._issues.create_comment(tracker.issue, words)

    def _mine(self, comments: Sequence[Comment], mark: str) -> Comment | None:
        return next((one for one in comments if one.author == self._issues.me and mark in one.body), None)
