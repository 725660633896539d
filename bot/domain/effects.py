"""The base class of effects: what should happen, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """What should happen. Each effect is one durable job, and is safe to repeat: it finds before it creates.

    Effects are frozen dataclasses with a tag and stored field names (`@stored`), because jobs wait in the database
    while mibot is upgraded. `bot.handlers` carries them out.
    """

    @property
    def key(self) -> str:
        """Effects with the same key never run at the same time."""
        raise NotImplementedError
