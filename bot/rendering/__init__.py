"""The bot's voice: every sentence and body it writes is one function with typed arguments here.

Values are escaped where they are put into a template unless they are `Markdown` already; people's text is also
freed from customers' names, for most of what is written here is read outside the deployment repository.
"""

from __future__ import annotations

from bot.rendering.plans import PlanRenderer
from bot.rendering.pull_requests import evidence_comment, pre_upgrade_report, pull_body
from bot.rendering.tracker import TrackerRenderer

__all__ = ["Renderer", "evidence_comment", "pre_upgrade_report", "pull_body"]


class Renderer(TrackerRenderer, PlanRenderer):
    """What mibot writes, with the names of one fleet kept private. `me` is the bot's login."""
