"""Issues and comments in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.github_models import Comment, Issue, Revision
from bot.domain.reasons import PlainText
from bot.ports.errors import ExternalError, NotFoundError
from tests import samples


@dataclass
class MemoryIssues:
    """Issues and comments; `now` is what its clock shows, `down` is raised instead of listing."""

    now: datetime = samples.NOW
    bot_login: str = "mibot[bot]"
    down: ExternalError | None = None
    _issues: dict[int, Issue] = field(default_factory=dict)
    _comments: dict[int, Comment] = field(default_factory=dict)
    _numbers: int = 0
    _said: int = 0
    _revisions: dict[str, list[Revision]] = field(default_factory=dict)
    reactions: list[tuple[int, str]] = field(default_factory=list)

    # What people do

    def open(self, title: str, body: str = "", labels: Iterable[str] = (), author: str = "dana") -> Issue:
        self._numbers += 1
        number = self._numbers
        url = f"https://github.com/sourcegraph/sourcegraph/issues/{number}"
        by_bot = author.endswith("[bot]")
        node = f"I_{number}"
        self._issues[number] = Issue(
            number, title, body, frozenset(labels), author, by_bot, True, url, self.now, node=node
        )
        return self._issues[number]

    def say(self, issue: int, body: str, author: str = "dana", edited: bool = False) -> Comment:
        number = 1000 + self._said
        self._said += 1
        url = f"{self._issues[issue].url}#issuecomment-{number}"
        changed = self.now + timedelta(minutes=1) if edited else self.now
        by_bot = author.endswith("[bot]")
        node = f"IC_{number}"
        self._comments[number] = Comment(number, issue, body, author, by_bot, url, self.now, changed, node)
        return self._comments[number]

    def close(self, number: int) -> None:
        self._issues[number] = replace(self.issue(number), open=False, updated_at=self.now, closed_at=self.now)

    def reopen(self, number: int) -> None:
        self._issues[number] = replace(self.issue(number), open=True, updated_at=self.now, closed_at=None)

    def delete(self, number: int) -> None:
        """Somebody deletes, transfers or converts the issue; its comments go with it."""
        del self._issues[number]
        self._comments = {key: one for key, one in self._comments.items() if one.issue != number}

    def save(self, number: int, body: str, author: str = "dana") -> None:
        """A person saves the body of an issue."""
        before = self._issues[number]
        self._note(before, body, author)
        self._issues[number] = replace(before, body=body, updated_at=self.now)

    # What mibot asks for

    def issue(self, number: int) -> Issue:
        if number not in self._issues:
            raise NotFoundError(PlainText(f"there is no issue {number}"))
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
        before = MemoryIssues.issue(self, number)
        self._note(before, body, self.bot_login)
        self._issues[number] = replace(before, body=body, updated_at=self.now)

    def add_labels(self, number: int, labels: Iterable[str]) -> None:
        issue = self.issue(number)
        self._issues[number] = replace(issue, labels=issue.labels | set(labels))

    def comments(self, number: int) -> Sequence[Comment]:
        self.issue(number)
        return [comment for comment in self._comments.values() if comment.issue == number]

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        self._raise_if_down()
        return [comment for comment in self._comments.values() if comment.updated_at >= since]

    def comment(self, comment: int) -> Comment:
        if comment not in self._comments:
            raise NotFoundError(PlainText(f"there is no comment {comment}"))
        return self._comments[comment]

    def create_comment(self, number: int, body: str) -> Comment:
        self.issue(number)
        return self.say(number, body, self.bot_login)

    def edit_comment(self, comment: int, body: str) -> None:
        self._note(self.comment(comment), body, self.bot_login)
        self._comments[comment] = replace(self.comment(comment), body=body, updated_at=self.now)

    def revisions(self, node: str) -> Sequence[Revision]:
        return self._revisions.get(node, [])[-50:]

    def _note(self, before: Issue | Comment, body: str, editor: str) -> None:
        there = self._revisions.setdefault(before.node, [])
        if not there:
            there.append(Revision(f"{before.node}_0", before.body, before.by_bot, before.author, self.now))
        there.append(Revision(f"{before.node}_{len(there)}", body, editor == self.bot_login, editor, self.now))

    def react(self, comment: int, content: str) -> None:
        self.reactions.append((comment, content))

    @contextmanager
    def write_slot(self) -> Iterator[None]:
        yield

    def _raise_if_down(self) -> None:
        if self.down:
            raise self.down
