"""The ports in memory: small stand-ins that do what the real ones promise, for tests of what uses them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.chat.replies import PreparationProgress, Reply, UpgradeProgress
from bot.domain.git_tree import Snapshot, blob_sha
from bot.domain.github_models import Comment, Issue
from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.notifications.transition import ChannelSelector, Transition
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.dispatch import blocks_dispatch
from bot.domain.upgrade.preparation import UNPREPARED, Preparation
from bot.domain.upgrade.record import IN_FLIGHT, UNFINISHED, Stage, Upgrade
from bot.domain.versions import Version
from bot.notifications import interested_channels
from bot.ports.errors import ExternalError, NotFoundError
from demo.fleet import SampleRepository
from tests import samples


@dataclass
class MemoryTeams:
    """Teams (`org/team`) with their members' logins; `down` is raised instead of an answer."""

    members: Mapping[str, frozenset[str]]
    down: ExternalError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def is_member(self, team: str, login: str) -> bool:
        self.asked.append((team, login))
        if self.down:
            raise self.down
        return login in self.members.get(team, frozenset())


class MemoryFleetSource:
    """The files of a made-up deployment repository."""

    def __init__(self, repository: SampleRepository, tags: Iterable[str] = ()) -> None:
        self._files = samples.files(repository)
        self.tags = frozenset(tags)

    def snapshot(self) -> Snapshot:
        return samples.snapshot_of(self._files)

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        blobs = {blob_sha(content): content for _, content in self._files.values()}
        return {sha: blobs[sha] for sha in shas}

    def module_tags(self) -> frozenset[str]:
        return self.tags


@dataclass
class MemoryUpstream:
    """The product's releases."""

    versions: frozenset[Version] = frozenset()
    files: Mapping[Version, str] = field(default_factory=dict)
    asked: int = 0

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002 - the port's
        self.asked += 1
        return self.versions

    def compose_file(self, version: Version) -> bytes:
        if version not in self.files:
            raise NotFoundError(f"there is no tag v{version}")
        return self.files[version].encode()


@dataclass
class MemoryStore:
    """What mibot remembers, until the test is over."""

    _trackers: dict[Version, TrackerRecord] = field(default_factory=dict)
    _replies: dict[int, Reply] = field(default_factory=dict)
    _upgrades: dict[str, Upgrade] = field(default_factory=dict)
    _preparations: dict[Version, Preparation] = field(default_factory=dict)
    _cursors: dict[str, datetime] = field(default_factory=dict)
    _outbox: dict[tuple[str, int, str], Notification] = field(default_factory=dict)
    _revision: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    channels: ChannelSelector = interested_channels
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    """What became of the notifications that are done, oldest first."""

    def tracker(self, version: Version) -> TrackerRecord | None:
        return self._trackers.get(version)

    def trackers(self) -> Sequence[TrackerRecord]:
        return list(self._trackers.values())

    def save_tracker(self, tracker: TrackerRecord) -> None:
        known = self._trackers.get(tracker.version)
        self._trackers[tracker.version] = replace(tracker, dirty=known.dirty) if known else tracker

    def mark_tracker_dirty(self, version: Version) -> None:
        with self._lock:
            known = self._trackers.get(version)
            if known:
                self._trackers[version] = replace(known, dirty=known.dirty + 1)

    def reply(self, comment: int) -> Reply | None:
        return self._replies.get(comment)

    def save_reply(self, reply: Reply) -> None:
        self._replies[reply.comment] = reply

    def replies_about(self, slug: str, version: Version) -> Sequence[int]:
        shown = UpgradeProgress(slug, version) if slug else PreparationProgress(version)
        return sorted(reply.comment for reply in self._replies.values() if shown in reply.items)

    def unwritten_replies(self) -> Sequence[int]:
        return sorted(reply.comment for reply in self._replies.values() if reply.written is None)

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        return self._upgrades.get(f"{slug}@{version}")

    def upgrades(self, version: Version | None = None) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if version in {None, upgrade.version}]

    def unfinished_upgrades(self) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if upgrade.stage in UNFINISHED]

    def upgrades_by_head(self, commit: str) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if commit and upgrade.pull_request.head == commit]

    def save_upgrade(self, upgrade: Upgrade) -> None:
        transition = Transition(self._upgrades.get(upgrade.key), upgrade)
        self._upgrades[upgrade.key] = upgrade
        self._revision += 1
        for channel in self.channels(transition):
            self._outbox[upgrade.key, self._revision, channel] = Notification(channel, self._revision, upgrade)
        self.mark_tracker_dirty(upgrade.version)

    def pending_notifications(self, slug: str, version: Version) -> Sequence[Notification]:
        pending = (one for (key, *_), one in self._outbox.items() if key == f"{slug}@{version}")
        return sorted(pending, key=lambda one: (one.revision, one.channel))

    def unpublished_upgrades(self) -> Sequence[tuple[str, Version]]:
        found = {(one.upgrade.slug, one.upgrade.version) for one in self._outbox.values()}
        return sorted(found, key=lambda key: (str(key[1]), key[0]))

    def finish_notification(self, notification: Notification, outcome: Outcome) -> None:
        finished = self._outbox.pop((notification.upgrade.key, notification.revision, notification.channel), None)
        if finished is not None:
            self.outcomes.append((notification.channel, outcome))

    def claim_slot(self, planned: Upgrade, limit: int) -> bool:
        with self._lock:
            if sum(other.stage in IN_FLIGHT for other in self._others(planned)) >= limit:
                return False
            self.save_upgrade(planned)
            return True

    def claim_dispatch(self, intended: Upgrade) -> bool:
        with self._lock:
            deploying = (other for other in self._others(intended) if other.stage is Stage.DEPLOYING)
            if any(blocks_dispatch(other, intended) for other in deploying):
                return False
            self.save_upgrade(intended)
            return True

    def _others(self, upgrade: Upgrade) -> Iterator[Upgrade]:
        return (other for other in self._upgrades.values() if other.key != upgrade.key)

    def preparation(self, version: Version) -> Preparation | None:
        return self._preparations.get(version)

    def preparations(self) -> Sequence[Preparation]:
        return list(self._preparations.values())

    def unfinished_preparations(self) -> Sequence[Preparation]:
        return [one for one in self._preparations.values() if one.stage in UNPREPARED]

    def save_preparation(self, preparation: Preparation) -> None:
        self._preparations[preparation.version] = preparation
        self.mark_tracker_dirty(preparation.version)

    def cursor(self, name: str) -> datetime | None:
        return self._cursors.get(name)

    def set_cursor(self, name: str, value: datetime) -> None:
        self._cursors[name] = value


@dataclass
class MemoryIssues:
    """Issues and comments; `now` is what its clock shows, `down` is raised instead of listing."""

    now: datetime = samples.NOW
    bot_login: str = "mibot[bot]"
    down: ExternalError | None = None
    _issues: dict[int, Issue] = field(default_factory=dict)
    _comments: dict[int, Comment] = field(default_factory=dict)
    reactions: list[tuple[int, str]] = field(default_factory=list)

    # What people do

    def open(self, title: str, body: str = "", labels: Iterable[str] = (), author: str = "dana") -> Issue:
        number = len(self._issues) + 1
        url = f"https://github.com/sourcegraph/sourcegraph/issues/{number}"
        by_bot = author.endswith("[bot]")
        self._issues[number] = Issue(number, title, body, frozenset(labels), author, by_bot, True, url, self.now)
        return self._issues[number]

    def say(self, issue: int, body: str, author: str = "dana", edited: bool = False) -> Comment:
        number = 1000 + len(self._comments)
        url = f"{self._issues[issue].url}#issuecomment-{number}"
        changed = self.now + timedelta(minutes=1) if edited else self.now
        by_bot = author.endswith("[bot]")
        self._comments[number] = Comment(number, issue, body, author, by_bot, url, self.now, changed)
        return self._comments[number]

    # What mibot asks for

    def issue(self, number: int) -> Issue:
        if number not in self._issues:
            raise NotFoundError(f"there is no issue {number}")
        return self._issues[number]

    def list_issues(self, labels: Iterable[str], *, state: str, since: datetime | None = None) -> Sequence[Issue]:
        self._raise_if_down()
        wanted = {label.lower() for label in labels}
        return [
            issue
            for issue in self._issues.values()
            if wanted <= {label.lower() for label in issue.labels}
            and (state == "all" or issue.open)
            and (since is None or issue.updated_at >= since)
        ]

    def create_issue(self, title: str, body: str, labels: Iterable[str]) -> Issue:
        return self.open(title, body, labels, self.bot_login)

    def edit_issue(self, number: int, body: str) -> None:
        self._issues[number] = replace(self.issue(number), body=body, updated_at=self.now)

    def add_labels(self, number: int, labels: Iterable[str]) -> None:
        issue = self.issue(number)
        self._issues[number] = replace(issue, labels=issue.labels | set(labels))

    def comments(self, number: int) -> Sequence[Comment]:
        return [comment for comment in self._comments.values() if comment.issue == number]

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        self._raise_if_down()
        return [comment for comment in self._comments.values() if comment.updated_at >= since]

    def comment(self, comment: int) -> Comment:
        if comment not in self._comments:
            raise NotFoundError(f"there is no comment {comment}")
        return self._comments[comment]

    def create_comment(self, number: int, body: str) -> Comment:
        return self.say(number, body, self.bot_login)

    def edit_comment(self, comment: int, body: str) -> None:
        self._comments[comment] = replace(self.comment(comment), body=body, updated_at=self.now)

    def react(self, comment: int, content: str) -> None:
        self.reactions.append((comment, content))

    @contextmanager
    def write_slot(self) -> Iterator[None]:
        yield

    def _raise_if_down(self) -> None:
        if self.down:
            raise self.down
