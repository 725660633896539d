"""The argument of commands about a whole version: it has to be one that upstream released."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.chat.arguments import Arguments, refuse_names, resolve_version
from bot.domain.chat.requests import CommandContext, CommandRequest
from bot.domain.plans.version_policy import unknown_version
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("prepare.instances_named", usage="usage")
@dataclass(frozen=True)
class InstancesNamed(Reason):
    """The command takes no instances."""

    usage: str


def resolve_release(
    arguments: Arguments, request: CommandRequest, context: CommandContext, usage: str
) -> Version | Reason:
    """The one release that is meant, or what is wrong. While upstream's releases are unknown, any version is one."""
    if arguments.names:
        return refuse_names(arguments, request, context, usage) or InstancesNamed(usage)
    version = resolve_version(arguments, request, context, usage)
    if (
        isinstance(version, Version)
        and context.released
        and version not in {*context.released, *context.fleet.golden}
    ):
        return unknown_version(version, context.released)
    return version
