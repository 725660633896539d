"""The words of `/deployed`."""

from __future__ import annotations

from bot.commands.deployed import NothingAwaitsDeployment, OneVersionAtMost, Superseded
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: NothingAwaitsDeployment) -> str:
    return f"no merged upgrade{'' if reason.any_instance else ' of it'} is waiting for its deployment."


@describe.register
def _(_: OneVersionAtMost) -> str:
    return "name one version at most."


@describe.register
def _(reason: Superseded) -> str:
    successor = "the rollback of the one" if reason.by_rollback else "the one"
    return f"its upgrade to {reason.version} was superseded by {successor} to {reason.later}: handle that one."
