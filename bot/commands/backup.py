"""`/backup rctest`: takes a backup of the database and a snapshot of the data disk now, and shows their state."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.arguments import NoInstancesNamed, choose_instances, parse_arguments
from bot.domain.chat.effects import BackUpNow
from bot.domain.chat.replies import BackupProgress, ReplyItem
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.reasons import Reason
from bot.formats.documents import stored

MAX_BACKUPS = 10
"""Instances that one command backs up."""


@stored("backup.too_many", instances="instances", limit="limit")
@dataclass(frozen=True)
class TooManyBackups(Reason):
    """Only the first `limit` of the instances are backed up."""

    instances: int
    limit: int


def plan(request: CommandRequest, context: CommandContext) -> CommandPlan:
    arguments = parse_arguments(request.arguments, COMMAND.usage, versions_named=False, latest_named=False)
    if isinstance(arguments, Reason):
        return refuse(COMMAND.name, arguments)
    if not arguments.names:
        return refuse(COMMAND.name, NoInstancesNamed(COMMAND.name, COMMAND.usage))
    selection = choose_instances(arguments, request, context, COMMAND.usage)
    if isinstance(selection, Reason):
        return refuse(COMMAND.name, selection)
    items: list[ReplyItem] = [CommandMessage(COMMAND.name, reason) for _, reason in selection.unknown]
    selected = selection.instances[:MAX_BACKUPS]
    if len(selection.instances) > MAX_BACKUPS:
        items.append(CommandMessage(COMMAND.name, TooManyBackups(len(selection.instances), MAX_BACKUPS)))
    items += [BackupProgress(instance.slug) for instance in selected]
    return CommandPlan(tuple(items), tuple(BackUpNow(request.comment, instance.slug) for instance in selected))


COMMAND = Command(
    "backup",
    "/backup INSTANCE …",
    "backs up the database and the data disk now, and lists older backups made by mibot",
    Permission.OPERATORS,
    plan,
)
