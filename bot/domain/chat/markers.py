"""Hidden marks in mibot's own texts, by which it finds them again. They never have a customer's name."""

from __future__ import annotations

import re

from bot.domain.versions import Version

_TRACKER_OR_PART = re.compile(r"<!-- mibot:tracker version=\S+ (part=\d+ )?-->")
_TRACKER = re.compile(r"<!-- mibot:tracker version=(\S+) -->")


def tracker(version: Version) -> str:
    """Marks the body of a tracker."""
    return f"<!-- mibot:tracker version={version} -->"


def tracker_version(body: str) -> Version | None:
    """The version of the tracker with this body, or None."""
    match = _TRACKER.search(body)
    return Version.parse(match.group(1)) if match else None


def is_tracker(text: str) -> bool:
    """Whether a text is a tracker or continues one."""
    return _TRACKER_OR_PART.search(text) is not None


def tracker_part(version: Version, part: int) -> str:
    """Marks a comment that continues a tracker that is too long for one body."""
    return f"<!-- mibot:tracker version={version} part={part} -->"


def announcement(version: Version) -> str:
    """Marks the comment on the release issue that links the tracker."""
    return f"<!-- mibot:announcement version={version} -->"


def release_question(issue: int) -> str:
    """Marks the comment that asks whether an issue is a release issue."""
    return f"<!-- mibot:release-question issue={issue} -->"


def tracker_stopped(version: Version, issue: int, since: str) -> str:
    """Marks the comment that says what it means that a tracker is closed or gone. `since` tells one time from
    another."""
    return f"<!-- mibot:stopped version={version} tracker={issue} since={since} -->"


def reply(comment: int) -> str:
    """Marks the reply to a comment with commands."""
    return f"<!-- mibot:reply comment={comment} -->"


def cancellation(comment: int) -> str:
    """Marks the comment on a pull request that says that a command closes it. `comment` has the command."""
    return f"<!-- mibot:canceled comment={comment} -->"


def evidence(kind: str) -> str:
    """Marks the comment on a pull request that holds the evidence."""
    return f"<!-- mibot:evidence {kind} -->"


def mention(pull: int, step: int) -> str:
    """Marks the comment that mentions the people on call, for one step in the history of a pull request."""
    return f"<!-- mibot:alarm pull={pull} step={step} -->"


def notification(channel: str, pull: int, step: int) -> str:
    """Marks a comment of a channel, for one step in the history of a pull request."""
    return f"<!-- mibot:notification channel={channel} pull={pull} step={step} -->"
