"""What `mibot doctor` reads from GitHub: the App, its installations and webhook, teams, repositories, and the
workflow that deploys."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.session import Session
from bot.domain.doctor.webhook import WebhookConfig
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import AppInfo
from bot.ports.errors import NotFoundError

READ_APP = Purpose(GitHubAction.READ_APP)
READ_INSTALLATION = Purpose(GitHubAction.FIND_INSTALLATION)
READ_WEBHOOK = Purpose(GitHubAction.READ_WEBHOOK)
READ_DELIVERIES = Purpose(GitHubAction.READ_DELIVERIES)
READ_LABEL = Purpose(GitHubAction.READ_LABEL, "issues=read")
READ_TEAM = Purpose(GitHubAction.READ_TEAM, "members=read")
READ_NAME = Purpose(GitHubAction.READ_REPOSITORY, "metadata=read")
READ_WORKFLOW = Purpose(GitHubAction.READ_WORKFLOW, "actions=read")
READ_WORKFLOW_FILE = Purpose(GitHubAction.READ_WORKFLOW_FILE, "contents=read")
LATEST = 30  # deliveries


def app_info(session: Session) -> AppInfo:
    return session.app.get("/app", READ_APP, _app)


def granted_permissions(session: Session, repository: str) -> dict[str, str] | None:
    """What the installation for `owner/name` may do (`{"contents": "write", …}`), or None if there is none."""
    try:
        return session.app.get(
            f"/repos/{repository}/installation", READ_INSTALLATION, lambda data: dict(data["permissions"])
        )
    except NotFoundError:
        return None


def webhook(session: Session) -> WebhookConfig | None:
    """The App's webhook, or None if the server does not tell."""
    try:
        return session.app.get("/app/hook/config", READ_WEBHOOK, _webhook)
    except NotFoundError:
        return None


def latest_deliveries(session: Session) -> list[int] | None:
    """The HTTP statuses of the latest deliveries, newest first (0 for no answer), or None if the server does not
    tell."""
    try:
        return session.app.get(
            "/app/hook/deliveries",
            READ_DELIVERIES,
            lambda data: [int(delivery["status_code"] or 0) for delivery in data],
            per_page=LATEST,
        )
    except NotFoundError:
        return None


def label_exists(session: Session, repository: str, label: str) -> bool:
    """Whether the repository `owner/name` has that label."""
    try:
        return session.repository(repository).get(f"/labels/{quote(label, safe='')}", READ_LABEL, lambda _: True)
    except NotFoundError:
        return False


def team_exists(session: Session, team: str) -> bool:
    """Whether there is a team `org/team` that the App may see."""
    org, _, slug = team.partition("/")
    try:
        return session.organization(org).get(f"/teams/{quote(slug, safe='')}", READ_TEAM, lambda _: True)
    except NotFoundError:
        return False


def full_name(session: Session, repository: str) -> str | None:
    """The repository's name as GitHub writes it, or None if the installation does not see it."""
    try:
        return session.repository(repository).get("", READ_NAME, lambda data: str(data["full_name"]))
    except NotFoundError:
        return None


def workflow_state(session: Session, repository: str, file: str) -> str | None:
    """GitHub's state of the workflow in that file (`active`, `disabled_manually` …), or None if there is none."""
    try:
        path = f"/actions/workflows/{quote(file, safe='')}"
        return session.repository(repository).get(path, READ_WORKFLOW, lambda data: str(data["state"]))
    except NotFoundError:
        return None


def workflow_file(session: Session, repository: str, file: str) -> bytes | None:
    """The content of the workflow's file on the default branch of `owner/name`, or None if there is none."""
    try:
        path = f"/contents/.github/workflows/{quote(file, safe='')}"
        return session.repository(repository).get(path, READ_WORKFLOW_FILE, _content)
    except NotFoundError:
        return None


def _content(data: Any) -> bytes:
    if data["encoding"] != "base64":
        raise ValueError("another encoding")
    return base64.b64decode(data["content"])


def _app(data: Any) -> AppInfo:
    return AppInfo(str(data["slug"]), dict(data["permissions"]), frozenset(data["events"]))


def _webhook(data: Any) -> WebhookConfig:
    return WebhookConfig(
        url=str(data.get("url") or ""),
        content_type=str(data.get("content_type") or ""),
        verifies_tls=str(data.get("insecure_ssl", "0")) == "0",
        has_secret=bool(data.get("secret")),
    )
