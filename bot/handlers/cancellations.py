"""Takes orders back: withdraws what waits, and closes the pull requests that are open and unmerged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.effects import Effect
from bot.domain.github_models import PullRequest
from bot.domain.reasons import Reason, format_for_log
from bot.domain.rollout.effects import CancelUpgrades, Schedule
from bot.domain.upgrade.cancellation import (
    CancelOrder,
    CancelRefused,
    CancelTooLate,
    can_cancel,
    cancel,
    cancel_preparation,
    is_handled,
    refuse_cancel,
)
from bot.domain.upgrade.effects import Advance, AdvancePreparation, CancelPreparation, CancelUpgrade
from bot.domain.upgrade.preparation import UNPREPARED
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import parse_version
from bot.handlers.dispatch import handles, notes_delay
from bot.handlers.refreshes import preparation_refresh_effects, refresh_effects
from bot.ports.errors import NotFoundError, PermanentError
from bot.ports.pull_requests import PullRequestEditor, PullRequestReader
from bot.ports.store import PreparationStore, ReplyIndex, UpgradeStore
from bot.rendering.cancellations import render_cancellation
from bot.services.own_comments import OwnComments

log = structlog.get_logger(__name__)


class _Pulls(PullRequestReader, PullRequestEditor, Protocol):
    """What the handler does with pull requests."""


class _Store(UpgradeStore, PreparationStore, ReplyIndex, Protocol):
    """What the handler remembers."""


class CancellationHandler:
    """Cancels upgrades, rollbacks and preparations.

    `comments` are those on pull requests, `clock` gives the time in UTC.
    """

    def __init__(
        self,
        pulls: _Pulls,
        store: _Store,
        comments: OwnComments,
        clock: Callable[[], datetime],
    ) -> None:
        self._pulls = pulls
        self._store = store
        self._comments = comments
        self._clock = clock

    @handles
    def cancel_upgrades(self, effect: CancelUpgrades) -> list[Effect]:
        """Withdraw what waits, which nobody starts meanwhile. The others are canceled by their own jobs."""
        version, order = parse_version(effect.version), CancelOrder(effect.by, effect.why, effect.comment)
        effects: list[Effect] = []
        for slug in effect.slugs:
            upgrade = self._store.upgrade(slug, version)
            if upgrade is None or is_handled(upgrade, order):
                continue
            failed = upgrade.stage is Stage.FAILED and slug in effect.gone
            if failed or upgrade.stage is Stage.WAITING:
                effects += self._end(upgrade, order)
            else:
                effects.append(CancelUpgrade(slug, effect.version, effect.by, effect.why, effect.comment))
        return [*effects, Schedule()]

    @handles
    def cancel_upgrade(self, effect: CancelUpgrade) -> list[Effect]:
        """Close the pull request of an upgrade or a rollback, and end it. What is merged goes on."""
        upgrade = self._store.upgrade(effect.slug, parse_version(effect.version))
        order = CancelOrder(effect.by, effect.why, effect.comment)
        if upgrade is None or is_handled(upgrade, order):
            return []
        if upgrade.stage is Stage.WAITING:  # it went back to the queue meanwhile
            return [CancelUpgrades((effect.slug,), effect.version, effect.by, effect.why, effect.comment)]
        if not can_cancel(upgrade):
            return self._refuse(upgrade, CancelTooLate(effect.by, effect.comment)) if upgrade.merged_at else []
        try:
            merged = self._close_pulls(upgrade.branch, upgrade.pull_request.number, order)
        except PermanentError as error:
            return self._refuse(upgrade, CancelRefused(effect.by, error.reason, effect.comment))
        if merged:
            refused = self._refuse(upgrade, CancelTooLate(effect.by, effect.comment))
            return [*refused, Advance(effect.slug, effect.version)]
        return [*self._end(upgrade, order), Schedule()]

    @handles
    def cancel_preparation(self, effect: CancelPreparation) -> list[Effect]:
        """Close the pull request of a preparation, and end it."""
        preparation = self._store.preparation(parse_version(effect.version))
        if preparation is None or preparation.stage not in UNPREPARED:
            return []
        order = CancelOrder(effect.by, effect.why, effect.comment)
        if self._close_pulls(preparation.branch, preparation.pull_request.number, order):
            return [AdvancePreparation(effect.version)]
        self._store.save_preparation(cancel_preparation(preparation, order))
        log.info("preparation_canceled", version=effect.version, by=effect.by, why=effect.why)
        return preparation_refresh_effects(self._store, preparation)

    @notes_delay
    def keep(self, effect: CancelUpgrade | CancelPreparation, reason: Reason) -> list[Effect]:
        """Note why it takes time. The order is tried until it is carried out or refused."""
        log.warning("cancellation_delayed", version=effect.version, reason=format_for_log(reason))
        slug = effect.slug if isinstance(effect, CancelUpgrade) else ""
        upgrade = self._store.upgrade(slug, parse_version(effect.version))
        if upgrade is None or not can_cancel(upgrade):
            return []
        return self._refuse(upgrade, CancelRefused(effect.by, reason, effect.comment))

    def _close_pulls(self, branch: str, number: int | None, order: CancelOrder) -> bool:
        """Close the pull request, or those that were opened before a crash and not noted; whether one is merged.

        The branch stays, as when people close it: the next order takes it over.
        """
        for pull in self._pulls_to_close(branch, number):
            if pull.open:
                self._close(pull, order)
            if _is_merged(pull) or (pull.open and _is_merged(self._pulls.pull(pull.number))):
                return True
        return False

    def _pulls_to_close(self, branch: str, number: int | None) -> list[PullRequest]:
        if number is None:
            me = self._comments.bot_login
            return [pull for pull in self._pulls.pulls_from_branch(branch) if pull.open and pull.author == me]
        try:
            return [self._pulls.pull(number)]
        except NotFoundError:
            log.info("pull_request_gone", pull=number)
            return []

    def _close(self, pull: PullRequest, order: CancelOrder) -> None:
        """Say why, then close it."""
        try:
            self._comments.ensure(pull.number, markers.cancellation(order.comment), render_cancellation(order))
        except PermanentError as error:  # the record says it, too
            log.warning("cancellation_not_told", pull=pull.number, error=str(error))
        self._pulls.close_pull(pull.number)

    def _end(self, upgrade: Upgrade, order: CancelOrder) -> list[Effect]:
        self._store.save_upgrade(cancel(upgrade, order, self._clock()))
        log.info("upgrade_canceled", slug=upgrade.slug, version=str(upgrade.version), by=order.by, why=order.why)
        return refresh_effects(self._store, upgrade)

    def _refuse(self, upgrade: Upgrade, reason: CancelTooLate | CancelRefused) -> list[Effect]:
        if upgrade.pull_request.note != reason:
            self._store.save_upgrade(refuse_cancel(upgrade, reason))
        return refresh_effects(self._store, upgrade)


def _is_merged(pull: PullRequest) -> bool:
    """Whether it is merged to where it takes effect."""
    return pull.merged and pull.into_base
