"""What people do and see on the emulated GitHub, for the demo and the end-to-end tests."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from demo.fleet import File, SampleRepository, compose_file, make_fleet
from demo.github_api import GitHubApi, push_with
from demo.merging import merge
from demo.organization import BASE, NAMES, OPERATORS, OWNER, TEAM, UPSTREAM_BRANCH, Org

TAGS = ("3.39.1", "3.40.0", "3.40.1", "3.40.2", "3.41.0-rc.1", "3.41.0", "3.42.0", "3.43.2", "4.0.0")
Json = dict[str, Any]


class World:
    """One organization. Its repositories and its team are created on first use.

    `api_url` is the emulator's URL, or that of a proxy in front of it. `hold` is a context in which webhooks are held
    back. It surrounds actions that are one step on GitHub but several on the emulator.
    """

    def __init__(
        self,
        api_url: str,
        org: Org,
        *,
        fleet: Callable[[], SampleRepository] = make_fleet,
        tags: Iterable[str] = TAGS,
        hold: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.api_url = api_url
        self.org = org
        self.tags = tuple(tags)
        self._make = fleet
        self._hold = hold
        self._fleet: SampleRepository | None = None
        self._building = threading.Lock()
        self._apis = {login: GitHubApi(api_url, org.token(login), login) for login in NAMES}

    @property
    def fleet(self) -> SampleRepository:
        return self.build()

    def build(self, fleet: SampleRepository | None = None) -> SampleRepository:
        """Create the repositories and the team now, optionally with another fleet. Later calls change nothing."""
        with self._building:
            if self._fleet is None:
                built = fleet or self._make()
                self._create_team()
                self._publish_releases()
                push_with(self._apis[OWNER], self.org.deployment, built.files.values(), message="All instances")
                self._fleet = built
            return self._fleet

    def api(self, user: str) -> GitHubApi:
        """GitHub as `user` sees it."""
        self.build()
        return self._apis[user]

    # --- issues and comments of the releases repository -----------------------------------------------------------

    def open_issue(self, user: str, title: str, body: str = "", labels: Iterable[str] = ()) -> Json:
        issue = {"title": title, "body": body, "labels": list(labels)}
        return self._json(user, "POST", f"{self._releases}/issues", issue)

    def label(self, user: str, issue: int, *labels: str) -> None:
        self.api(user).call("POST", f"{self._releases}/issues/{issue}/labels", {"labels": list(labels)})

    def unlabel(self, user: str, issue: int, label: str) -> None:
        name = label.replace("/", "%2F")
        self.api(user).call("DELETE", f"{self._releases}/issues/{issue}/labels/{name}")

    def edit_issue_body(self, user: str, issue: int, body: str) -> Json:
        return self._json(user, "PATCH", f"{self._releases}/issues/{issue}", {"body": body})

    def close_issue(self, user: str, issue: int) -> Json:
        return self._json(user, "PATCH", f"{self._releases}/issues/{issue}", {"state": "closed"})

    def reopen_issue(self, user: str, issue: int) -> Json:
        return self._json(user, "PATCH", f"{self._releases}/issues/{issue}", {"state": "open"})

    def comment(self, user: str, issue: int, body: str) -> Json:
        return self._json(user, "POST", f"{self._releases}/issues/{issue}/comments", {"body": body})

    def edit_comment(self, user: str, comment: int, body: str) -> Json:
        return self._json(user, "PATCH", f"{self._releases}/issues/comments/{comment}", {"body": body})

    def issue(self, number: int) -> Json:
        return self._json(OWNER, "GET", f"{self._releases}/issues/{number}")

    def issues(self, *labels: str, state: str = "all") -> list[Json]:
        """The issues that carry all `labels`, oldest first."""
        query = {"state": state, "direction": "asc", **({"labels": ",".join(labels)} if labels else {})}
        return self.api(OWNER).pages(f"{self._releases}/issues", **query)

    def comments(self, issue: int) -> list[Json]:
        """The comments on one issue, oldest first."""
        return self.api(OWNER).pages(f"{self._releases}/issues/{issue}/comments")

    def reactions(self, comment: int) -> list[Json]:
        """The reactions to a comment; only through a proxy, because the emulator has none."""
        return self.api(OWNER).pages(f"{self._releases}/issues/comments/{comment}/reactions")

    # --- pull requests of the deployment repository ---------------------------------------------------------------

    def pulls(self, state: str = "all") -> list[Json]:
        """The pull requests, oldest first."""
        return self.api(OWNER).pages(f"{self._deployment}/pulls", state=state, direction="asc")

    def pull(self, number: int) -> Json:
        return self._json(OWNER, "GET", f"{self._deployment}/pulls/{number}")

    def review(self, user: str, pull: int, event: str = "APPROVE", body: str = "") -> Json:
        """Review a pull request; `event` is APPROVE, REQUEST_CHANGES or COMMENT."""
        return self._json(user, "POST", f"{self._deployment}/pulls/{pull}/reviews", {"event": event, "body": body})

    def merge(self, user: str, pull: int) -> str:
        """Merge into the current base branch; returns the merge commit's SHA-1."""
        with self._hold():
            return merge(self.api(user), self.api(OWNER), self.org.deployment, pull)

    def close_pull(self, user: str, pull: int) -> Json:
        return self._json(user, "PATCH", f"{self._deployment}/pulls/{pull}", {"state": "closed"})

    def comment_on_pull(self, user: str, pull: int, body: str) -> Json:
        return self._json(user, "POST", f"{self._deployment}/issues/{pull}/comments", {"body": body})

    def pull_comments(self, pull: int) -> list[Json]:
        """The comments on one pull request, oldest first."""
        return self.api(OWNER).pages(f"{self._deployment}/issues/{pull}/comments")

    def check_runs(self, sha: str) -> list[Json]:
        """The check runs on a commit."""
        path = f"{self._deployment}/commits/{sha}/check-runs"
        return list(self._json(OWNER, "GET", path)["check_runs"])

    def check_run(self, sha: str, name: str, conclusion: str | None) -> Json:
        """Create a check run on a commit: in progress when `conclusion` is None, else completed."""
        begun = {"name": name, "head_sha": sha, "status": "in_progress"}
        run = self._json(OWNER, "POST", f"{self._deployment}/check-runs", begun)
        if conclusion is None:
            return run
        return self.conclude(run["id"], conclusion)

    def conclude(self, check_run: int, conclusion: str) -> Json:
        done = {"status": "completed", "conclusion": conclusion}
        return self._json(OWNER, "PATCH", f"{self._deployment}/check-runs/{check_run}", done)

    def status(self, sha: str, context: str, state: str) -> Json:
        """Set a commit status; only through a proxy, because the emulator has none."""
        return self._json(OWNER, "POST", f"{self._deployment}/statuses/{sha}", {"context": context, "state": state})

    def require_checks(self, *names: str) -> None:
        """Require these checks to succeed before a merge into the base branch."""
        checks = {"strict": False, "contexts": list(names)}
        unset: Json = {"required_pull_request_reviews": None, "restrictions": None}
        rules = {"required_status_checks": checks, "enforce_admins": False, **unset}
        self._json(OWNER, "PUT", f"{self._deployment}/branches/{BASE}/protection", rules)

    # --- files of the deployment repository -----------------------------------------------------------------------

    def commit(
        self,
        user: str,
        files: Iterable[File],
        *,
        removed: Iterable[str] = (),
        branch: str = BASE,
        message: str = "Edit",
    ) -> str:
        """Push a commit with these files to a branch; returns its SHA-1. Operators and the owner may."""
        return push_with(self.api(user), self.org.deployment, files, removed=removed, branch=branch, message=message)

    def tag(self, name: str, sha: str | None = None) -> None:
        """Tag a commit of the deployment repository, by default the tip of the base branch."""
        owner, path = self.api(OWNER), f"{self._deployment}/git"
        commit = sha or self.branches()[BASE]
        made = owner.call("POST", f"{path}/tags", {"tag": name, "message": name, "object": commit, "type": "commit"})
        owner.call("POST", f"{path}/refs", {"ref": f"refs/tags/{name}", "sha": made["sha"]})

    def release(self, version: str, compose: str | None = None) -> None:
        """Publish an upstream version: its Compose file (by default one that looks like upstream's) and its tag."""
        self.build()
        self._publish(version, compose or compose_file(version))

    def compare(self, head: str, base: str = BASE) -> Json:
        return self._json(OWNER, "GET", f"{self._deployment}/compare/{base}...{head}")

    def pull_diff(self, pull: int) -> str:
        """What a pull request changes, as a unified diff."""
        found = self.pull(pull)
        files = self.compare(found["head"]["sha"], found["base"]["sha"])["files"]
        heads = (f"--- a/{file['filename']}\n+++ b/{file['filename']}\n" for file in files)
        return "".join(f"{head}{file.get('patch', '')}\n" for head, file in zip(heads, files, strict=True))

    def read_file(self, ref: str, path: str) -> File:
        """One file at a branch, tag or commit, with its mode. Of a symbolic link it is the target; links are not
        followed."""
        tree = self._json(OWNER, "GET", f"{self._deployment}/commits/{ref}")["commit"]["tree"]["sha"]
        *folders, name = path.split("/")
        for folder in folders:
            tree = self._entry(tree, folder, path)["sha"]
        entry = self._entry(tree, name, path)
        blob = self._json(OWNER, "GET", f"{self._deployment}/git/blobs/{entry['sha']}")
        return File(path, entry["mode"], base64.b64decode(blob["content"]).decode())

    def branches(self) -> dict[str, str]:
        """The branches of the deployment repository and the commits they point to."""
        found = self.api(OWNER).pages(f"{self._deployment}/branches")
        return {branch["name"]: branch["commit"]["sha"] for branch in found}

    # --- requests and setup ---------------------------------------------------------------------------------------

    @property
    def _releases(self) -> str:
        return f"/repos/{self.org.releases}"

    @property
    def _deployment(self) -> str:
        return f"/repos/{self.org.deployment}"

    def _json(self, user: str, method: str, path: str, body: Json | None = None) -> Json:
        answer: Json = self.api(user).call(method, path, body)
        return answer

    def _entry(self, tree: str, name: str, path: str) -> Json:
        for entry in self._json(OWNER, "GET", f"{self._deployment}/git/trees/{tree}")["tree"]:
            if entry["path"] == name:
                found: Json = entry
                return found
        raise FileNotFoundError(f"There is no {path} in {self.org.deployment}.")

    def _create_team(self) -> None:
        """Create the operator team, which may push to the deployment repository. A seed cannot contain teams."""
        owner = self._apis[OWNER]
        team = f"/orgs/{self.org.name}/teams/{TEAM}"
        owner.call("POST", f"/orgs/{self.org.name}/teams", {"name": TEAM, "privacy": "closed", "permission": "push"})
        owner.call("PUT", f"{team}/repos/{self.org.deployment}")
        for login in OPERATORS:
            owner.call("PUT", f"{team}/memberships/{login}", {"role": "member"})

    def _publish_releases(self) -> None:
        """Publish upstream's versions: for each a commit, an annotated tag (the emulator lists only those) and its
        ref."""
        for version in self.tags:
            self._publish(version, compose_file(version))

    def _publish(self, version: str, compose: str) -> None:
        owner, path = self._apis[OWNER], f"/repos/{self.org.upstream}/git"
        file = File.plain("docker-compose/docker-compose.yaml", compose)
        sha = push_with(owner, self.org.upstream, [file], branch=UPSTREAM_BRANCH, message=f"release {version}")
        tag = {"tag": f"v{version}", "message": f"v{version}", "object": sha, "type": "commit"}
        made = owner.call("POST", f"{path}/tags", tag)
        owner.call("POST", f"{path}/refs", {"ref": f"refs/tags/v{version}", "sha": made["sha"]})
