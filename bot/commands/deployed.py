"""`/deployed rctest`: takes a person's word that a merged upgrade is on its VM, and goes on with the proof."""

from __future__ import annotations

from collections.abc import Callable

from bot.commands import Command
from bot.domain.chat.replies import Item, Paragraph, Progress
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import choose, read
from bot.domain.flow.effects import Effect, MarkDeployed
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.upgrade.deployment import may_be_deployed, overtaken_by
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Voice


def plan(request: Request, view: View, voice: Voice) -> Plan:
    def effect(upgrade: Upgrade) -> Effect:
        return MarkDeployed(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt)

    return about_upgrades(
        request, view, voice, COMMAND, may_be_deployed, effect, "no merged upgrade of it waits for its deployment."
    )


def about_upgrades(
    request: Request,
    view: View,
    voice: Voice,
    command: Command,
    fits: Callable[[Upgrade], bool],
    effect: Callable[[Upgrade], Effect],
    otherwise: str,
) -> Plan:
    """What a command says and does that is about one upgrade of each instance: the newest version's that `fits`."""
    arguments = read(request.arguments)
    fault = arguments.fault or ("" if arguments.names else "name the instances: {usage}.")
    if fault or len(arguments.versions) > 1:
        return Plan((Paragraph(voice.misused(command.name, fault or "name one version at most.", command.usage)),))
    chosen = choose(arguments.names, view)
    items: list[Item] = [Paragraph(voice.about_command(command.name, word.sentence)) for _, word in chosen.unknown]
    effects: list[Effect] = []
    for instance in chosen.instances:
        upgrade = _meant(instance, view, arguments.versions, fits)
        later = overtaken_by(upgrade, view.upgrades.values()) if upgrade is not None else None
        if upgrade is not None and later is not None:
            if instance.slug not in chosen.by_group:
                items.append(Paragraph(voice.refusal(instance, _overtaken(upgrade, later))))
        elif upgrade is not None:
            items.append(Progress(instance.slug, upgrade.version))
            effects.append(effect(upgrade))
        elif instance.slug not in chosen.by_group:
            items.append(Paragraph(voice.refusal(instance, otherwise)))
    if not items:
        items.append(Paragraph(voice.about_command(command.name, otherwise.replace(" of it", ""))))
    return Plan(tuple(items), tuple(effects))


def _overtaken(upgrade: Upgrade, later: Upgrade) -> str:
    what = "the one" if later.back is None else "the rollback of the one"
    return f"its upgrade to {upgrade.version} was overtaken by {what} to {later.version}: see to that one."


def _meant(
    instance: Instance, view: View, versions: tuple[object, ...], fits: Callable[[Upgrade], bool]
) -> Upgrade | None:
    found = [
        upgrade
        for upgrade in view.upgrades.values()
        if upgrade.slug == instance.slug and fits(upgrade) and (not versions or upgrade.version in versions)
    ]
    return max(found, key=lambda upgrade: upgrade.version, default=None)


COMMAND = Command(
    "deployed",
    "/deployed INSTANCE … [VERSION]",
    "says that a merged upgrade is on its VM, deployed or repaired by hand; its health checks run",
    Who.OPERATORS,
    plan,
)
