"""`/check rctest`: runs an instance's health checks now and posts the table."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.replies import CheckTable, Item, Paragraph
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import choose, read
from bot.domain.flow.effects import CheckNow, Effect, Recheck
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.upgrade.deployment import overtaken_by
from bot.domain.upgrade.stages import Stage
from bot.rendering import Voice

ACCEPT = "--accept"
NOTHING_TO_ACCEPT = f"no deployed upgrade of it waits for its proof, so there is nothing to {ACCEPT}."


def plan(request: Request, view: View, voice: Voice) -> Plan:
    arguments = read(request.arguments, valued=(ACCEPT,))
    fault = arguments.fault or ("" if arguments.names else "name the instances to check: {usage}.")
    if fault:
        return Plan((Paragraph(voice.misused("check", fault, COMMAND.usage)),))
    accepted = arguments.option(ACCEPT) or ""
    chosen = choose(arguments.names, view)
    items: list[Item] = [Paragraph(voice.about_command("check", word.sentence)) for _, word in chosen.unknown]
    effects: list[Effect] = []
    for instance in chosen.instances:
        items.append(CheckTable(instance.slug))
        effects.append(CheckNow(request.comment, instance.slug))
        waiting = _waiting_for_proof(instance, view, request.author, accepted)
        if accepted and not waiting and instance.slug not in chosen.by_group:
            items.append(Paragraph(voice.refusal(instance, NOTHING_TO_ACCEPT)))
        effects += waiting
    return Plan(tuple(items), tuple(effects))


def _waiting_for_proof(instance: Instance, view: View, by: str, accepted: str) -> list[Effect]:
    """A deployed upgrade whose checks were not all green is judged anew: that is how its line gets ticked."""
    waits = {Stage.HELD, Stage.FAILED, *([Stage.VERIFYING] if accepted else [])}
    everything = view.upgrades.values()
    return [
        Recheck(upgrade.slug, str(upgrade.version), by, accepted)
        for upgrade in everything
        if upgrade.slug == instance.slug and upgrade.deployed and upgrade.stage in waits
        if overtaken_by(upgrade, everything) is None
    ]


COMMAND = Command(
    "check",
    f'/check INSTANCE … [{ACCEPT} "what you saw"]',
    "runs the health checks now and posts the results; "
    f"`{ACCEPT}` vouches for what mibot can't find out of a deployed upgrade",
    Who.OPERATORS,
    plan,
)
