"""`/plan rctest 3.41.0`: shows what an upgrade would do, and does nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import Command
from bot.domain.chat.replies import Item, Paragraph, PlanShown
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import choose, read, the_version
from bot.domain.flow.effects import PlanNow
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.versions import Version
from bot.rendering import Voice

MOST_PLANS = 10
"""Plans that one command shows: each is as long as a comment may well be."""


def plan(request: Request, view: View, voice: Voice) -> Plan:
    arguments = read(request.arguments)
    fault = arguments.fault or ("" if arguments.names else "name the instances: {usage}.")
    version = the_version(arguments, request, view)
    if fault or isinstance(version, str):
        return Plan((Paragraph(voice.misused("plan", fault or str(version), COMMAND.usage)),))
    chosen = choose(arguments.names, view)
    items: list[Item] = [Paragraph(voice.about_command("plan", word.sentence)) for _, word in chosen.unknown]
    return previews("plan", request, items, chosen.instances, version, voice)


def previews(
    command: str,
    request: Request,
    items: Sequence[Item],
    instances: Sequence[Instance],
    version: Version,
    voice: Voice,
) -> Plan:
    """What an upgrade of each instance would do, behind the items that are there already; of MOST_PLANS at most."""
    shown: list[Item] = [PlanShown(instance.slug, version) for instance in instances[:MOST_PLANS]]
    if len(instances) > MOST_PLANS:
        left_out = f"of {len(instances)} instances the first {MOST_PLANS} are shown; name the others to see them."
        shown.insert(0, Paragraph(voice.about_command(command, left_out)))
    effects = [PlanNow(request.comment, instance.slug, str(version)) for instance in instances[:MOST_PLANS]]
    return Plan((*items, *shown), tuple(effects))


COMMAND = Command(
    "plan",
    "/plan INSTANCE … [VERSION]",
    "shows what an upgrade would do, with its pre-upgrade checks, and does nothing",
    Who.OPERATORS,
    plan,
)
