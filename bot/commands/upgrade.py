"""`/upgrade rctest`: opens the upgrade pull request of an instance, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.changeset import Refusal, plan_upgrade
from bot.domain.commanding import Plan, Request, View, Who
from bot.domain.effects import Effect, StartUpgrade
from bot.domain.model import Instance
from bot.domain.names import resolve
from bot.domain.records import Item, Paragraph, Progress
from bot.domain.upgrade import Stage
from bot.domain.versions import Version
from bot.voice import Voice


def plan(request: Request, view: View, voice: Voice) -> Plan:
    words, version, fault = _arguments(request)
    if fault or version is None:
        return Plan((Paragraph(voice.about_command("upgrade", fault)),))
    items: dict[str, Item] = {}
    effects: list[Effect] = []
    for word in words:
        found = resolve(word, view.fleet)
        if not isinstance(found, Instance):
            items.setdefault(word, Paragraph(voice.about_command("upgrade", found.sentence)))
        elif found.slug not in items:
            refusal = _refusal(found, version, view)
            if refusal is not None:
                items[found.slug] = Paragraph(voice.refusal(found, refusal.sentence))
                continue
            items[found.slug] = Progress(found.slug, version)
            effects.append(StartUpgrade(found.slug, str(version), request.author, request.issue))
    return Plan(tuple(items.values()), tuple(effects))


def _arguments(request: Request) -> tuple[list[str], Version | None, str]:
    """The words that name instances, the version, and what is wrong."""
    versions = {version for word in request.arguments if (version := Version.parse(word))}
    words = [word for word in request.arguments if Version.parse(word) is None]
    options = [word for word in words if word.startswith("-")]
    version = next(iter(versions), request.version)
    if options:
        return [], None, f"there are no options here; write {COMMAND.usage}."
    if len(versions) > 1:
        return [], None, "name one version only; write another command for the other."
    if not words:
        return [], None, f"name the instances to upgrade: {COMMAND.usage}."
    if version is None:
        return [], None, f"this issue's title names no version; add one: {COMMAND.usage}."
    return words, version, ""


def _refusal(instance: Instance, version: Version, view: View) -> Refusal | None:
    """Why policy refuses; an upgrade that is under way or done is shown again instead."""
    existing = view.upgrade(instance.slug, version)
    if existing is not None and existing.stage not in {Stage.CLOSED, Stage.WAITING, Stage.FAILED}:
        return None
    if existing is not None and existing.merged_at:
        return None
    planned = plan_upgrade(instance, version, view.fleet, view.released)
    return planned if isinstance(planned, Refusal) else None


COMMAND = Command(
    "upgrade",
    "/upgrade INSTANCE … [VERSION]",
    "opens the upgrade pull request of each instance and follows it to the end",
    Who.OPERATORS,
    plan,
)
