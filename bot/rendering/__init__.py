"""Everything that the bot says: one function with typed arguments for each body, reply and notification.

One module a subject, functions over one small `Renderer`. Values are escaped where they go into a template unless
they are `Markdown` already. People's words are also freed from customers' names, because most of what is written here
is read outside the deployment repository.
"""

from __future__ import annotations

from bot.rendering.renderer import Renderer

__all__ = ["Renderer"]
