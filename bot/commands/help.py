"""`/help`: lists the commands, made from the commands themselves."""

from __future__ import annotations

from bot.commands import Command, all_commands
from bot.domain.chat.replies import Paragraph
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.rendering import Voice


def plan(request: Request, view: View, voice: Voice) -> Plan:  # noqa: ARG001 - every command takes the same
    rows = [
        {"usage": command.usage, "summary": command.summary, "who": command.who.value}
        for command in all_commands().values()
    ]
    return Plan((Paragraph(voice.help(rows)),))


COMMAND = Command("help", "/help", "lists these commands", Who.ANYONE, plan)
