"""What the bot answers to commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.domain.chat import markers
from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    Reply,
    ReplyItem,
    UpgradeProgress,
)
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import plain_name, public_name
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown, code, escape_link_target, truncate_body
from bot.rendering.preparations import PreparationRenderer
from bot.rendering.renderer import ICONS
from bot.rendering.upgrades import format_time, format_version_change, pull_link

MAX_ROWS = 100
MAX_SECTIONS = 25
"""Upgrades that a reply tells of at length; more are listed in one table."""
MAX_OVERVIEW_ROWS = 150
MAX_OVERVIEW_STATE_LENGTH = 200
MAX_LEFT_OUT = 30


class ReplyRenderer(PreparationRenderer):
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
        many = sum(isinstance(item, UpgradeProgress) for item in reply.items) > MAX_SECTIONS
        for tables in (True, False):
            items = [item for item in reply.items if not (many and isinstance(item, UpgradeProgress))]
            sections = [self._section(item, upgrades, preparations, tables=tables) for item in items]
            if many:
                sections.append(self._overview(reply.items, upgrades))
            body = self.render("reply.md.j2", marker=marker, sections=sections)
            if len(body) <= MAX_BODY_LENGTH:
                return body
        return truncate_body(body, "The rest does not fit here; see the tracker.")

    def _overview(self, items: Sequence[ReplyItem], upgrades: Mapping[str, Upgrade]) -> Markdown:
        """One row for each of many upgrades."""
        shown = [item for item in items if isinstance(item, UpgradeProgress)]
        rows = []
        for item in shown[:MAX_OVERVIEW_ROWS]:
            upgrade = upgrades.get(f"{item.slug}@{item.version}")
            state = (
                self.upgrade_state_within(upgrade, MAX_OVERVIEW_STATE_LENGTH) if upgrade else Markdown("asked for")
            )
            rows.append({"name": self.instance_name(item.slug), "version": item.version, "state": state})
        return self.render("overview.md.j2", rows=rows, left_out=max(len(shown) - MAX_OVERVIEW_ROWS, 0))

    def _section(
        self,
        item: ReplyItem,
        upgrades: Mapping[str, Upgrade],
        preparations: Mapping[Version, Preparation],
        *,
        tables: bool,
    ) -> Markdown:
        match item:
            case Paragraph(words):
                return words
            case CheckTable(slug, None):
                return Markdown(f"**{self.instance_name(slug)}**: health checks are running …")
            case CheckTable(slug, results):
                return self.check_table(Markdown(f"**{self.instance_name(slug)}**, health checks"), results or ())
            case UpgradeProgress(slug, version):
                upgrade = upgrades.get(f"{slug}@{version}")
                if upgrade is None:
                    return Markdown(f"**{self.instance_name(slug)}**: upgrade to {version} asked for.")
                return self._progress(upgrade, tables=tables)
            case BackupProgress():
                return self._backup_section(item)
            case PreparationProgress(version):
                return self.preparation(version, preparations.get(version))
            case PlanPreview(slug, version, None):
                return Markdown(f"**{self.instance_name(slug)}**: the upgrade to {version} is being worked out …")
            case PlanPreview(_, _, words):
                return words or Markdown("")

    def _progress(self, upgrade: Upgrade, *, tables: bool) -> Markdown:
        shown = []
        if tables and upgrade.after:
            caption = Markdown("Health checks after the deployment")
            shown.append(self.check_table(caption, upgrade.after, upgrade.before))
        if tables and upgrade.before:
            caption = Markdown("Taken right before it" if upgrade.after else "Health checks before the upgrade")
            before = self.check_table(caption, upgrade.before)
            shown.append(collapse_check_table(before, upgrade.before) if upgrade.after else before)
        return self.render(
            "upgrade_progress.md.j2",
            name=self.instance_name(upgrade.slug),
            version_change=format_version_change(upgrade),
            state=self.upgrade_state(upgrade),
            steps=self.steps(upgrade),
            tables=shown,
        )

    def check_table(
        self, caption: Markdown, results: Sequence[CheckResult], before: Sequence[CheckResult] = ()
    ) -> Markdown:
        """A table of check results, worst first; where there are results from `before`, with what each was then."""
        was = {result.name: result.state for result in before}
        return self.render("check_table.md.j2", caption=caption, results=results, icons=ICONS, states_before=was)

    def _backup_section(self, shown: BackupProgress) -> Markdown:
        """How an instance's backups stand, and which older ones of mibot's there are."""
        return self.render(
            "backup.md.j2",
            name=self.instance_name(shown.slug),
            backups=[self._describe_backup(copy) for copy in shown.copies or ()],
            started=shown.copies is not None,
            error=self.safe_text(shown.fault) if shown.fault else None,
            older_backups=[self._describe_backup(copy) for copy in shown.older[:MAX_LEFT_OUT]],
            more=max(len(shown.older) - MAX_LEFT_OUT, 0),
        )

    def _describe_backup(self, copy: Backup) -> Markdown:
        said = f": {self.safe_text(copy.said)}" if copy.said else ""
        return Markdown(f"{copy.kind} {self.safe_code(copy.name)}, {copy.state}, {format_time(copy.made_at)}{said}")

    def alarm(self, upgrade: Upgrade, on_call: Sequence[str], mark: Markdown) -> Markdown:
        """The comment that mentions the people on call, because an upgrade failed after its merge."""
        instance = self.fleet.get(upgrade.slug)
        return self.render(
            "alarm.md.j2",
            marker=mark,
            people=Markdown(", ".join(f"@{name}" for name in on_call)),
            name=self.instance_name(upgrade.slug),
            change_kind=Markdown("upgrade" if upgrade.back is None else "rollback"),
            version=upgrade.target,
            rollout_version=upgrade.version,
            reason=self.safe_text(self.upgrade_reason(upgrade)),
            run=escape_link_target(upgrade.deployment.url) if upgrade.deployment and upgrade.deployment.url else None,
            pull=Markdown(pull_link(upgrade).strip()),
            instance_name=Markdown(plain_name(instance) if instance else "INSTANCE"),
        )

    def refusal(self, instance: Instance, sentence: str) -> Markdown:
        return Markdown(f"**{public_name(instance)}**: {self.safe_text(sentence)}")

    def refusals(self, refused: Sequence[tuple[Instance, str]]) -> Markdown:
        """Which of the instances that a word for many stands for are left out, and why, folded."""
        rows = [{"name": public_name(one), "sentence": self.safe_text(why)} for one, why in refused[:MAX_LEFT_OUT]]
        return self.render("left_out.md.j2", count=len(refused), rows=rows, more=max(len(refused) - MAX_LEFT_OUT, 0))

    def usage_error(self, name: str, sentence: str, usage: str) -> Markdown:
        """A sentence about a command that can't be understood; `{usage}` in it is where its usage goes."""
        return self.command_message(name, sentence.replace("{usage}", usage))

    def command_message(self, name: str, sentence: str) -> Markdown:
        """A sentence about one command of the comment."""
        return Markdown(f"{self.safe_code(f'/{name}')}: {self.safe_text(sentence)}")

    def unknown_command(self, name: str, nearest: str) -> Markdown:
        return Markdown(
            f"I don't know {self.safe_code(f'/{name}')}. The nearest command is {code(f'/{nearest}')}; "
            f"{code('/help')} lists them all."
        )

    def not_allowed(self, name: str, author: str, teams: Sequence[str]) -> Markdown:
        who = " or ".join(code(team) for team in teams)
        command = self.safe_code(f"/{name}")
        return Markdown(
            f"Sorry, {self.safe_code(author)}: {command} is for members of {who}. Please ask one of them."
        )

    def help(self, commands: Iterable[Mapping[str, str]]) -> Markdown:
        return self.render("help.md.j2", commands=list(commands))

    def status(self, version: Version | None, tracker: int | None, upgrades: Sequence[Upgrade]) -> Markdown:
        """Where everything stands, as a table of the upgrades that were asked for."""
        counts, done, total = self.stage_counts(upgrades)
        rows = [
            {
                "name": self.instance_name(upgrade.slug),
                "from_version": upgrade.from_version,
                "version": upgrade.back.to if upgrade.back else upgrade.version,
                "state": self.upgrade_state(upgrade),
            }
            for upgrade in upgrades[:MAX_ROWS]
        ]
        return self.render(
            "status.md.j2",
            version=version,
            tracker=tracker,
            done=done,
            total=total,
            counts=counts,
            rows=rows,
            left_out=max(len(upgrades) - MAX_ROWS, 0),
            problems=len(self.fleet.unreadable),
        )


def collapse_check_table(table: Markdown, results: Sequence[CheckResult]) -> Markdown:
    """A table of check results behind one line that says how many passed."""
    passed = sum(result.state is CheckState.PASS for result in results)
    head = f"Health checks before the upgrade: {passed} of {len(results)} passed"
    return Markdown(f"<details><summary>{head}</summary>\n\n{table}\n\n</details>")
