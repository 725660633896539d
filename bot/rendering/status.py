"""The answer to `/status`: where every upgrade stands."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.markdown import Markdown
from bot.rendering.renderer import Renderer
from bot.rendering.upgrades import count_stages, render_upgrade_state

MAX_ROWS = 100


def render_status(
    renderer: Renderer, version: Version | None, tracker: int | None, upgrades: Sequence[Upgrade]
) -> Markdown:
    """Where everything stands, as a table of the upgrades that were asked for."""
    counts, done, total = count_stages(renderer.fleet, upgrades)
    rows = [
        {
            "name": renderer.instance_name(upgrade.slug),
            "from_version": upgrade.from_version,
            "version": upgrade.back.to if upgrade.back else upgrade.version,
            "state": render_upgrade_state(renderer, upgrade),
        }
        for upgrade in upgrades[:MAX_ROWS]
    ]
    return renderer.render(
        "status.md.j2",
        version=version,
        tracker=tracker,
        done=done,
        total=total,
        counts=counts,
        rows=rows,
        left_out=max(len(upgrades) - MAX_ROWS, 0),
        problems=len(renderer.fleet.unreadable),
    )
