"""`/status`: where everything stands."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.replies import Paragraph
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.versions import Version
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message
from bot.rendering.status import render_status


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    named = [version for word in request.arguments if (version := Version.parse(word))]
    if len(named) != len(request.arguments) or len(named) > 1:
        return CommandPlan(
            (
                Paragraph(
                    render_command_message(renderer, "status", f"write {COMMAND.usage}, with at most one version.")
                ),
            )
        )
    version = named[0] if named else request.version
    order = {instance.slug: place for place, instance in enumerate(view.fleet)}
    upgrades = sorted(
        (upgrade for upgrade in view.upgrades.values() if version in {None, upgrade.version}),
        key=lambda upgrade: (upgrade.version, order.get(upgrade.slug, len(order)), upgrade.slug),
    )
    tracker = view.tracker.issue if view.tracker and view.tracker.version == version else None
    return CommandPlan((Paragraph(render_status(renderer, version, tracker, upgrades)),))


COMMAND = Command(
    "status", "/status [VERSION]", "shows where every upgrade of the version stands", Permission.ANYONE, plan
)
