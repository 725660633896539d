"""One step of an upgrade, as the channels of notifications see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage


@dataclass(frozen=True)
class Transition:
    """An upgrade before and after it was saved; `before` is None if it is new."""

    before: Upgrade | None
    after: Upgrade

    def entered(self, *stages: Stage) -> bool:
        """Whether the upgrade came to one of these stages by this transition."""
        return self.after.stage in stages and self.changed(_last_step)

    def changed(self, part: Callable[[Upgrade], object]) -> bool:
        """Whether this part of the upgrade is new by this transition. None stands for a part that is not there.

        What an earlier record of the upgrade had is not new: a rollback that ends without a merge restores it.
        """
        now = part(self.after)
        return now is not None and all(part(one) != now for one in self._known())

    def _known(self) -> Iterator[Upgrade]:
        """The upgrade before, and all that it keeps as its earlier records."""
        one = self.before
        while one is not None:
            yield one
            one = one.previous


ChannelSelector = Callable[[Transition], Iterable[str]]
"""Returns the names of the channels that want a transition."""


def _last_step(upgrade: Upgrade) -> object:
    """The stage and how the upgrade came there. None for records of early versions of mibot: they have no history."""
    return (upgrade.stage, upgrade.history) if upgrade.history else None
