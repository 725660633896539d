"""`/rollback rctest`: opens the pull request that undoes the last upgrade of an instance."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands import Command
from bot.domain.chat.replies import Paragraph, Progress
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import resolve
from bot.domain.flow.effects import StartRollback
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.rendering import Voice

_OPTION = re.compile(r"(?:--?|[\u2012-\u2015\u2212])[A-Za-z]")


def plan(request: Request, view: View, voice: Voice) -> Plan:
    if not request.arguments:
        return Plan((Paragraph(voice.misused("rollback", "name the instance: {usage}.", COMMAND.usage)),))
    fault = _misused(request.arguments[1:], view)
    if fault:
        return Plan((Paragraph(voice.misused("rollback", fault, COMMAND.usage)),))
    found = resolve(request.arguments[0], view.fleet)
    if not isinstance(found, Instance):
        return Plan((Paragraph(voice.about_command("rollback", found.sentence)),))
    obstacle = _obstacle(found, view)
    if obstacle:
        return Plan((Paragraph(voice.refusal(found, obstacle)),))
    version = str(found.version)
    why = " ".join(request.arguments[1:])
    return Plan(
        (Progress(found.slug, found.version),),
        (StartRollback(found.slug, version, request.author, why, request.comment),),
    )


def _misused(rest: Sequence[str], view: View) -> str:
    """What is wrong with the words behind the instance; a sentence of people's is fine."""
    if any(_OPTION.match(word) for word in rest):
        return "there are no options here; write {usage}."
    if rest and all(isinstance(resolve(word, view.fleet), Instance) for word in rest):
        return "one instance at a time, and its reason behind it: {usage}."
    return ""


def _obstacle(instance: Instance, view: View) -> str:
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
    Who.OPERATORS,
    plan,
)
