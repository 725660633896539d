"""Whose approval of a pull request counts (domain.md, "Rules": CI-98). Pure."""

from __future__ import annotations

from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing
from bot.domain.upgrade.record import Upgrade

MIBOT = "mibot"


def is_bot(login: str) -> bool:
    """Whether a login is a bot's."""
    return login.lower().endswith("[bot]") or login.lower() == MIBOT


def missing_approval(upgrade: Upgrade, *, four_eyes: bool) -> ApprovalMissing | None:
    """Why no approval of the pull request counts, or None if one does.

    A person's approval counts if it is of the commit that is merged. With `four_eyes` that person must be neither who
    requested the change nor who pushed to its branch.
    """
    pull = upgrade.pull_request
    people = [login for login in pull.approved_by if not is_bot(login)]
    askers = {login.lower() for login in _askers(upgrade)} if four_eyes else set()
    pushers = {login.lower() for login in pull.contributors} if four_eyes else set()
    if any(login.lower() not in askers | pushers for login in people):
        return None
    return ApprovalMissing(
        stale=tuple(login for login in pull.stale_approvals if not is_bot(login)),
        requested=tuple(login for login in people if login.lower() in askers),
        pushed=tuple(login for login in people if login.lower() in pushers - askers),
        merged=upgrade.merged_at is not None,
    )


def _askers(upgrade: Upgrade) -> set[str]:
    """Who gave the orders for it: who forces an upgrade that somebody else requested requests it, too."""
    orders = {upgrade.requested_by}
    orders |= {upgrade.force.by} if upgrade.force else set()
    return orders | ({upgrade.rollback.requested_by} if upgrade.rollback else set())
