"""The words for steps between versions."""

from __future__ import annotations

from bot.domain.version_steps import Downgrade, NextMajor, OneStep, SameVersion, VersionJump
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: SameVersion) -> str:
    return f"it already runs {reason.version}."


@describe.register
def _(reason: Downgrade) -> str:
    return (
        f"it runs {reason.current}, and downgrades such as to {reason.target} are refused. "
        "To undo its last upgrade, comment /rollback."
    )


@describe.register
def _(reason: VersionJump) -> str:
    step = reason.next_version or f"{reason.next_series}.x"
    return (
        f"it runs {reason.current}, and {reason.target} skips versions: upgrade one minor version at a time. "
        f"Next step: {step}."
    )


@describe.register
def _(reason: OneStep) -> str:
    return f"{reason.current} to {reason.target} is one step."


@describe.register
def _(reason: NextMajor) -> str:
    current = reason.current
    return f"{current.series} is the last minor version of {current.major}.x, so {reason.target} is the next step."
