"""Backups on demand, for `/backup`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.chat.effects import BackUpNow, RefreshReply
from bot.domain.chat.refusals import BackupsDelayed, BackupsLate
from bot.domain.chat.replies import BackupProgress, ReplyItem
from bot.domain.effects import Effect
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import BackupState, overall_state
from bot.handlers.dispatch import handles, notes_delay
from bot.ports.backups import Backups
from bot.ports.errors import PermanentError
from bot.ports.store import ReplyStore
from bot.services.deployments import DeploymentService


class BackupHandler:
    """Takes the backups that a reply waits for. `clock` gives the time in UTC."""

    def __init__(
        self,
        store: ReplyStore,
        deployments: DeploymentService,
        backups: Backups,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._deployments = deployments
        self._backups = backups
        self._clock = clock

    @handles
    def back_up_now(self, effect: BackUpNow) -> list[Effect]:
        """Take backups, and put their state into the reply that waits for them."""
        reply = self._store.reply(effect.comment)
        before = next((i for i in reply.items if _is_backup_of(i, effect.slug)), None) if reply else None
        if reply is None or not isinstance(before, BackupProgress):
            return []
        after = self._take_backups(before, effect, reply.issue)
        items = tuple(after if item == before else item for item in reply.items)
        self._store.save_reply(replace(reply, items=items))
        running = after.error is None and overall_state(after.backups or ()) is BackupState.RUNNING
        again = [replace(effect, delay_seconds=self._deployments.policy.poll)] if running else []
        return [RefreshReply(effect.comment), *again]

    def _take_backups(self, progress: BackupProgress, effect: BackUpNow, issue: int) -> BackupProgress:
        policy = self._deployments.policy
        try:
            request = self._deployments.backup_request_now(effect.slug, f"mibot-backup-{effect.comment}", issue)
            backups = tuple(self._backups.ensure(request))
            older = tuple(self._backups.beyond_retention(request, policy.keep_backups))
        except PermanentError as refused:
            return replace(progress, backups=progress.backups or (), error=refused.reason)
        started = min((backup.created_at for backup in backups), default=self._clock())
        is_late = self._clock() - started > timedelta(seconds=policy.backup_timeout)
        running = overall_state(backups) is BackupState.RUNNING
        error = BackupsLate(policy.backup_timeout) if is_late and running else None
        return replace(progress, backups=backups, older=older, error=error)

    @notes_delay
    def mark_delayed(self, effect: BackUpNow, reason: Reason) -> list[Effect]:
        """Say in the reply why the backups are not taken, or followed, yet."""
        reply = self._store.reply(effect.comment)
        if reply is None:
            return []
        error = BackupsDelayed(reason)
        items = tuple(
            replace(item, backups=item.backups or (), error=error)
            if isinstance(item, BackupProgress) and _is_backup_of(item, effect.slug)
            else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]


def _is_backup_of(item: ReplyItem, slug: str) -> bool:
    return isinstance(item, BackupProgress) and item.slug == slug
