"""What can be posted. A channel returns one of these, and `bot.services.posts` publishes it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.github_models import CheckRun
from bot.formats.markdown import Markdown


@dataclass(frozen=True)
class CheckRunPost:
    """A check run on a commit of the deployment repository. There is one of each name, and it says this."""

    commit: str
    check_run: CheckRun


@dataclass(frozen=True)
class LabelPost:
    """Labels that a pull request of the deployment repository gets; those that it has stay."""

    pull: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PullCommentPost:
    """A comment on a pull request of the deployment repository. The one that has the marker is edited."""

    pull: int
    marker: str
    body: Markdown


@dataclass(frozen=True)
class IssueCommentPost:
    """A comment on an issue. It is posted once: if there is one with the marker, it stays as it is."""

    issue: int
    marker: str
    body: Markdown


Post = CheckRunPost | LabelPost | PullCommentPost | IssueCommentPost
