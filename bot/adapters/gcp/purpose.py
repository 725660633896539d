"""What a request to Google is for, which API it goes to, and which permission it needs."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.failures.google import GoogleAction, GoogleProject, GoogleService


@dataclass(frozen=True)
class Service:
    """One of Google's APIs: the host to enable (`compute.googleapis.com`), the access scope that tokens need, and the
    setting that holds its endpoint."""

    name: GoogleService
    api: str
    scope: str
    setting: str


@dataclass(frozen=True)
class Purpose:
    """What a request attempts, the permission that it needs, and a role that has it.

    `project` is where the permission is needed, and `settings` are the settings that say where that is.
    """

    action: GoogleAction
    permission: str
    role: str
    project: GoogleProject = GoogleProject.INSTANCE
    settings: tuple[str, ...] = ("gcp.project_template", "gcp.zone")


@dataclass(frozen=True)
class CallContext:
    """A request's API and purpose, how long to wait for an answer (seconds), and the account that asks."""

    service: Service
    purpose: Purpose
    deadline: float
    account: str = ""
