"""What paces the requests of all workers together."""

from __future__ import annotations

from typing import Protocol


class Pacing(Protocol):
    """When the next write may begin, and until when nobody asks. All times are in seconds.

    Each method raises TransientError if the storage is down.
    """

    def take_turn(self, interval: float) -> float:
        """0 if the turn is taken, so that the next one comes after `interval`; else the seconds until the next."""

    def restart_turn(self, interval: float) -> None:
        """The write of the turn that was taken goes out only now: the next turn comes `interval` after it."""

    def pause(self, caller: str, seconds: float) -> None:
        """That caller must ask nothing for so long. A longer pause stays."""

    def pause_left(self, caller: str) -> float:
        """The seconds that this caller still has to wait; 0 if it may ask."""
