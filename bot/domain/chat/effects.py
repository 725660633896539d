"""What happens to comments and to the replies to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.effects import Effect, RequestedEffect
from bot.formats.documents import stored


@stored("comment.react", comment="comment")
@dataclass(frozen=True)
class AddReaction(Effect):
    """Add the reaction 👀 to a comment. Best effort: nothing depends on it."""

    comment: int

    @property
    def key(self) -> str:
        return f"react {self.comment}"


class ReplyEffect(Effect):
    """An effect on the reply to one comment. Effects on the same reply run one at a time."""

    comment: int

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


@stored(
    "comment.handle",
    comment="comment",
    issue="issue",
    version="version",
    body="body",
    author="author",
    found_by="found_by",
)
@dataclass(frozen=True)
class HandleComment(RequestedEffect, ReplyEffect):
    """Carry out the commands of a comment: plan them, record the reply, start what they request.

    `found_by` names what brought the comment: which delivery of a webhook, or which sweep. Several may bring the same
    comment, and its commands are started once. It makes no other effect of it.
    """

    comment: int
    issue: int
    version: str
    body: str
    author: str
    found_by: str = field(default="webhook", compare=False)


@stored("reply.refresh", comment="comment")
@dataclass(frozen=True)
class RefreshReply(ReplyEffect):
    """Update the reply to a comment, or write it if it is missing."""

    comment: int


@stored("reply.run_checks", comment="comment", slug="slug")
@dataclass(frozen=True)
class CheckNow(RequestedEffect, ReplyEffect):
    """Run an instance's health checks for `/check` and put the results into the reply."""

    comment: int
    slug: str


@stored("reply.preview_plan", comment="comment", slug="slug", version="version")
@dataclass(frozen=True)
class PlanNow(RequestedEffect, ReplyEffect):
    """Plan an upgrade for `/plan` without starting it, and put the plan into the reply."""

    comment: int
    slug: str
    version: str


@stored("reply.back_up", comment="comment", slug="slug", delay_seconds="delay_seconds")
@dataclass(frozen=True)
class BackUpNow(RequestedEffect, ReplyEffect):
    """Back up an instance for `/backup` and put the state of the backups into the reply."""

    comment: int
    slug: str
    delay_seconds: float = 0.0
