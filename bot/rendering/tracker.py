"""The tracker: its title, lines and blocks, and the announcement on the release issue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.chat import markers
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import public_name, unreadable_name
from bot.domain.rollout.attention import TROUBLE, attention, urgency
from bot.domain.tracker.line import MAX_STATE_LENGTH, ROLLING_BACK, SEPARATOR, InstanceKey, Section, TrackerItem
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.formats.markdown import Markdown, code, escape_link_target
from bot.formats.urls import normalize_url
from bot.rendering.preparations import render_preparation_state
from bot.rendering.renderer import Renderer, render_template
from bot.rendering.rollup import render_counts, render_trouble_within
from bot.rendering.stages import NO_UPGRADE_ICONS, progress_bar, stage_label
from bot.rendering.upgrades import count_done, render_details_within
from bot.rendering.wording import describe

MAX_PROBLEMS = 25
MAX_TROUBLE_LENGTH = 6_000
"""Characters of the head's list of what needs a person: the instances' lines need room in the same body."""
_MAX_NOTE_LENGTH = 100


def format_tracker_title(version: Version) -> str:
    return f"{version} upgrade managed instances tracking issue"


def tracker_items(renderer: Renderer, version: Version, upgrades: Mapping[str, Upgrade]) -> list[TrackerItem]:
    """A line for every instance of the fleet, in the order of work."""
    return [_tracker_item(renderer, instance, version, upgrades.get(instance.slug)) for instance in renderer.fleet]


def _tracker_item(renderer: Renderer, instance: Instance, version: Version, upgrade: Upgrade | None) -> TrackerItem:
    current = code(str(instance.version))
    room = MAX_STATE_LENGTH - len(current) - len(SEPARATOR)
    details = _tracker_details(renderer, instance, upgrade, room)
    note = renderer.safe_text_within(instance.note, min(_MAX_NOTE_LENGTH, room - len(details) - len(SEPARATOR)))
    words = [word.replace(SEPARATOR.strip(), "•") for word in (details, current, note) if word]
    return TrackerItem(
        key=InstanceKey(
            normalize_url(instance.domain if instance.internal else instance.account or ""), instance.ordinal
        ),
        section=Section.INTERNAL if instance.internal else Section.CUSTOMERS,
        text=Markdown(f"Upgrade {public_name(instance)}"),
        state=Markdown(SEPARATOR.join(words)),
        stage=_tracker_stage(instance, version, upgrade),
        skipped=upgrade is None and bool(instance.skip_reason),
        lead=_tracker_lead(instance, version, upgrade),
    )


def _tracker_details(renderer: Renderer, instance: Instance, upgrade: Upgrade | None, room: int) -> str:
    if upgrade is not None:
        return render_details_within(renderer, upgrade, room)
    if instance.skip_reason:
        return renderer.safe_text_within(describe(instance.skip_reason), room)
    return ""


def _tracker_lead(instance: Instance, version: Version, upgrade: Upgrade | None) -> Markdown:
    """The state that a line begins with. Without an upgrade, it says how the instance relates to the version."""
    if upgrade is not None:
        return stage_label(upgrade)
    words = "skipped" if instance.skip_reason else "not started"
    if words != "skipped" and instance.version >= version:
        words = "already there" if instance.version == version else "ahead"
    return Markdown(f"{NO_UPGRADE_ICONS[words]} {words}")


def render_tracker_head(
    renderer: Renderer,
    record: TrackerRecord,
    upgrades: Sequence[Upgrade],
    parts: Sequence[str],
    preparation: Preparation | None = None,
    *,
    brief: bool = False,
) -> Markdown:
    """The block at the head of the tracker: progress, what needs a person, then what it is and how to use it.

    A `brief` one leaves out what needs a person, where the lines below leave no room.
    """
    done, total = count_done(renderer.fleet, upgrades)
    source = record.announced[0] if record.announced and not record.adopted else None
    return renderer.render(
        "tracker_head.md.j2",
        marker=Markdown(markers.tracker(record.version)),
        version=record.version,
        me=Markdown(renderer.me),
        asked_by=record.asked_by,
        release_issue=source,
        done=done,
        total=total,
        bar=progress_bar(done, total),
        counts=render_counts(upgrades, max(total - len(upgrades), 0)),
        trouble=Markdown("") if brief else _render_trouble(renderer, upgrades),
        parts=[escape_link_target(url) for url in parts],
        example=Markdown(FIRST_INSTANCE),
        preparation=render_preparation_state(renderer, preparation) if preparation else None,
    )


def _render_trouble(renderer: Renderer, upgrades: Sequence[Upgrade]) -> Markdown:
    """What needs a person, as long as the head has room: the lines of the list below have the rest."""
    order = {instance.slug: place for place, instance in enumerate(renderer.fleet)}
    trouble = [upgrade for upgrade in upgrades if attention(upgrade) in TROUBLE]
    trouble.sort(key=lambda upgrade: (urgency(upgrade), order.get(upgrade.slug, len(order)), upgrade.slug))
    if not trouble:
        return Markdown("")
    return render_trouble_within(renderer, trouble, MAX_TROUBLE_LENGTH)


def render_tracker_part(renderer: Renderer, record: TrackerRecord, part: int) -> Markdown:
    marker = Markdown(markers.tracker_part(record.version, part))
    return renderer.render(
        "tracker_part.md.j2", marker=marker, part=part, version=record.version, url=escape_link_target(record.url)
    )


def render_tracker_end(renderer: Renderer) -> Markdown:
    """The block at the end of the tracker: the instances that can't be read (MAX_PROBLEMS of them at most),
    and those that are suspended and have no deployment."""
    fleet = renderer.fleet
    shown = fleet.problems[:MAX_PROBLEMS]
    problems = [{"name": unreadable_name(one), "sentence": describe(one.reason)} for one in shown]
    left_out = len(fleet.problems) - len(problems)
    suspended = [unreadable_name(one) for one in fleet.suspended[:MAX_PROBLEMS]]
    return renderer.render("tracker_end.md.j2", problems=problems, left_out=left_out, suspended=suspended)


def render_announcement(
    renderer: Renderer, version: Version, tracker: int, teams: Iterable[str], *, first: bool, adopted: bool
) -> Markdown:
    """The comment on the release issue. The first one for a version mentions the operator teams."""
    return renderer.render(
        "announcement.md.j2",
        marker=Markdown(markers.announcement(version)),
        version=version,
        tracker=tracker,
        teams=Markdown(", ".join(f"@{team}" for team in teams)),
        first=first,
        adopted=adopted,
        example=Markdown(FIRST_INSTANCE),
    )


def render_tracker_stopped(record: TrackerRecord, marker: str, *, gone: bool) -> Markdown:
    """What it means that people closed a tracker, or that it is gone."""
    return render_template(
        "tracker_stopped.md.j2", marker=Markdown(marker), version=record.version, issue=record.issue, gone=gone
    )


def render_release_question(version: Version, marker: str) -> Markdown:
    """The question on an issue that names a version and may be its release issue."""
    return render_template("release_question.md.j2", marker=Markdown(marker), version=version)


def _tracker_stage(instance: Instance, version: Version, upgrade: Upgrade | None) -> str:
    if upgrade is not None and upgrade.rollback is not None and upgrade.stage is not Stage.ROLLED_BACK:
        return ROLLING_BACK if upgrade.previous is not None and upgrade.previous.stage is Stage.DONE else "rollback"
    if upgrade is not None:
        return upgrade.stage.value
    if instance.skip_reason:
        return "skipped"
    return "current" if instance.version == version else "not started"
