"""Customers' names taken out of what a reply stores.

A reply is rendered again later, perhaps when a customer has left the fleet, so that nothing knows the name any more.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.chat.answers import CommandMessage, InstanceMessage, LeftOutInstances, Message
from bot.domain.chat.replies import ReplyItem
from bot.domain.chat.unclear_words import WordsNotUnderstood
from bot.domain.fleet.names import UnknownInstance
from bot.domain.fleet.redaction import Redact, redact_value
from bot.domain.reasons import Reason


def redact_item(item: ReplyItem, redact: Redact) -> ReplyItem:
    """The item with customers' names taken out of its reasons. Slugs that name instances stay."""
    match item:
        case Message() | CommandMessage() | InstanceMessage():
            return replace(item, reason=_redact_reason(item.reason, redact))
        case LeftOutInstances(refusals):
            return LeftOutInstances(
                tuple(replace(one, reason=_redact_reason(one.reason, redact)) for one in refusals)
            )
        case _:
            return item


def _redact_reason(reason: Reason, redact: Redact) -> Reason:
    """An unknown instance keeps its suggestion, a slug: it is shown only while the instance is in the fleet. Of words
    that are not understood, those with a customer's name are left out."""
    if isinstance(reason, WordsNotUnderstood):
        words = tuple(replace(word, cause=_redact_reason(word.cause, redact)) for word in reason.hide(redact).words)
        return replace(reason, words=words)
    return reason if isinstance(reason, UnknownInstance) else redact_value(reason, redact)
