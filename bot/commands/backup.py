"""`/backup rctest`: takes a backup of the database and a snapshot of the data disk now, and says how they stand."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.effects import BackUpNow
from bot.domain.chat.replies import BackupProgress, Paragraph, ReplyItem
from bot.domain.flow.arguments import parse_arguments, select_instances
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_usage_error

MAX_BACKUPS = 10
"""Instances that one command backs up: whoever means more says so again."""


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    arguments = parse_arguments(request.arguments)
    fault = arguments.fault or ("" if arguments.names and not arguments.versions else "name the instances: {usage}.")
    if fault:
        return CommandPlan((Paragraph(render_usage_error(renderer, "backup", fault, COMMAND.usage)),))
    chosen = select_instances(arguments.names, view)
    items: list[ReplyItem] = [
        Paragraph(render_command_message(renderer, "backup", word.message)) for _, word in chosen.unknown
    ]
    meant = chosen.instances[:MAX_BACKUPS]
    if len(chosen.instances) > MAX_BACKUPS:
        left_out = f"of {len(chosen.instances)} instances the first {MAX_BACKUPS} are backed up; name the others."
        items.append(Paragraph(render_command_message(renderer, "backup", left_out)))
    items += [BackupProgress(instance.slug) for instance in meant]
    return CommandPlan(tuple(items), tuple(BackUpNow(request.comment, instance.slug) for instance in meant))


COMMAND = Command(
    "backup",
    "/backup INSTANCE …",
    "backs up the database and the data disk now, and lists older backups of mibot's",
    Permission.OPERATORS,
    plan,
)
