"""`/check rctest`: runs an instance's health checks now and posts the table."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.commanding import Plan, Request, View, Who
from bot.domain.effects import CheckNow, Effect, Recheck
from bot.domain.model import Instance
from bot.domain.names import resolve
from bot.domain.records import CheckTable, Item, Paragraph
from bot.domain.upgrade import Stage
from bot.voice import Voice


def plan(request: Request, view: View, voice: Voice) -> Plan:
    if not request.arguments:
        return Plan((Paragraph(voice.about_command("check", f"name the instances to check: {COMMAND.usage}.")),))
    items: dict[str, Item] = {}
    effects: list[Effect] = []
    for word in request.arguments:
        found = resolve(word, view.fleet)
        if not isinstance(found, Instance):
            items.setdefault(word, Paragraph(voice.about_command("check", found.sentence)))
        elif found.slug not in items:
            items[found.slug] = CheckTable(found.slug)
            effects += [CheckNow(request.comment, found.slug), *_waiting_for_proof(found, view)]
    return Plan(tuple(items.values()), tuple(effects))


def _waiting_for_proof(instance: Instance, view: View) -> list[Effect]:
    """A merged upgrade whose checks were not all green is judged anew: that is how its line gets ticked."""
    return [
        Recheck(upgrade.slug, str(upgrade.version))
        for upgrade in view.upgrades.values()
        if upgrade.slug == instance.slug and upgrade.merged_at and upgrade.stage in {Stage.MERGED, Stage.FAILED}
    ]


COMMAND = Command(
    "check", "/check INSTANCE …", "runs the health checks now and posts the results", Who.OPERATORS, plan
)
