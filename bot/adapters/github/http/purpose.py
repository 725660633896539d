"""What a request is for, and which permission it needs."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.failures.github_actions import GitHubAction

# mibot asks for exactly these for each installation token. Each purpose in the GitHub adapters names the one that
# it needs; a test compares the two.
PERMISSIONS = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
QUEUE_PERMISSION = "merge_queues"
"""What GitHub wants an App to have before it delivers the merge queue's events. mibot asks for no token with it."""


@dataclass(frozen=True)
class Purpose:
    """What a request attempts, and the permission that it needs (`issues=write`), empty if it needs none."""

    action: GitHubAction
    permission: str = ""
