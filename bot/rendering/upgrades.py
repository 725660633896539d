"""The state of an upgrade, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.domain.fleet.model import Fleet
from bot.domain.github_models import Conclusion
from bot.domain.reasons import Reason
from bot.domain.upgrade.four_eyes import missing_approval
from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing, ContentNotAccepted, GoesElsewhere
from bot.domain.upgrade.record import Deployment, Override, Rollback, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown, escape_link_target, link
from bot.rendering.renderer import MAX_SENTENCE_LENGTH, Renderer
from bot.rendering.wording import clause

_MAX_NAMES = 5
_LEAST_REASON = 40
"""Characters of a reason for which a warning is shortened where there is little room."""
_WIDE = 300
"""Characters from which on there is room for several names."""


def render_upgrade_state(renderer: Renderer, upgrade: Upgrade) -> Markdown:
    """The state of an upgrade in a few words, with the link to its pull request."""
    reason = f": {renderer.safe_text(upgrade_reason(renderer, upgrade))}" if upgrade.reason else ""
    stage = _describe_stage(renderer, upgrade)
    forced = f"; {_describe_force(renderer, upgrade.force, MAX_SENTENCE_LENGTH)}" if upgrade.force else ""
    return Markdown(f"{pull_link(upgrade)}{stage}{reason}{forced}")


def render_details_within(renderer: Renderer, upgrade: Upgrade, room: int) -> Markdown:
    """What there is to say besides the stage, in at most `room` characters: the pull request, who, and why."""
    most = _MAX_NAMES if room > _WIDE else 1
    why = upgrade_reason(renderer, upgrade)
    in_full = _describe_details(renderer, upgrade, most)
    in_brief = _describe_details(renderer, upgrade, most, brief=True)
    for details, needed in ((in_full, min(len(why), _LEAST_REASON)), (in_brief, 0), ("", 0)):
        words = f"{pull_link(upgrade)}{details}".strip()
        if len(words) + needed <= room:
            break
    else:
        words = ""
    if upgrade.force and room - len(words) > len("; forced by "):
        forced = _describe_force(renderer, upgrade.force, (room - len(words)) * 2 // 3)
        longer = f"{words}; {forced}" if words else forced
        words = longer if len(longer) <= room else words
    separator = ": " if words and details else " " if words else ""
    reason = renderer.safe_text_within(why, room - len(words) - len(separator))
    return Markdown(f"{words}{separator}{reason}" if reason else words)


def upgrade_reason(renderer: Renderer, upgrade: Upgrade) -> str:
    """Why the upgrade is in its stage.

    The name of an instance that has left the fleet is taken out, because it may have been a customer's.
    """
    return _without_slug(renderer, upgrade, upgrade.reason)


def stage_reason(renderer: Renderer, upgrade: Upgrade) -> str:
    """The same, and else why it got there: what the last transition says. Empty if nothing is recorded."""
    last = upgrade.history[-1].why if upgrade.history else None
    return upgrade_reason(renderer, upgrade) or _without_slug(renderer, upgrade, last)


def _without_slug(renderer: Renderer, upgrade: Upgrade, reason: Reason | None) -> str:
    words = clause(reason) if reason else ""
    if renderer.fleet.get(upgrade.slug) is not None:
        return words
    return re.sub(re.escape(upgrade.slug), "the instance", words, flags=re.IGNORECASE)


def _describe_force(renderer: Renderer, force: Override, room: int) -> str:
    """Who forced the upgrade and why, in about `room` characters."""
    by = f"forced by {format_names(renderer, [force.by], 1)}"
    why = renderer.safe_text_within(force.why, room - len(by) - 2)
    return f"{by}: {why}" if why else by


def _describe_stage(renderer: Renderer, upgrade: Upgrade) -> str:
    if upgrade.rollback is not None:
        words = _describe_rollback(renderer, upgrade, upgrade.rollback)
    else:
        words = _describe_upgrade(renderer, upgrade, _MAX_NAMES)
    return "; ".join(filter(None, [words, _describe_warning(upgrade)]))


def _describe_warning(upgrade: Upgrade, *, brief: bool = False) -> str:
    """What people must know of the pull request wherever its upgrade is shown; empty if there is nothing."""
    match upgrade.pull_request.obstacle or upgrade.pull_request.note:
        case ApprovalMissing(merged=True):
            return "⚠️ no second approval" if brief else "⚠️ no second person approved what was merged"
        case ContentNotAccepted():
            return "⚠️ not what was planned" if brief else "⚠️ not what was planned, and not accepted"
        case GoesElsewhere():
            return "⚠️ goes to another branch"
        case _:
            return ""


def _describe_rollback(renderer: Renderer, upgrade: Upgrade, back: Rollback) -> str:
    """The state of a rollback: to which version, by whom and why."""
    by = _describe_back(renderer, back, _MAX_NAMES)
    if upgrade.stage is Stage.ROLLED_BACK:
        return f"rolled back{by}"
    return f"rollback{by}: {_describe_upgrade(renderer, upgrade, _MAX_NAMES)}"


def _describe_back(renderer: Renderer, back: Rollback, most: int) -> str:
    to = f" to {back.to_version}" if back.to_version else ""
    why = f" ({renderer.safe_text_within(back.why, 600 if most > 1 else 90)})" if back.why else ""
    return f"{to} by {format_names(renderer, [back.requested_by], 1)}{why}"


def _describe_upgrade(renderer: Renderer, upgrade: Upgrade, most: int) -> str:
    match upgrade.stage:
        case Stage.APPROVED:
            people = format_names(renderer, upgrade.pull_request.approved_by, most)
            return f"approved by {people}{_describe_checks(renderer, upgrade, most)}"
        case Stage.CHANGES_REQUESTED:
            people = format_names(renderer, upgrade.pull_request.changes_requested_by, most)
            return f"changes requested by {people}{_describe_checks(renderer, upgrade, most)}"
        case Stage.OPEN:
            checks = _describe_checks(renderer, upgrade, most)
            return f"open, waiting for a review{_describe_approvals(renderer, upgrade, most)}{checks}"
        case Stage.MERGED if upgrade.pull_request.merged_by:
            return f"merged by {format_names(renderer, [upgrade.pull_request.merged_by], most)}"
        case Stage.DEPLOYING | Stage.VERIFYING if upgrade.deployment and upgrade.deployment.run_url:
            return f"{link(str(upgrade.stage), upgrade.deployment.run_url)}"
        case _:
            return str(upgrade.stage)


def _describe_details(renderer: Renderer, upgrade: Upgrade, most: int, *, brief: bool = False) -> str:
    """The stage's circumstances without its name: who did it, the run, the pull request's checks."""
    words = _describe_upgrade(renderer, upgrade, most)
    run = upgrade.deployment.run_url if upgrade.deployment else ""
    if upgrade.stage in {Stage.DEPLOYING, Stage.VERIFYING}:
        words = link("run", run) if run else ""
    else:
        rest = words.removeprefix(str(upgrade.stage)).lstrip(" ,")
        words = words if rest.startswith("by ") else rest  # "#7 by rio" would name who wrote the pull request
    words = "; ".join(filter(None, [words, _describe_warning(upgrade, brief=brief)]))
    if upgrade.rollback is None:
        return words
    back = _describe_back(renderer, upgrade.rollback, most).strip()
    return f"{back}, {words}" if words and upgrade.stage is not Stage.ROLLED_BACK else back


def _describe_approvals(renderer: Renderer, upgrade: Upgrade, most: int) -> str:
    """The approvals that don't count; empty if there are none."""
    missing = missing_approval(upgrade, four_eyes=True)
    if missing is None or most == 1:  # where there is little room
        return ""
    own = (*missing.requested, *missing.pushed)
    said = [f"{format_names(renderer, missing.stale, most)} approved an earlier commit"] if missing.stale else []
    said += [f"another person than {format_names(renderer, own, most)} has to approve"] if own else []
    return f" ({'; '.join(said)})" if said else ""


def _describe_checks(renderer: Renderer, upgrade: Upgrade, most: int) -> str:
    """The state of the pull request's own checks, after a comma; empty if it has none."""
    match upgrade.pull_request.checks:
        case Conclusion.SUCCESS:
            return ", its checks passed"
        case Conclusion.PENDING:
            return ", its checks are running"
        case Conclusion.FAILURE:
            failing = upgrade.pull_request.failing_checks
            named = f" ({format_names(renderer, failing, most)})" if failing and most > 1 else ""
            return f", its checks failed{named}"
        case _:
            return ""


def format_names(renderer: Renderer, names: Sequence[str], most: int = _MAX_NAMES) -> str:
    """The first `most` names, and the number of the others."""
    shown = ", ".join(renderer.safe_code(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def count_done(fleet: Fleet, upgrades: Iterable[Upgrade]) -> tuple[int, int]:
    """The number of upgrades that are done, and of the instances that take part."""
    requested = list(upgrades)
    done = sum(upgrade.stage is Stage.DONE for upgrade in requested)
    taking_part = {upgrade.slug for upgrade in requested} | {i.slug for i in fleet if not i.skip_reason}
    return done, len(taking_part)


def format_version_change(upgrade: Upgrade) -> Markdown:
    """From which version to which one, as far as they are known."""
    if upgrade.rollback is not None:
        end = upgrade.rollback.to_version
        return Markdown(f"{upgrade.version} → {end}" if end else f"{upgrade.version}")
    start = f"{upgrade.from_version} → " if upgrade.from_version else ""
    return Markdown(f"{start}{upgrade.version}")


def describe_conclusion(deployment: Deployment) -> str:
    """How a deployment ended: GitHub's word, or that people deployed it. Empty if it has not ended."""
    return deployment.conclusion or ("by hand" if deployment.deployed_by else "")


def pull_link(upgrade: Upgrade) -> str:
    """The link to the pull request and a space; empty if there is none yet."""
    pull = upgrade.pull_request
    return f"[#{pull.number}]({escape_link_target(pull.url)}) " if pull.number else ""
