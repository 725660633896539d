"""`/help`: lists the commands. The list is made from the commands themselves."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.answers import CommandList
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission


def plan(_request: CommandRequest, _context: CommandContext) -> CommandPlan:
    return CommandPlan((CommandList(),))


COMMAND = Command("help", "/help", "lists these commands", Permission.ANYONE, plan)
