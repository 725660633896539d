"""What the bot answers to commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.domain.chat import markers
from bot.domain.chat.replies import BackupShown, CheckTable, Item, Paragraph, PlanShown, Preparing, Progress, Reply
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import plain_name, public_name
from bot.domain.health.model import Result, State
from bot.domain.upgrade.backups import Copy
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.markdown import LIMIT, Markdown, code, cut, link_target
from bot.rendering.preparations import PreparationVoice
from bot.rendering.renderer import ICONS
from bot.rendering.upgrades import moment, pull_link, way

MOST_ROWS = 100
MOST_SECTIONS = 25
"""Upgrades that a reply tells of at length; more are listed in one table."""
MOST_OVERVIEW = 150
LONGEST_OVERVIEW = 200
MOST_LEFT_OUT = 30


class ReplyVoice(PreparationVoice):
    """Words for replies."""

    def reply(
        self,
        reply: Reply,
        upgrades: Mapping[str, Upgrade],
        preparations: Mapping[Version, Preparation] = MappingProxyType({}),
    ) -> Markdown:
        """The body of a reply; `upgrades` (by key) and `preparations` are those it shows. Shortened where GitHub's
        limit demands."""
        marker = Markdown(markers.reply(reply.comment))
        many = sum(isinstance(item, Progress) for item in reply.items) > MOST_SECTIONS
        for tables in (True, False):
            items = [item for item in reply.items if not (many and isinstance(item, Progress))]
            sections = [self._section(item, upgrades, preparations, tables=tables) for item in items]
            if many:
                sections.append(self._overview(reply.items, upgrades))
            body = self.render("reply.md.j2", marker=marker, sections=sections)
            if len(body) <= LIMIT:
                return body
        return cut(body, "The rest does not fit here; see the tracker.")

    def _overview(self, items: Sequence[Item], upgrades: Mapping[str, Upgrade]) -> Markdown:
        """One row for each of many upgrades."""
        shown = [item for item in items if isinstance(item, Progress)]
        rows = []
        for item in shown[:MOST_OVERVIEW]:
            upgrade = upgrades.get(f"{item.slug}@{item.version}")
            state = self.brief_state(upgrade, LONGEST_OVERVIEW) if upgrade else Markdown("asked for")
            rows.append({"name": self.name(item.slug), "version": item.version, "state": state})
        return self.render("overview.md.j2", rows=rows, left_out=max(len(shown) - MOST_OVERVIEW, 0))

    def _section(
        self,
        item: Item,
        upgrades: Mapping[str, Upgrade],
        preparations: Mapping[Version, Preparation],
        *,
        tables: bool,
    ) -> Markdown:
        match item:
            case Paragraph(words):
                return words
            case CheckTable(slug, None):
                return Markdown(f"**{self.name(slug)}**: health checks are running …")
            case CheckTable(slug, results):
                return self.check_table(Markdown(f"**{self.name(slug)}**, health checks"), results or ())
            case Progress(slug, version):
                upgrade = upgrades.get(f"{slug}@{version}")
                if upgrade is None:
                    return Markdown(f"**{self.name(slug)}**: upgrade to {version} asked for.")
                return self._progress(upgrade, tables=tables)
            case BackupShown():
                return self._backup(item)
            case Preparing(version):
                return self.preparation(version, preparations.get(version))
            case PlanShown(slug, version, None):
                return Markdown(f"**{self.name(slug)}**: the upgrade to {version} is being worked out …")
            case PlanShown(_, _, words):
                return words or Markdown("")

    def _progress(self, upgrade: Upgrade, *, tables: bool) -> Markdown:
        shown = []
        if tables and upgrade.after:
            caption = Markdown("Health checks after the deployment")
            shown.append(self.check_table(caption, upgrade.after, upgrade.before))
        if tables and upgrade.before:
            caption = Markdown("Taken right before it" if upgrade.after else "Health checks before the upgrade")
            before = self.check_table(caption, upgrade.before)
            shown.append(folded(before, upgrade.before) if upgrade.after else before)
        return self.render(
            "upgrade_progress.md.j2",
            name=self.name(upgrade.slug),
            way=way(upgrade),
            state=self.state(upgrade),
            steps=self.steps(upgrade),
            tables=shown,
        )

    def check_table(self, caption: Markdown, results: Sequence[Result], before: Sequence[Result] = ()) -> Markdown:
        """A table of check results, worst first; where there are results from `before`, with what each was then."""
        was = {result.name: result.state for result in before}
        return self.render("check_table.md.j2", caption=caption, results=results, icons=ICONS, was=was)

    def _backup(self, shown: BackupShown) -> Markdown:
        """How an instance's backups stand, and which older ones of mibot's there are."""
        return self.render(
            "backup.md.j2",
            name=self.name(shown.slug),
            copies=[self._copy(copy) for copy in shown.copies or ()],
            begun=shown.copies is not None,
            fault=self.sentence(shown.fault) if shown.fault else None,
            older=[self._copy(copy) for copy in shown.older[:MOST_LEFT_OUT]],
            more=max(len(shown.older) - MOST_LEFT_OUT, 0),
        )

    def _copy(self, copy: Copy) -> Markdown:
        said = f": {self.sentence(copy.said)}" if copy.said else ""
        return Markdown(f"{copy.kind} {self.code(copy.name)}, {copy.state}, {moment(copy.made_at)}{said}")

    def alarm(self, upgrade: Upgrade, on_call: Sequence[str], mark: Markdown) -> Markdown:
        """The comment that mentions the people on call, because an upgrade failed after its merge."""
        instance = self.fleet.get(upgrade.slug)
        return self.render(
            "alarm.md.j2",
            marker=mark,
            people=Markdown(", ".join(f"@{name}" for name in on_call)),
            name=self.name(upgrade.slug),
            what=Markdown("upgrade" if upgrade.back is None else "rollback"),
            version=upgrade.target,
            line=upgrade.version,
            reason=self.sentence(self.reason(upgrade)),
            run=link_target(upgrade.deployment.url) if upgrade.deployment and upgrade.deployment.url else None,
            pull=Markdown(pull_link(upgrade).strip()),
            plain=Markdown(plain_name(instance) if instance else "INSTANCE"),
        )

    def refusal(self, instance: Instance, sentence: str) -> Markdown:
        return Markdown(f"**{public_name(instance)}**: {self.sentence(sentence)}")

    def left_out(self, refused: Sequence[tuple[Instance, str]]) -> Markdown:
        """Which of the instances that a word for many stands for are left out, and why, folded."""
        rows = [{"name": public_name(one), "sentence": self.sentence(why)} for one, why in refused[:MOST_LEFT_OUT]]
        return self.render("left_out.md.j2", count=len(refused), rows=rows, more=max(len(refused) - MOST_LEFT_OUT, 0))

    def misused(self, name: str, sentence: str, usage: str) -> Markdown:
        """A sentence about a command that can't be understood; `{usage}` in it is where its usage goes."""
        return self.about_command(name, sentence.replace("{usage}", usage))

    def about_command(self, name: str, sentence: str) -> Markdown:
        """A sentence about one command of the comment."""
        return Markdown(f"{self.code(f'/{name}')}: {self.sentence(sentence)}")

    def unknown_command(self, name: str, nearest: str) -> Markdown:
        return Markdown(
            f"I don't know {self.code(f'/{name}')}. The nearest command is {code(f'/{nearest}')}; "
            f"{code('/help')} lists them all."
        )

    def not_allowed(self, name: str, author: str, teams: Sequence[str]) -> Markdown:
        who = " or ".join(code(team) for team in teams)
        return Markdown(
            f"Sorry, {self.code(author)}: {self.code(f'/{name}')} is for members of {who}. Please ask one of them."
        )

    def help(self, commands: Iterable[Mapping[str, str]]) -> Markdown:
        return self.render("help.md.j2", commands=list(commands))

    def status(self, version: Version | None, tracker: int | None, upgrades: Sequence[Upgrade]) -> Markdown:
        """Where everything stands, as a table of the upgrades that were asked for."""
        counts, done, total = self.counts(upgrades)
        rows = [
            {
                "name": self.name(upgrade.slug),
                "from_version": upgrade.from_version,
                "version": upgrade.back.to if upgrade.back else upgrade.version,
                "state": self.state(upgrade),
            }
            for upgrade in upgrades[:MOST_ROWS]
        ]
        return self.render(
            "status.md.j2",
            version=version,
            tracker=tracker,
            done=done,
            total=total,
            counts=counts,
            rows=rows,
            left_out=max(len(upgrades) - MOST_ROWS, 0),
            problems=len(self.fleet.problems),
        )


def folded(table: Markdown, results: Sequence[Result]) -> Markdown:
    """A table of check results behind one line that says how many passed."""
    passed = sum(result.state is State.PASS for result in results)
    head = f"Health checks before the upgrade: {passed} of {len(results)} passed"
    return Markdown(f"<details><summary>{head}</summary>\n\n{table}\n\n</details>")
