"""The symbol and the words of each stage. Words always stand beside a symbol, for those who can't see it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.rollout.attention import Attention, NextStep, attention, attention_by_stage
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown

ATTENTION_ICONS: Mapping[Attention, str] = {
    Attention.FAILED: "❌",
    Attention.HELD: "✋",
    Attention.PERSON: "👀",
    Attention.RUNNING: "⏳",
    Attention.WAITING: "🕒",
    Attention.ENDED: "⏹️",
    Attention.DONE: "✅",
}
_OWN_ICONS: Mapping[Stage, str] = {Stage.CLOSED: "🚫", Stage.SKIPPED: "⏭️", Stage.ROLLED_BACK: "↩️"}
STAGE_ICONS: Mapping[Stage, str] = {
    stage: _OWN_ICONS.get(stage, ATTENTION_ICONS[attention_by_stage(stage)]) for stage in Stage
}
NOT_STARTED = "⬜"
_ALREADY_THERE = "☑️"
NO_UPGRADE_ICONS: Mapping[str, str] = {
    "not started": NOT_STARTED,
    "skipped": "⏭️",
    "already there": _ALREADY_THERE,
    "ahead": _ALREADY_THERE,
}
"""Of what a line says about an instance without an upgrade: `bot.domain.tracker.lead.NO_UPGRADE`."""

_BAR_LENGTH = 10


def stage_label(upgrade: Upgrade) -> Markdown:
    """The stage of an upgrade or a rollback with its symbol."""
    icon = _OWN_ICONS.get(upgrade.stage) or ATTENTION_ICONS[attention(upgrade)]
    rollback = "rollback " if upgrade.rollback is not None and upgrade.stage is not Stage.ROLLED_BACK else ""
    return Markdown(f"{icon} {rollback}{upgrade.stage}")


def progress_bar(done: int, total: int) -> Markdown:
    """How much is done as a bar of text and in percent. It is full, and says 100 %, only when all is done."""
    if total <= 0:
        return Markdown("░" * _BAR_LENGTH)
    percent = max(100 * done // total, 1) if done else 0
    filled = _BAR_LENGTH * done // total
    return Markdown(f"{'█' * filled}{'░' * (_BAR_LENGTH - filled)} {percent} %")


def describe_next_step(step: NextStep, target: str) -> str:
    """Whose turn it is, and what to do. `target` is the instance as it is written in a command."""
    match step:
        case NextStep.MIBOT:
            return "mibot: it goes on by itself"
        case NextStep.WORKFLOW:
            return "the deployment's workflow run: mibot follows it"
        case NextStep.SLOT:
            return "mibot: it starts the upgrade when nothing is in the way any more"
        case NextStep.FIX_CHECKS:
            return "a person: make the pull request's checks pass, or close it"
        case NextStep.REVIEW:
            return "a reviewer: approve the pull request, or request changes"
        case NextStep.CHANGES:
            return "a person: resolve the requested changes"
        case NextStep.MERGE:
            return "a person: merge the pull request"
        case NextStep.CLEAR:
            return "a person: clear what is in the way, and mibot goes on by itself"
        case NextStep.JUDGE:
            accept = f'`/check {target} --accept "what you saw"`'
            return f"an operator: {accept}, `/retry {target}` or `/rollback {target}`"
        case NextStep.REPAIR:
            by_hand = f"`/deployed {target}` after a repair by hand"
            return f"an operator: `/retry {target}`, `/rollback {target}`, or {by_hand}"
        case NextStep.REQUEST:
            return f"an operator: `/upgrade {target}` requests it again"
        case NextStep.NOBODY:
            return "nobody: there is nothing left to do"
