"""What the bot answers to commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain import markers
from bot.domain.health import Result, State
from bot.domain.markdown import LIMIT, Markdown, code
from bot.domain.model import Instance
from bot.domain.names import public_name
from bot.domain.records import CheckTable, Item, Paragraph, Progress, Reply
from bot.domain.upgrade import Upgrade
from bot.domain.versions import Version
from bot.voice.upgrades import UpgradeVoice

ICONS = {State.PASS: Markdown("✅"), State.FAIL: Markdown("❌"), State.UNKNOWN: Markdown("❔")}
MOST_ROWS = 100


class ReplyVoice(UpgradeVoice):
    """Words for replies."""

    def reply(self, reply: Reply, upgrades: Mapping[str, Upgrade]) -> Markdown:
        """The body of a reply; `upgrades` are those it shows, by key. Shortened where GitHub's limit demands."""
        for tables in (True, False):
            sections = [self._section(item, upgrades, tables=tables) for item in reply.items]
            body = self.render("reply.md.j2", marker=Markdown(markers.reply(reply.comment)), sections=sections)
            if len(body) <= LIMIT:
                return body
        cut = body[: LIMIT - 200].rsplit("\n", 1)[0]
        return Markdown(f"{cut}\n\nThe rest does not fit here; see the tracker.")

    def _section(self, item: Item, upgrades: Mapping[str, Upgrade], *, tables: bool) -> Markdown:
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

    def _progress(self, upgrade: Upgrade, *, tables: bool) -> Markdown:
        shown = []
        if tables and upgrade.after:
            shown.append(self.check_table(Markdown("Health checks after the merge"), upgrade.after))
        if tables and upgrade.before:
            shown.append(self.check_table(Markdown("Health checks before the upgrade"), upgrade.before))
        return self.render(
            "upgrade_progress.md.j2",
            name=self.name(upgrade.slug),
            upgrade=upgrade,
            state=self.state(upgrade),
            steps=self.steps(upgrade),
            tables=shown,
        )

    def check_table(self, caption: Markdown, results: Sequence[Result]) -> Markdown:
        """A table of check results, worst first."""
        return self.render("check_table.md.j2", caption=caption, results=results, icons=ICONS)

    def refusal(self, instance: Instance, sentence: str) -> Markdown:
        return Markdown(f"**{public_name(instance)}**: {self.sentence(sentence)}")

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
                "version": upgrade.version,
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
