"""The words for what the deployment repository says about instances, and for names that nothing is called."""

from __future__ import annotations

from bot.domain.fleet.model import ExcludedByChannel, MarkedSkipped, Suspended
from bot.domain.fleet.names import AccountAmbiguous, InstanceUnreadable, UnknownInstance
from bot.rendering.wording.dispatch import clause, describe


@describe.register
def _(reason: MarkedSkipped) -> str:
    return reason.words or "marked to be skipped"


@describe.register
def _(reason: ExcludedByChannel) -> str:
    return f"release channel is {reason.channel}"


@describe.register
def _(_: Suspended) -> str:
    return "suspended"


@describe.register
def _(reason: UnknownInstance) -> str:
    return f"there is no such instance.{f' Did you mean {reason.nearest}?' if reason.nearest else ''}"


@describe.register
def _(reason: InstanceUnreadable) -> str:
    if isinstance(reason.problem, Suspended):
        return "this instance is suspended and has no deployment."
    return f"this instance can't be read: {clause(reason.problem)}."


@describe.register
def _(reason: AccountAmbiguous) -> str:
    choices = reason.choices
    number = "one instance" if len(choices) == 1 else f"{len(choices)} instances"
    return f"this account has {number}: write {' or '.join(choices)}."
