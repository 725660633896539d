"""The words for findings about the repositories, the label and the teams."""

from __future__ import annotations

from bot.domain.doctor import repositories as found
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.doctor.repairs import describe_repair

_PARTS = {found.FleetPart.INSTANCE: "instance that can be read", found.FleetPart.GOLDEN_FILE: "golden file"}


@describe.register
def _(reason: found.RepositoryNotInstalled) -> str:
    return f"The App is not installed for {reason.repository}, or there is no such repository."


@describe_repair.register
def _(reason: found.RepositoryNotInstalled) -> str:
    return f"Install the App there, or correct repositories.{reason.key}."


@describe.register
def _(reason: found.RepositoryHidden) -> str:
    return f"The App has no access to {reason.repository}."


@describe_repair.register
def _(_: found.RepositoryHidden) -> str:
    return "Add it to the repositories of the App's installation."


@describe.register
def _(reason: found.RepositoryRenamed) -> str:
    return f"{reason.repository} is now called {reason.current}."


@describe_repair.register
def _(reason: found.RepositoryRenamed) -> str:
    return f"Set repositories.{reason.key} to {reason.current}."


@describe.register
def _(reason: found.RepositoryReachable) -> str:
    return f"{reason.repository}, the App is installed there"


@describe.register
def _(reason: found.ReleasesMissing) -> str:
    return f"{reason.repository} has no tags vX.Y.Z."


@describe_repair.register
def _(_: found.ReleasesMissing) -> str:
    return "Correct repositories.upstream."


@describe.register
def _(reason: found.ReleasesReadable) -> str:
    how = "the App is installed there" if reason.installed else "public, so the App need not be installed"
    return f"{reason.repository}, {how}; {reason.count} releases, the latest is {reason.latest}"


@describe.register
def _(reason: found.LabelFound) -> str:
    return f"{reason.label} exists in {reason.repository}"


@describe.register
def _(reason: found.LabelMissing) -> str:
    return f"{reason.repository} has no label {reason.label} yet."


@describe_repair.register
def _(_: found.LabelMissing) -> str:
    return "Create it, so that people can choose it."


@describe.register
def _(reason: found.TeamsFound) -> str:
    return ", ".join(reason.teams)


@describe.register
def _(reason: found.TeamsMissing) -> str:
    return f"There is no team {' and no team '.join(reason.teams)}, or the App has no access to it."


@describe_repair.register
def _(_: found.TeamsMissing) -> str:
    return "Correct policy.operators; write ORGANIZATION/TEAM as in the team's address."


@describe.register
def _(reason: found.FleetMissing) -> str:
    return f"{reason.repository} has no {_PARTS[reason.part]}."


@describe_repair.register
def _(_: found.FleetMissing) -> str:
    return "Correct repositories.deployment."


@describe.register
def _(reason: found.FleetReadable) -> str:
    golden = f"{reason.golden_files} golden files, the newest is {reason.newest}"
    unreadable = f"; {reason.unreadable} can't be read, `mibot fleet` says why" if reason.unreadable else ""
    return f"{reason.instances} instances, {golden}{unreadable}"
