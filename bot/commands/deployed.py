"""`/deployed rctest`: takes a person's word that a merged upgrade is on its VM, and goes on with the proof."""

from __future__ import annotations

from collections.abc import Callable

from bot.commands import Command
from bot.domain.chat.replies import Paragraph, ReplyItem, UpgradeProgress
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import parse_arguments, select_instances
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.upgrade.deployment import can_mark_deployed, superseded_by
from bot.domain.upgrade.effects import MarkDeployed
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_refusal, render_usage_error


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    def effect(upgrade: Upgrade) -> Effect:
        return MarkDeployed(upgrade.slug, str(upgrade.version), request.author, upgrade.attempt)

    return plan_for_upgrades(
        request,
        view,
        renderer,
        COMMAND,
        can_mark_deployed,
        effect,
        "no merged upgrade of it waits for its deployment.",
    )


def plan_for_upgrades(
    request: CommandRequest,
    view: CommandContext,
    renderer: Renderer,
    command: Command,
    fits: Callable[[Upgrade], bool],
    effect: Callable[[Upgrade], Effect],
    otherwise: str,
) -> CommandPlan:
    """What a command says and does that is about one upgrade of each instance: the newest version's that `fits`."""
    arguments = parse_arguments(request.arguments)
    fault = arguments.fault or ("" if arguments.names else "name the instances: {usage}.")
    if fault or len(arguments.versions) > 1:
        return CommandPlan(
            (
                Paragraph(
                    render_usage_error(renderer, command.name, fault or "name one version at most.", command.usage)
                ),
            )
        )
    chosen = select_instances(arguments.names, view)
    items: list[ReplyItem] = [
        Paragraph(render_command_message(renderer, command.name, word.message)) for _, word in chosen.unknown
    ]
    effects: list[Effect] = []
    for instance in chosen.instances:
        upgrade = _newest_matching(instance, view, arguments.versions, fits)
        later = superseded_by(upgrade, view.upgrades.values()) if upgrade is not None else None
        if upgrade is not None and later is not None:
            if instance.slug not in chosen.by_group:
                items.append(Paragraph(render_refusal(renderer, instance, _describe_superseded(upgrade, later))))
        elif upgrade is not None:
            items.append(UpgradeProgress(instance.slug, upgrade.version))
            effects.append(effect(upgrade))
        elif instance.slug not in chosen.by_group:
            items.append(Paragraph(render_refusal(renderer, instance, otherwise)))
    if not items:
        items.append(Paragraph(render_command_message(renderer, command.name, otherwise.replace(" of it", ""))))
    return CommandPlan(tuple(items), tuple(effects))


def _describe_superseded(upgrade: Upgrade, later: Upgrade) -> str:
    what = "the one" if later.back is None else "the rollback of the one"
    return f"its upgrade to {upgrade.version} was overtaken by {what} to {later.version}: see to that one."


def _newest_matching(
    instance: Instance, view: CommandContext, versions: tuple[object, ...], fits: Callable[[Upgrade], bool]
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
    Permission.OPERATORS,
    plan,
)
