"""`/help`: lists the commands, made from the commands themselves."""

from __future__ import annotations

from bot.commands import Command, all_commands
from bot.domain.chat.replies import Paragraph
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.rendering import Renderer
from bot.rendering.messages import render_help


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:  # noqa: ARG001 - every command takes the same
    rows = [
        {"usage": command.usage, "summary": command.summary, "who": command.permission.value}
        for command in all_commands().values()
    ]
    return CommandPlan((Paragraph(render_help(renderer, rows)),))


COMMAND = Command("help", "/help", "lists these commands", Permission.ANYONE, plan)
