"""`/backup rctest`: takes a backup of the database and a snapshot of the data disk now, and says how they stand."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.replies import BackupShown, Item, Paragraph
from bot.domain.flow.arguments import choose, read
from bot.domain.flow.effects import BackUpNow
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.rendering import Voice

MOST_BACKUPS = 10
"""Instances that one command backs up: whoever means more says so again."""


def plan(request: Request, view: View, voice: Voice) -> Plan:
    arguments = read(request.arguments)
    fault = arguments.fault or ("" if arguments.names and not arguments.versions else "name the instances: {usage}.")
    if fault:
        return Plan((Paragraph(voice.misused("backup", fault, COMMAND.usage)),))
    chosen = choose(arguments.names, view)
    items: list[Item] = [Paragraph(voice.about_command("backup", word.sentence)) for _, word in chosen.unknown]
    meant = chosen.instances[:MOST_BACKUPS]
    if len(chosen.instances) > MOST_BACKUPS:
        left_out = f"of {len(chosen.instances)} instances the first {MOST_BACKUPS} are backed up; name the others."
        items.append(Paragraph(voice.about_command("backup", left_out)))
    items += [BackupShown(instance.slug) for instance in meant]
    return Plan(tuple(items), tuple(BackUpNow(request.comment, instance.slug) for instance in meant))


COMMAND = Command(
    "backup",
    "/backup INSTANCE …",
    "backs up the database and the data disk now, and lists older backups of mibot's",
    Who.OPERATORS,
    plan,
)
