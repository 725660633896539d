"""`/rollback rctest`: opens the pull request that undoes the last upgrade of an instance."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands import Command
from bot.domain.chat.replies import Paragraph, UpgradeProgress
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import resolve
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.upgrade.effects import StartRollback
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_refusal, render_usage_error

_OPTION_PATTERN = re.compile(r"(?:--?|[\u2012-\u2015\u2212])[A-Za-z]")


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    if not request.arguments:
        return CommandPlan(
            (Paragraph(render_usage_error(renderer, "rollback", "name the instance: {usage}.", COMMAND.usage)),)
        )
    fault = _usage_fault(request.arguments[1:], view)
    if fault:
        return CommandPlan((Paragraph(render_usage_error(renderer, "rollback", fault, COMMAND.usage)),))
    found = resolve(request.arguments[0], view.fleet)
    if not isinstance(found, Instance):
        return CommandPlan((Paragraph(render_command_message(renderer, "rollback", found.message)),))
    obstacle = _obstacle(found, view)
    if obstacle:
        return CommandPlan((Paragraph(render_refusal(renderer, found, obstacle)),))
    version = str(found.version)
    why = " ".join(request.arguments[1:])
    return CommandPlan(
        (UpgradeProgress(found.slug, found.version),),
        (StartRollback(found.slug, version, request.author, why, request.comment),),
    )


def _usage_fault(rest: Sequence[str], view: CommandContext) -> str:
    """What is wrong with the words behind the instance; a sentence of people's is fine."""
    if any(_OPTION_PATTERN.match(word) for word in rest):
        return "there are no options here; write {usage}."
    if rest and all(isinstance(resolve(word, view.fleet), Instance) for word in rest):
        return "one instance at a time, and its reason behind it: {usage}."
    return ""


def _obstacle(instance: Instance, view: CommandContext) -> str:
    """Why it can't be rolled back now: another pull request of it is open, or a deployment of it goes on."""
    for upgrade in view.upgrades.values():
        if upgrade.slug == instance.slug and upgrade.back is None and upgrade.stage in IN_REVIEW:
            return (
                f"its upgrade to {upgrade.version} is open (pull request {upgrade.number}) and changed nothing yet: "
                "close that pull request first."
            )
        going_on = upgrade.stage in {Stage.BACKING_UP, Stage.DEPLOYING}
        if upgrade.slug == instance.slug and going_on:
            return "its deployment goes on: ask again when it is over, or cancel its run on GitHub first."
    return ""


COMMAND = Command(
    "rollback",
    '/rollback INSTANCE ["reason"]',
    "opens the pull request that goes back to what the instance ran before its last upgrade",
    Permission.OPERATORS,
    plan,
)
