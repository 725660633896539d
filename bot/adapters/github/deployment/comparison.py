"""What a branch changes, and whether all of it is the bot's own work. Pure."""

from __future__ import annotations

from typing import Any

from bot.domain.github_models import BranchOrigin, Drift

MAX_FILES = 300  # GitHub lists no more files of a comparison, and does not say that there are more
WEB_FLOW = "web-flow"  # signs, as the committer, what is written through GitHub itself


def parse_changed_paths(data: Any, me: str) -> frozenset[str] | None:
    """The paths in which the two ends differ, or None unless every commit is `me`'s and everything is listed."""
    commits, files = data["commits"], data["files"]
    if len(commits) != data["total_commits"] or len(files) >= MAX_FILES:
        return None
    if not all(_is_ours(commit, me) for commit in commits):
        return None
    return frozenset(path for file in files for path in (file["filename"], file.get("previous_filename")) if path)


def parse_drift(data: Any, me: str) -> Drift:
    """How the head relates to the base. Commits that are not listed are not ours."""
    commits = data["commits"]
    ours = len(commits) == data["total_commits"] and all(_is_ours(commit, me) for commit in commits)
    return Drift(ours=ours, behind=int(data["behind_by"]) > 0)


def parse_origin(data: Any, me: str) -> BranchOrigin | None:
    """Where the head leaves the base, and who else than `me` wrote or committed what it has beyond it. None if GitHub
    did not list all commits."""
    commits = data["commits"]
    if len(commits) != data["total_commits"]:
        return None
    people = {
        str(commit[role]["login"]) for commit in commits for role in ("author", "committer") if commit.get(role)
    }
    return BranchOrigin(str(data["merge_base_commit"]["sha"]), frozenset(people - {me, WEB_FLOW}))


def _is_ours(commit: Any, me: str) -> bool:
    """Whether we wrote it and nobody changed it since: an amended commit keeps its author but not its committer."""
    return _person(commit, "author", me) == me and _person(commit, "committer", me) in {me, WEB_FLOW}


def _person(commit: Any, role: str, me: str) -> str:
    """The login, or the name in the signature if GitHub finds no account for it."""
    if commit.get(role):
        return str(commit[role]["login"])
    email = str(commit["commit"][role].get("email", ""))
    return me if email.partition("@")[0].rpartition("+")[2] == me else email
