"""The words of `/rollback`."""

from __future__ import annotations

from bot.commands.rollback import DeploymentRunning, NoInstanceNamed, PullRequestOpen, SeveralInstancesNamed
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: NoInstanceNamed) -> str:
    return f"name the instance: {reason.usage}."


@describe.register
def _(reason: SeveralInstancesNamed) -> str:
    return f"one instance at a time, and its reason behind it: {reason.usage}."


@describe.register
def _(reason: PullRequestOpen) -> str:
    return (
        f"its upgrade to {reason.version} is open (pull request {reason.pull}) and changed nothing yet: "
        "close that pull request first."
    )


@describe.register
def _(_: DeploymentRunning) -> str:
    return "its deployment goes on: ask again when it is over, or cancel its run on GitHub first."
