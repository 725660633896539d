"""The check run on commits of the merge queue, and on pull requests that are no upgrades."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.github_models import CheckRun
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import link, one_line, truncate_body
from bot.rendering.notifications import PRE_UPGRADE_CHECK, render_pre_upgrade_check

__all__ = ["PRE_UPGRADE_CHECK", "is_pending", "render_group_check", "render_unrelated_check"]

_NOTHING = "mibot has nothing to check here."
_GOOD = frozenset({"success", "neutral"})


def is_pending(upgrade: Upgrade) -> bool:
    """Whether the pre-upgrade checks of a pull request have not run yet."""
    return not upgrade.verification.before


def render_group_check(upgrades: Sequence[Upgrade], *, final: bool) -> CheckRun:
    """The check run on a commit that merges these upgrades: a success if each has one.

    It is under way while the checks of one of them have not run; with `final` that is a failure.
    """
    if not upgrades:
        return CheckRun(PRE_UPGRADE_CHECK, "neutral", "No upgrade is in this group", _NOTHING)
    reports = [(one, None if is_pending(one) else render_pre_upgrade_check(one)) for one in upgrades]
    bad = [one for one, report in reports if report is not None and report.conclusion not in _GOOD]
    waiting = [one for one, report in reports if report is None]
    lines = [
        f"- {link(f'#{one.pull_request.number}', one.pull_request.url)}: "
        + ("its checks have not run yet" if report is None else report.title)
        for one, report in reports
    ]
    summary = truncate_body("\n".join(lines), "The rest does not fit here.")
    if bad or (waiting and final):
        title = f"{len(bad) + len(waiting)} of {len(upgrades)} upgrades in this group are not ready"
        return CheckRun(PRE_UPGRADE_CHECK, "failure", one_line(title), summary)
    if waiting:
        title = f"The checks of {len(waiting)} of {len(upgrades)} upgrades in this group have not run yet"
        return CheckRun(PRE_UPGRADE_CHECK, "", title, summary)
    return CheckRun(PRE_UPGRADE_CHECK, "success", f"{len(upgrades)} of {len(upgrades)} upgrades are ready", summary)


def render_unrelated_check() -> CheckRun:
    """The check run on a pull request that is no upgrade."""
    return CheckRun(PRE_UPGRADE_CHECK, "neutral", "This is no upgrade", _NOTHING)
