"""The three repositories, the label and the teams on GitHub."""

from __future__ import annotations

from functools import partial

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext, Finding, failed, ok, unknown


def reachable(patient: DoctorContext, key: str) -> Finding:
    """The App is installed there, sees it, and it still has that name."""
    name: str = getattr(patient.settings.repositories, key)
    if doctor.granted_permissions(patient.session, name) is None:
        return failed(
            f"The App is not installed for {name}, or there is no such repository.",
            f"Install the App there, or correct repositories.{key}.",
        )
    return _check_name(name, doctor.full_name(patient.session, name), key)


def _check_name(name: str, now: str | None, key: str) -> Finding:
    if now is None:
        return failed(f"The App may not see {name}.", "Add it to the repositories of the App's installation.")
    if now.lower() != name.lower():
        return failed(f"{name} is now called {now}.", f"Set repositories.{key} to {now}.")
    return ok(f"{now}, the App is installed there")


def upstream(patient: DoctorContext) -> Finding:
    """Its tags are what counts; the App need not be installed where everybody may read."""
    name = patient.settings.repositories.upstream
    releases = patient.wiring.upstream.releases()
    if not releases:
        return failed(f"{name} has no tags vX.Y.Z.", "Correct repositories.upstream.")
    installed = doctor.granted_permissions(patient.session, name) is not None
    how = "the App is installed there" if installed else "public, so the App need not be installed"
    return ok(f"{name}, {how}; {len(releases)} releases, the latest is {max(releases)}")


def label(patient: DoctorContext) -> Finding:
    name, repository = patient.settings.policy.label, patient.settings.repositories.releases
    if doctor.label_exists(patient.session, repository, name):
        return ok(f"{name} exists in {repository}")
    return unknown(f"{repository} has no label {name} yet.", "Create it, so that people can choose it.")


def operators(patient: DoctorContext) -> Finding:
    teams = patient.settings.policy.operators
    absent = [team for team in teams if not doctor.team_exists(patient.session, team)]
    if absent:
        return failed(
            f"There is no team {' and no team '.join(absent)}, or the App may not see it.",
            "Correct policy.operators; write ORGANISATION/TEAM as in the team's address.",
        )
    return ok(", ".join(teams))


def fleet(patient: DoctorContext) -> Finding:
    """That the deployment repository can be read, and is one."""
    found = patient.fleet
    if not found.instances or not found.golden:
        lacks = "an instance that can be read" if found.golden else "a golden file"
        return failed(
            f"{patient.settings.repositories.deployment} holds not even {lacks}.", "Correct repositories.deployment."
        )
    golden = f"{len(found.golden)} golden files, the newest is {max(found.golden)}"
    unreadable = f"; {len(found.unreadable)} can't be read, `mibot fleet` says why" if found.unreadable else ""
    return ok(f"{len(found)} instances, {golden}{unreadable}")


DIAGNOSTICS = (
    Diagnostic("releases", partial(reachable, key="releases")),
    Diagnostic("deployment", partial(reachable, key="deployment")),
    Diagnostic("upstream", upstream),
    Diagnostic("label", label),
    Diagnostic("operators", operators),
    Diagnostic("fleet", fleet),
)
