"""The answer to `/status`: the state of every upgrade."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.chat.answers import StatusTable
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from bot.rendering.renderer import Renderer
from bot.rendering.upgrades import count_stages, render_upgrade_state

MAX_ROWS = 100


def render_status(renderer: Renderer, status: StatusTable, upgrades: Iterable[Upgrade]) -> Markdown:
    """A table of the version's upgrades among these, in order of work."""
    positions = {instance.slug: position for position, instance in enumerate(renderer.fleet)}
    shown = sorted(
        (upgrade for upgrade in upgrades if status.version in {None, upgrade.version}),
        key=lambda upgrade: (upgrade.version, positions.get(upgrade.slug, len(positions)), upgrade.slug),
    )
    counts, done, total = count_stages(renderer.fleet, shown)
    rows = [
        {
            "name": renderer.instance_name(upgrade.slug),
            "from_version": upgrade.from_version,
            "version": upgrade.rollback.to_version if upgrade.rollback else upgrade.version,
            "state": render_upgrade_state(renderer, upgrade),
        }
        for upgrade in shown[:MAX_ROWS]
    ]
    return renderer.render(
        "status.md.j2",
        version=status.version,
        tracker=status.tracker,
        done=done,
        total=total,
        counts=counts,
        rows=rows,
        left_out=max(len(shown) - MAX_ROWS, 0),
        problems=len(renderer.fleet.problems),
    )
