"""The words of `/rollback`."""

from __future__ import annotations

from bot.commands.rollback import DeploymentRunning, NoInstanceNamed, PullRequestOpen, SeveralInstancesNamed
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: NoInstanceNamed) -> str:
    return f"name the instance: {reason.usage}."


@describe.register
def _(reason: SeveralInstancesNamed) -> str:
    return f"name one instance, followed by the reason: {reason.usage}."


@describe.register
def _(reason: PullRequestOpen) -> str:
    return (
        f"its upgrade to {reason.version} is open (pull request {reason.pull}) and has changed nothing yet: "
        "close that pull request first."
    )


@describe.register
def _(_: DeploymentRunning) -> str:
    return "its deployment is still running: try again when it has ended, or cancel its run on GitHub first."
