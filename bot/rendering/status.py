"""The answer to `/status`: the state of every upgrade, trouble first."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.chat.answers import StatusTable
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from bot.rendering.renderer import Renderer
from bot.rendering.rollup import Detail, render_counts, render_rollup
from bot.rendering.stages import progress_bar
from bot.rendering.upgrades import count_done


def render_status(
    renderer: Renderer, status: StatusTable, upgrades: Iterable[Upgrade], detail: Detail = Detail.FULL
) -> Markdown:
    """The version's upgrades among these: numbers, then what needs a person, then the rest, each in order of work."""
    positions = {instance.slug: position for position, instance in enumerate(renderer.fleet)}
    shown = sorted(
        (
            upgrade
            for upgrade in upgrades
            if status.version in {None, upgrade.version} and (not status.slugs or upgrade.slug in status.slugs)
        ),
        key=lambda upgrade: (upgrade.version, positions.get(upgrade.slug, len(positions)), upgrade.slug),
    )
    done, total = count_done(renderer.fleet, shown)
    total = len(status.slugs) if status.slugs else total
    return renderer.render(
        "status.md.j2",
        version=status.version,
        tracker=status.tracker,
        done=done,
        total=total,
        bar=progress_bar(done, total),
        counts=render_counts(shown, max(total - len(shown), 0) if status.version else 0),
        requested=bool(shown),
        sections=render_rollup(renderer, shown, detail),
        problems=len(renderer.fleet.problems),
    )
