"""Commands as people give them: one line of a comment on the tracker of 3.40.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.commands import all_commands
from bot.domain.chat import comments
from bot.domain.chat.answers import Answer, InstanceStatus, StatusTable
from bot.domain.chat.replies import ReplyItem
from bot.domain.chat.requests import CommandContext, CommandPlan, CommandRequest
from bot.domain.fleet.model import Fleet, InstanceType
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Renderer
from bot.rendering.answers import render_answer
from bot.rendering.instance_status import render_instance_status
from bot.rendering.status import render_status
from tests import rendered as rendering
from tests.samples import customer_instance, fleet, internal_instance, version

OTHER_ACCOUNT = "https://github.com/sourcegraph/accounts/issues/611"
RCTEST = internal_instance("rctest")
DEMO = internal_instance("demo", version=version("3.39.1"))
S2 = internal_instance("s2", skip="takes nightly builds")
TRIAL = customer_instance("jaderaven", OTHER_ACCOUNT, type=InstanceType.TRIAL)
FIRST, SECOND = customer_instance("amberotter"), customer_instance("amberotter-two", ordinal=2)
FLEET = fleet(RCTEST, DEMO, S2, TRIAL, FIRST, SECOND, golden=("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.41.0-rc.1"))
TRACKER = TrackerRecord(version("3.40.1"), 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana")


def plan(
    line: str,
    *upgrades: Upgrade,
    on: str = "3.40.1",
    among: Fleet = FLEET,
    released: str | None = None,
    trusted: bool = True,
) -> CommandPlan:
    """The plan of a command in a comment by dana on issue 12.

    `on` is the version in the issue's title. `released` are the tags of upstream: by default the versions with a
    golden file, "" for none.
    """
    (command,) = comments.parse(line)
    assert command.fault is None
    request = CommandRequest(77, 12, "dana", command.arguments, version(on) if on else None, command.quoted)
    tags = among.golden if released is None else frozenset(map(version, released.split()))
    context = CommandContext(among, _by_key(upgrades), TRACKER if on == "3.40.1" else None, tags, trusted=trusted)
    return all_commands()[command.name].plan(request, context)


def reply_text(
    line: str,
    *upgrades: Upgrade,
    on: str = "3.40.1",
    among: Fleet = FLEET,
    released: str | None = None,
    trusted: bool = True,
) -> str:
    """The answers to the command, as a reader reads them."""
    items = plan(line, *upgrades, on=on, among=among, released=released, trusted=trusted).items
    return rendering.reader_text(answers_of(items, *upgrades, among=among))


def answers_of(items: Iterable[ReplyItem], *upgrades: Upgrade, among: Fleet = FLEET) -> str:
    """The answers among the items in Markdown, without the progress of what the commands started."""
    renderer = Renderer(among)
    return "\n\n".join(_answer(renderer, item, upgrades) for item in items if isinstance(item, Answer))


def _answer(renderer: Renderer, item: Answer, upgrades: Iterable[Upgrade]) -> str:
    if isinstance(item, StatusTable):
        return render_status(renderer, item, upgrades)
    if isinstance(item, InstanceStatus):
        return render_instance_status(renderer, item, upgrades)
    return render_answer(renderer, item)


def _by_key(upgrades: tuple[Upgrade, ...]) -> Mapping[str, Upgrade]:
    return {upgrade.key: upgrade for upgrade in upgrades}
