"""What the bot answers to a command, besides the progress of what the command started.

Answers are values. The rendering words them at each refresh of the reply.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("reply.message", reason="reason")
@dataclass(frozen=True)
class Message:
    """A sentence about the whole comment."""

    reason: Reason


@stored("reply.command_message", command="command", reason="reason")
@dataclass(frozen=True)
class CommandMessage:
    """A sentence about one command of the comment, which may be none that exists."""

    command: str
    reason: Reason


@stored("reply.instance_message", slug="slug", reason="reason")
@dataclass(frozen=True)
class InstanceMessage:
    """A sentence about one instance: mostly, why it is refused."""

    slug: str
    reason: Reason


@stored("reply.left_out", refusals="refusals")
@dataclass(frozen=True)
class LeftOutInstances:
    """The instances of a group, such as `all`, that are refused, and why each is."""

    refusals: tuple[InstanceMessage, ...]


@stored("reply.unknown_command", command="command", nearest="nearest", others="others")
@dataclass(frozen=True)
class UnknownCommand:
    """The comment has mistyped commands. `nearest` is the one that the first of them means, `others` the rest.

    What was typed is not kept, because anybody may type anything. Earlier versions kept it as `command`.
    """

    command: str
    nearest: str
    others: tuple[str, ...] = ()


@stored("reply.not_allowed", command="command", author="author", teams="teams")
@dataclass(frozen=True)
class NotAllowed:
    """Only members of the teams (`org/team`) may use the command, and the author is none."""

    command: str
    author: str
    teams: tuple[str, ...]


@stored("reply.help")
@dataclass(frozen=True)
class CommandList:
    """All commands with their usage."""


@stored("reply.status", version="version", tracker="tracker", slugs="slugs")
@dataclass(frozen=True)
class StatusTable:
    """The state of every upgrade to a version, of all upgrades for None. `tracker` is the number of its tracker.

    `slugs` are the instances that it is about, empty for all.
    """

    version: Version | None
    tracker: int | None
    slugs: tuple[str, ...] = ()


@stored("reply.instance_status", slug="slug", version="version")
@dataclass(frozen=True)
class InstanceStatus:
    """All about one instance and its upgrade to a version; without one, its latest upgrade and what is unfinished."""

    slug: str
    version: Version | None


Answer = (
    Message
    | CommandMessage
    | InstanceMessage
    | LeftOutInstances
    | UnknownCommand
    | NotAllowed
    | CommandList
    | StatusTable
    | InstanceStatus
)
