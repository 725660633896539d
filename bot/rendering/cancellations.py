"""The comment on a pull request that is closed because its order was taken back."""

from __future__ import annotations

from bot.domain.chat import markers
from bot.domain.upgrade.cancellation import CancelOrder
from bot.formats.markdown import Markdown, truncate
from bot.rendering.renderer import MAX_SENTENCE_LENGTH, render_template


def render_cancellation(order: CancelOrder) -> Markdown:
    """Who took the order back, and why."""
    why = truncate(order.why, MAX_SENTENCE_LENGTH)
    return render_template(
        "pull_canceled.md.j2", marker=Markdown(markers.cancellation(order.comment)), by=order.by, why=why
    )
