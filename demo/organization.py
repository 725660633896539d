"""The people and organizations on the emulated GitHub, each organization with an App of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OWNER = "olive"
"""Owns every organization, and so may push to its repositories."""
OPERATORS = ("dana", "lee")
"""The engineers of the operator team."""
REVIEWER = "rio"
"""A member of the organization who is in no team."""
OUTSIDER = "sam"
"""Is not a member of the organization."""
NAMES = {OUTSIDER: "Sam Stone", OWNER: "Olive Moss", "dana": "Dana Reed", "lee": "Lee Banks", REVIEWER: "Rio Vale"}
TEAM = "cloud"
BASE = "main"
UPSTREAM_BRANCH = "master"

PERMISSIONS = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "members": "read",
    "checks": "write",
    "actions": "write",
    "statuses": "read",
    "metadata": "read",
}
EVENTS = (
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "check_run",
    "check_suite",
    "status",
    "workflow_run",
)


@dataclass(frozen=True)
class Org:
    """One organization with three repositories, an operator team, and the App that is installed on it.

    `webhook_url` is where GitHub sends the App's events.
    """

    index: int
    private_key: str
    webhook_url: str

    @property
    def _suffix(self) -> str:
        return f"-{self.index}" if self.index else ""

    @property
    def name(self) -> str:
        return f"sourcegraph{self._suffix}"

    @property
    def releases(self) -> str:
        """The repository of the release issues and trackers; public."""
        return f"{self.name}/sourcegraph"

    @property
    def deployment(self) -> str:
        """The deployment repository; private."""
        return f"{self.name}/deploy-sourcegraph-managed"

    @property
    def upstream(self) -> str:
        """The repository of upstream's Compose files; public."""
        return f"{self.name}/deploy-sourcegraph-docker"

    @property
    def operators(self) -> str:
        return f"{self.name}/{TEAM}"

    @property
    def app_id(self) -> int:
        return 1001 + self.index

    @property
    def installation_id(self) -> int:
        return 50001 + self.index

    @property
    def app_slug(self) -> str:
        return f"mibot{self._suffix}"

    @property
    def bot(self) -> str:
        """The App's login."""
        return f"{self.app_slug}[bot]"

    @property
    def webhook_secret(self) -> str:
        return f"the webhook secret of {self.app_slug}"

    def token(self, login: str) -> str:
        """A person's token. Tokens differ by organization because the emulator allows 5,000 requests an hour per
        token."""
        return f"token-of-{login}-in-{self.name}"


def make_orgs(count: int, private_key: str, webhook_url: str) -> tuple[Org, ...]:
    """`count` organizations; `{org}` in `webhook_url` stands for the organization's name."""
    names = [Org(index, private_key, "") for index in range(count)]
    return tuple(Org(org.index, private_key, webhook_url.replace("{org}", org.name)) for org in names)


def make_seed(orgs: Iterable[Org]) -> dict[str, Any]:
    """The emulator's seed. The outsider comes first because the emulator takes every unknown token for the first
    user's."""
    orgs = tuple(orgs)
    return {
        "tokens": {org.token(login): {"login": login, "scopes": ["repo"]} for org in orgs for login in NAMES},
        "github": {
            "users": [{"login": login, "name": name} for login, name in NAMES.items()],
            "orgs": [_org(org) for org in orgs],
            "repos": [repo for org in orgs for repo in _repos(org)],
            "apps": [_app(org) for org in orgs],
        },
    }


def _org(org: Org) -> dict[str, Any]:
    members = [{"login": login, "role": "member"} for login in (*OPERATORS, REVIEWER)]
    return {"login": org.name, "members": [{"login": OWNER, "role": "admin"}, *members]}


def _repos(org: Org) -> list[dict[str, Any]]:
    def one(name: str, **facts: object) -> dict[str, Any]:
        return {"owner": org.name, "name": name.partition("/")[2], **facts}

    return [
        one(org.releases, private=False, default_branch="main"),
        one(org.deployment, private=True, default_branch=BASE, auto_init=False),
        one(org.upstream, private=False, default_branch=UPSTREAM_BRANCH, auto_init=False),
    ]


def _app(org: Org) -> dict[str, Any]:
    installation = {"installation_id": org.installation_id, "account": org.name, "repository_selection": "all"}
    return {
        "app_id": org.app_id,
        "slug": org.app_slug,
        "name": "mibot",
        "private_key": org.private_key,
        "permissions": PERMISSIONS,
        "events": list(EVENTS),
        "webhook_url": org.webhook_url,
        "webhook_secret": org.webhook_secret,
        "installations": [installation],
    }
