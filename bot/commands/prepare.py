"""`/prepare 3.41.0`: opens the pull request with a version's golden file, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.domain.chat.replies import Paragraph, Preparing
from bot.domain.flow.arguments import read, the_version
from bot.domain.flow.effects import Prepare
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.plans.version_policy import unknown
from bot.rendering import Voice

ACCEPT = "--accept-tags"


def plan(request: Request, view: View, voice: Voice) -> Plan:
    arguments = read(request.arguments, flags=(ACCEPT,))
    fault = arguments.fault or ("write {usage}, without an instance." if arguments.names else "")
    version = the_version(arguments, request, view)
    if fault or isinstance(version, str):
        return Plan((Paragraph(voice.misused("prepare", fault or str(version), COMMAND.usage)),))
    if view.released and version not in {*view.released, *view.fleet.golden}:
        return Plan((Paragraph(voice.about_command("prepare", unknown(version, view.released))),))
    accept = arguments.option(ACCEPT) is not None
    return Plan((Preparing(version),), (Prepare(str(version), request.author, asked=True, accept=accept),))


COMMAND = Command(
    "prepare",
    f"/prepare [VERSION] [{ACCEPT}]",
    "opens the pull request with the version's golden file and executors modules; "
    f"`{ACCEPT}` accepts images without the version's tag",
    Who.OPERATORS,
    plan,
)
