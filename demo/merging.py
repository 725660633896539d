"""Merges a pull request on the emulated GitHub as GitHub does.

The emulator merges the head's tree as of when the pull request was opened onto the base as of then, which undoes
everything merged in between. This module computes the correct tree first and puts it in place right after the merge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.github_api import GitHubApi, branch_tip

Entries = Mapping[str, tuple[str, str]]
"""Paths to modes and blobs."""


class MergeError(RuntimeError):
    """Both sides changed the same file. The message is one sentence that names the file."""


def merge(person: GitHubApi, owner: GitHubApi, repo: str, number: int) -> str:
    """Merge pull request `number` of `repo` as `person`; `owner` may push to the base. Returns the merge commit's
    SHA-1.

    Raises MergeError, and GitHubError when the emulator refuses.
    """
    pull = owner.call("GET", f"/repos/{repo}/pulls/{number}")
    base, head = _branch_tip(owner, repo, pull["base"]["ref"]), _branch_tip(owner, repo, pull["head"]["ref"])
    expected = _merged_tree(owner, repo, base, head)
    if pull["base"]["sha"] != base["sha"]:
        owner.call("PATCH", f"/repos/{repo}/pulls/{number}", {"base": pull["base"]["ref"]})
    merged: str = person.call("PUT", f"/repos/{repo}/pulls/{number}/merge", {})["sha"]
    if owner.call("GET", f"/repos/{repo}/git/commits/{merged}")["tree"]["sha"] != expected:
        _correct_merge_tree(owner, repo, pull["base"]["ref"], merged, expected)
    return merged


def _branch_tip(api: GitHubApi, repo: str, branch: str) -> dict[str, Any]:
    tip = branch_tip(api, repo, branch)
    if tip is None:
        raise MergeError(f"There is no branch {branch} in {repo}.")
    return tip


def _merged_tree(api: GitHubApi, repo: str, base: Mapping[str, Any], head: Mapping[str, Any]) -> str:
    """The tree that results from merging `head` into `base`."""
    compared = api.call("GET", f"/repos/{repo}/compare/{base['sha']}...{head['sha']}")
    if compared["merge_base_commit"]["sha"] == base["sha"]:
        return str(head["tree"]["sha"])
    common = _entries(api, repo, compared["merge_base_commit"]["commit"]["tree"]["sha"])
    ours, theirs = _entries(api, repo, base["tree"]["sha"]), _entries(api, repo, head["tree"]["sha"])
    changes = three_way(common, ours, theirs)
    if not changes:
        return str(base["tree"]["sha"])
    tree = [_change(path, ours, entry) for path, entry in changes.items()]
    made = api.call("POST", f"/repos/{repo}/git/trees", {"base_tree": base["tree"]["sha"], "tree": tree})
    return str(made["sha"])


def three_way(common: Entries, ours: Entries, theirs: Entries) -> dict[str, tuple[str, str] | None]:
    """The changes to `ours` that apply what `theirs` changed since `common`; None removes a path."""
    changes = {}
    for path in sorted(common.keys() | theirs.keys()):
        if common.get(path) == theirs.get(path) or ours.get(path) == theirs.get(path):
            continue
        if ours.get(path) != common.get(path):
            raise MergeError(f"Both sides changed {path}.")
        changes[path] = theirs.get(path)
    return changes


def _entries(api: GitHubApi, repo: str, tree: str) -> Entries:
    found = api.call("GET", f"/repos/{repo}/git/trees/{tree}", recursive="1")["tree"]
    return {entry["path"]: (entry["mode"], entry["sha"]) for entry in found if entry["type"] != "tree"}


def _change(path: str, ours: Entries, entry: tuple[str, str] | None) -> dict[str, Any]:
    mode, sha = entry if entry else (ours[path][0], None)
    return {"path": path, "mode": mode, "type": "blob", "sha": sha}


def _correct_merge_tree(owner: GitHubApi, repo: str, branch: str, merged: str, tree: str) -> None:
    """Commit the correct tree on top of the merge."""
    body = {"message": "The merge as GitHub would have made it", "tree": tree, "parents": [merged]}
    commit = owner.call("POST", f"/repos/{repo}/git/commits", body)
    owner.call("PATCH", f"/repos/{repo}/git/refs/heads/{branch}", {"sha": commit["sha"]})
