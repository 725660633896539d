"""The three repositories, the label and the teams on GitHub."""

from __future__ import annotations

from functools import partial

from bot.adapters.github import doctor
from bot.cli.doctor.context import Examination, Finding, Patient, broken, fine, unsure


def reachable(patient: Patient, key: str) -> Finding:
    """The App is installed there, sees it, and it still has that name."""
    name: str = getattr(patient.settings.repositories, key)
    if doctor.granted_permissions(patient.session, name) is None:
        return broken(
            f"The App is not installed for {name}, or there is no such repository.",
            f"Install the App there, or correct repositories.{key}.",
        )
    return _by_its_name(name, doctor.full_name(patient.session, name), key)


def _by_its_name(name: str, now: str | None, key: str) -> Finding:
    if now is None:
        return broken(f"The App may not see {name}.", "Add it to the repositories of the App's installation.")
    if now.lower() != name.lower():
        return broken(f"{name} is now called {now}.", f"Set repositories.{key} to {now}.")
    return fine(f"{now}, the App is installed there")


def upstream(patient: Patient) -> Finding:
    """Its tags are what counts; the App need not be installed where everybody may read."""
    name = patient.settings.repositories.upstream
    releases = patient.wiring.upstream.releases()
    if not releases:
        return broken(f"{name} has no tags vX.Y.Z.", "Correct repositories.upstream.")
    installed = doctor.granted_permissions(patient.session, name) is not None
    how = "the App is installed there" if installed else "public, so the App need not be installed"
    return fine(f"{name}, {how}; {len(releases)} releases, the latest is {max(releases)}")


def label(patient: Patient) -> Finding:
    name, repository = patient.settings.policy.label, patient.settings.repositories.releases
    if doctor.label_exists(patient.session, repository, name):
        return fine(f"{name} exists in {repository}")
    return unsure(f"{repository} has no label {name} yet.", "Create it, so that people can choose it.")


def operators(patient: Patient) -> Finding:
    teams = patient.settings.policy.operators
    absent = [team for team in teams if not doctor.team_exists(patient.session, team)]
    if absent:
        return broken(
            f"There is no team {' and no team '.join(absent)}, or the App may not see it.",
            "Correct policy.operators; write ORGANISATION/TEAM as in the team's address.",
        )
    return fine(", ".join(teams))


def fleet(patient: Patient) -> Finding:
    """That the deployment repository can be read, and is one."""
    found = patient.fleet
    if not found.instances or not found.golden:
        lacks = "an instance that can be read" if found.golden else "a golden file"
        return broken(
            f"{patient.settings.repositories.deployment} holds not even {lacks}.", "Correct repositories.deployment."
        )
    golden = f"{len(found.golden)} golden files, the newest is {max(found.golden)}"
    unreadable = f"; {len(found.problems)} can't be read, `mibot fleet` says why" if found.problems else ""
    return fine(f"{len(found)} instances, {golden}{unreadable}")


EXAMINATIONS = (
    Examination("releases", partial(reachable, key="releases")),
    Examination("deployment", partial(reachable, key="deployment")),
    Examination("upstream", upstream),
    Examination("label", label),
    Examination("operators", operators),
    Examination("fleet", fleet),
)
