"""The three repositories, the label and the teams on GitHub."""

from __future__ import annotations

from functools import partial

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.finding import Finding, failed, ok, unknown
from bot.domain.doctor.repositories import (
    LabelFound,
    LabelMissing,
    RepositoryNotInstalled,
    TeamsFound,
    TeamsMissing,
    judge_fleet,
    judge_name,
    judge_releases,
)


def reachable(context: DoctorContext, key: str) -> Finding:
    """The App is installed there, sees it, and it still has that name."""
    name: str = getattr(context.settings.repositories, key)
    if doctor.granted_permissions(context.session, name) is None:
        return failed(RepositoryNotInstalled(name, key))
    return judge_name(name, doctor.full_name(context.session, name), key)


def upstream(context: DoctorContext) -> Finding:
    name = context.settings.repositories.upstream
    releases = context.wiring.upstream.releases()
    installed = bool(releases) and doctor.granted_permissions(context.session, name) is not None
    return judge_releases(name, releases, installed=installed)


def label(context: DoctorContext) -> Finding:
    name, repository = context.settings.policy.label, context.settings.repositories.releases
    if doctor.label_exists(context.session, repository, name):
        return ok(LabelFound(name, repository))
    return unknown(LabelMissing(name, repository))


def operators(context: DoctorContext) -> Finding:
    teams = context.settings.policy.operators
    missing = tuple(team for team in teams if not doctor.team_exists(context.session, team))
    return failed(TeamsMissing(missing)) if missing else ok(TeamsFound(teams))


def fleet(context: DoctorContext) -> Finding:
    """The deployment repository can be read, and is one."""
    return judge_fleet(context.settings.repositories.deployment, context.fleet)


DIAGNOSTICS = (
    Diagnostic("releases", partial(reachable, key="releases")),
    Diagnostic("deployment", partial(reachable, key="deployment")),
    Diagnostic("upstream", upstream),
    Diagnostic("label", label),
    Diagnostic("operators", operators),
    Diagnostic("fleet", fleet),
)
