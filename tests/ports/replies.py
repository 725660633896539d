"""Replies in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.chat.replies import PreparationProgress, Reply, UpgradeProgress
from bot.domain.versions import Version


@dataclass
class MemoryReplies:
    """The replies, until the test is over."""

    _replies: dict[int, Reply] = field(default_factory=dict)

    def reply(self, comment: int) -> Reply | None:
        return self._replies.get(comment)

    def save_reply(self, reply: Reply) -> None:
        self._replies[reply.comment] = reply

    def claim_reply(self, reply: Reply) -> Reply:
        known = self._replies.get(reply.comment)
        if known is None or known.effects is None:
            self.save_reply(reply.written_as(known))
        return self._replies[reply.comment]

    def replies_about(self, slug: str, version: Version) -> Sequence[int]:
        shown = UpgradeProgress(slug, version) if slug else PreparationProgress(version)
        return sorted(reply.comment for reply in self._replies.values() if shown in reply.items)

    def unwritten_replies(self) -> Sequence[int]:
        return sorted(reply.comment for reply in self._replies.values() if reply.written is None)
