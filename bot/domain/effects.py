"""The base class of effects: what should happen, as data.

Each subject of the domain defines its effects in its own `effects.py`, where commands, events and handlers of other
subjects can name them. `bot.handlers` carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """What should happen. Each effect is one durable job, and is safe to repeat: it finds before it creates.

    Effects are frozen dataclasses with a tag and stored field names (`@stored`), because jobs wait in the database
    while mibot is upgraded.
    """

    @property
    def key(self) -> str:
        """Effects with the same key never run at the same time.

        Keys are stored with the jobs that wait, so a key that changes lets two jobs run at the same time.
        """
        raise NotImplementedError

    @property
    def delay_seconds(self) -> float:
        """The number of seconds to wait before the effect is carried out."""
        return 0.0

    @property
    def tried_until_done(self) -> bool:
        """Whether attempts go on until one succeeds. Everything else is given up after some, because a sweep finds it
        again."""
        return False


@dataclass(frozen=True)
class RequestedEffect(Effect):
    """What a person requests in a comment: no sweep finds it again once the comment has its reply."""

    @property
    def tried_until_done(self) -> bool:
        return True
