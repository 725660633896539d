"""What a request is for, and what it needs: the words of its error message and the token's permissions."""

from __future__ import annotations

from dataclasses import dataclass

# Asked for by name for every installation token, and no more. Each purpose below and in the neighbouring files
# names the one it needs; a test holds the two together.
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


@dataclass(frozen=True)
class Purpose:
    """Why a request is made: `what` completes "Could not …", `needs` is `permission=level` or nothing.

    `what` names no branch, path or title: error messages are shown where customer names must not be.
    """

    action: str
    permission: str = ""
