"""The small interfaces that the application needs from the world; the edges implement them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from bot.domain.chat.replies import Reply
from bot.domain.flow.jobs import Job, Outcome
from bot.domain.git_tree import FileChange, Snapshot
from bot.domain.github_models import (
    CheckRun,
    Comment,
    CommitChecks,
    CommitRef,
    Drift,
    FailedJob,
    Head,
    Issue,
    PullRequest,
    Review,
    WorkflowRun,
)
from bot.domain.health.queries import Answer, Query
from bot.domain.reasons import PlainText, Reason, format_for_log
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import Backup, BackupRequest
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version


class ExternalError(Exception):
    """Something outside refused or failed. `reason` says what, without secrets; `describe` words it for people.

    `str()` is for logs. Until all adapters give typed reasons, a text is accepted and becomes PlainText.
    """

    def __init__(self, reason: Reason | str) -> None:
        self.reason = PlainText(reason) if isinstance(reason, str) else reason
        super().__init__(self.reason)

    def __str__(self) -> str:
        return format_for_log(self.reason)


class TransientError(ExternalError):
    """A fault that trying again may cure: 5xx, time-outs, no connection, rate limits.

    `retry_after` is in seconds: how long the other side asked us to wait, or None when it did not say.
    """

    def __init__(self, reason: Reason | str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentError(ExternalError):
    """A refusal that trying again will not cure: no permission, invalid request, conflict."""


class NotFoundError(PermanentError):
    """There is no such thing, or we may not see it (GitHub answers 404 for both)."""


class ConflictError(PermanentError):
    """It exists already, or it moved meanwhile (409, and the 422s that mean the same)."""


class Issues(Protocol):
    """Issues and comments of the releases repository."""

    @property
    def bot_login(self) -> str:
        """The bot's own login, such as `mibot[bot]`."""

    def issue(self, number: int) -> Issue: ...
    def list_issues(self, labels: Iterable[str], *, state: str, since: datetime | None = None) -> Sequence[Issue]:
        """Issues that carry all `labels`; `state` is `open` or `all`; `since` is the earliest last update."""

    def create_issue(self, title: str, body: str, labels: Iterable[str]) -> Issue: ...
    def edit_issue(self, number: int, body: str) -> None: ...
    def add_labels(self, number: int, labels: Iterable[str]) -> None: ...
    def comments(self, number: int, since: datetime | None = None) -> Sequence[Comment]:
        """The comments of one issue, oldest first."""

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        """The comments of all issues updated since then, oldest update first."""

    def comment(self, comment: int) -> Comment: ...
    def create_comment(self, number: int, body: str) -> Comment: ...
    def edit_comment(self, comment: int, body: str) -> None: ...
    def react(self, comment: int, content: str) -> None:
        """Add a reaction such as `eyes`."""

    def write_slot(self) -> AbstractContextManager[None]:
        """Wait for the turn to write, so that what is read inside is as fresh as can be when it is written back."""


class Teams(Protocol):
    """Who belongs to a team."""

    def is_member(self, team: str, login: str) -> bool:
        """Whether `login` is an active member of `team` (`org/team`)."""


class BlobCache(Protocol):
    """Contents by blob SHA-1; they never change, so nothing has to be thrown out."""

    def get_many(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """Those that are known; the others are left out."""

    def put_many(self, blobs: Mapping[str, bytes]) -> None: ...


class FleetSource(Protocol):
    """The files of the deployment repository, from GitHub or from a local clone."""

    def snapshot(self) -> Snapshot:
        """All files of the base branch now. One request; raises Refused for a truncated answer."""

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """The blobs by their SHA-1, from the cache where they are known."""

    def module_tags(self) -> frozenset[str]:
        """The tags `mi-module-…`; they may be a minute old."""


class History(Protocol):
    """How the deployment repository came to be as it is."""

    def last_change(self, path: str) -> CommitRef | None:
        """The newest commit of the base branch that changed the path. One request."""

    def snapshot_at(self, commit: str) -> Snapshot:
        """All files at a commit. One request; raises Refused for a truncated answer."""


class DeploymentRepository(FleetSource, History, Protocol):
    """Branches and pull requests of the deployment repository."""

    def head(self) -> Head:
        """The tip of the base branch. One request."""

    def branch_head(self, branch: str) -> Head | None: ...
    def changed_paths(self, branch: str) -> frozenset[str] | None:
        """The paths in which the branch differs from the base branch, or None when its commits are not all ours."""

    def drift(self, branch: str) -> Drift: ...
    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        """The pull requests from that branch, in any state, newest first. One request."""

    def pull(self, number: int) -> PullRequest: ...
    def open_pulls(self) -> Sequence[PullRequest]: ...
    def commit(self, base: Head, changes: Iterable[FileChange], message: str) -> str:
        """Write a tree and a commit on top of `base`; the new commit's SHA-1. Two writing requests."""

    def create_branch(self, branch: str, commit: str) -> None:
        """Raises Conflict when the branch exists."""

    def move_branch(self, branch: str, commit: str) -> None: ...
    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        """Raises Conflict when there is an open pull request from that branch."""

    def edit_pull(self, number: int, body: str) -> None: ...
    def label_pull(self, number: int, labels: Iterable[str]) -> None: ...
    def reviews(self, number: int) -> Sequence[Review]: ...
    def checks(self, commit: str) -> CommitChecks: ...
    def pull_comments(self, number: int) -> Sequence[Comment]:
        """The comments of one pull request, oldest first."""

    def comment_on_pull(self, number: int, body: str) -> Comment: ...
    def edit_pull_comment(self, comment: int, body: str) -> None: ...
    def publish_check_run(self, commit: str, report: CheckRun) -> None:
        """See that the commit has one check run of that name of ours, and that it says this."""


class Workflows(Protocol):
    """GitHub Actions in the deployment repository."""

    @property
    def bot_login(self) -> str:
        """The login that the App's own runs are started by, such as `mibot[bot]`."""

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        """Start a run of the workflow on the base branch; its number where GitHub tells it at once, else None.

        Not safe to repeat: whoever gets Passing does not know whether a run was started, and has to look.
        """

    def run(self, number: int) -> WorkflowRun: ...
    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[WorkflowRun]:
        """The workflow's runs by that event that were created since then, of that commit if one is given, oldest
        first."""

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        """The jobs of a run that did not succeed."""


class Backups(Protocol):
    """Copies of an instance's database and data disk."""

    def ensure(self, order: BackupRequest) -> Sequence[Backup]:
        """Begin whatever copy of the order is not there yet, and say how all of them stand; safe to repeat.

        Raises Refused when there is nothing to copy or Google refuses, Passing when trying again may help.
        """

    def beyond_retention(self, order: BackupRequest, keep: int) -> Sequence[Backup]:
        """Our own copies, of whatever order, beyond the newest `keep` of each disk and database instance."""


class Upstream(Protocol):
    """The releases of the product."""

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:
        """Every released version, from the tags of `repositories.upstream`; they may be some minutes old, unless one
        that is `wanted` is not among them."""

    def compose_file(self, version: Version) -> bytes:
        """Upstream's Compose file at the version's tag. Raises Missing, with one sentence, when there is none."""


class Inspector(Protocol):
    """Asks the world what a health check wants to know. Never raises: what fails is Unavailable."""

    def fetch(self, query: Query) -> Answer: ...


class Store(Protocol):
    """What mibot remembers. Every method is one transaction; raises Passing when the storage is down."""

    def tracker(self, version: Version) -> TrackerRecord | None: ...
    def trackers(self) -> Sequence[TrackerRecord]: ...
    def save_tracker(self, tracker: TrackerRecord) -> None:
        """Save all but `dirty`, which only `touch_tracker` changes."""

    def mark_tracker_dirty(self, version: Version) -> None:
        """Note that the tracker no longer shows how things stand."""

    def reply(self, comment: int) -> Reply | None: ...
    def save_reply(self, reply: Reply) -> None: ...
    def replies_about(self, slug: str, version: Version) -> Sequence[int]:
        """The comments whose replies show this upgrade; an empty slug stands for the version's preparation."""

    def unwritten_replies(self) -> Sequence[int]: ...
    def upgrade(self, slug: str, version: Version) -> Upgrade | None: ...
    def upgrades(self, version: Version | None = None) -> Sequence[Upgrade]: ...
    def unfinished_upgrades(self) -> Sequence[Upgrade]: ...
    def upgrades_by_head(self, commit: str) -> Sequence[Upgrade]:
        """The upgrades whose pull request's head is this commit."""

    def save_upgrade(self, upgrade: Upgrade) -> None: ...
    def save_posted(self, upgrade: Upgrade, posted: Mapping[str, str]) -> None:
        """Note what of the upgrade stands on GitHub; its tracker shows it as before."""

    def claim_slot(self, planned: Upgrade, limit: int) -> bool:
        """Save the upgrade, which is planned now, unless `limit` others are in flight; whether it was saved."""

    def claim_dispatch(self, intended: Upgrade) -> bool:
        """Save the upgrade, whose deployment is about to be asked for, unless a run of another one is still to be
        found or another one of its instance is being deployed; whether it was saved."""

    def preparation(self, version: Version) -> Preparation | None: ...
    def preparations(self) -> Sequence[Preparation]: ...
    def unfinished_preparations(self) -> Sequence[Preparation]: ...
    def save_preparation(self, preparation: Preparation) -> None: ...
    def cursor(self, name: str) -> datetime | None: ...
    def set_cursor(self, name: str, value: datetime) -> None: ...


JobHandler = Callable[[Mapping[str, Any]], Outcome]
FailureCallback = Callable[[Mapping[str, Any], str], None]


class Engine(Protocol):
    """Runs durable jobs: each at least once, those of one key one after the other."""

    def start(self, handler: JobHandler, on_failed: FailureCallback) -> None:
        """Begin to run jobs, those that a crash cut short first; `gave_up` is told of a job's last failed try."""

    def submit(self, id_: str, job: Job) -> None:
        """The job is durable when this returns; the same id again is nothing."""

    def is_unfinished(self, id_: str) -> bool: ...
    def backlog(self) -> int: ...
    def delete_old_jobs(self, now: datetime) -> int: ...
    def stop(self) -> None: ...
