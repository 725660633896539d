"""The bot's voice: every sentence and body it writes is one function with typed arguments here.

Values are escaped where they are put into a template unless they are `Markdown` already; people's text is also
freed from customers' names, for most of what is written here is read outside the deployment repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from bot.domain import markers
from bot.domain.changeset import ChangeSet
from bot.domain.facts import Conclusion
from bot.domain.health import Result, State
from bot.domain.inventory import FIRST_INSTANCE
from bot.domain.markdown import LIMIT, Markdown, code, escape, shorten
from bot.domain.model import Fleet, Instance
from bot.domain.names import Redact, plain_name, problem_name, public_name, redactor
from bot.domain.records import CheckTable, Item, Paragraph, Progress, Reply, TrackerRecord
from bot.domain.tracker_text import DONE, SEPARATOR, Key, Section, normal_url
from bot.domain.tracker_text import Item as TrackerItem
from bot.domain.upgrade import IN_REVIEW, Stage, Upgrade
from bot.domain.versions import Version

ICONS = {State.PASS: Markdown("✅"), State.FAIL: Markdown("❌"), State.UNKNOWN: Markdown("❔")}
MOST_ROWS = 100
_LONGEST_NOTE = 160
_here = Path(__file__).resolve().parent


def _environment(redact: Redact) -> Environment:
    """Templates in which every value that is not Markdown is redacted and escaped."""

    def final(value: object) -> object:
        return value if isinstance(value, Markdown) else escape(redact(str(value)))

    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_here / "templates"), FileSystemLoader(_here.parent / "templates")]),
        undefined=StrictUndefined,
        finalize=final,
        autoescape=False,  # noqa: S701 - Markdown, not HTML: `final` escapes
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = lambda value: code(redact(str(value)))
    environment.filters["format"] = lambda form, value: Markdown(form % value)
    return environment


class Voice:
    """What mibot writes, with the names of one fleet kept private. `me` is the bot's login."""

    def __init__(self, fleet: Fleet, me: str = "mibot[bot]") -> None:
        self.fleet = fleet
        self.me = me
        self.redact = redactor(fleet)
        self._templates = _environment(self.redact)

    def _render(self, template: str, **values: object) -> Markdown:
        return Markdown(self._templates.get_template(template).render(**values).strip())

    # Names and states

    def name(self, slug: str) -> Markdown:
        """What an instance is called outside the deployment repository; one that is gone has no name there."""
        instance = self.fleet.get(slug)
        return public_name(instance) if instance else Markdown("an instance that is no longer in the fleet")

    def sentence(self, text: str) -> Markdown:
        """People's or a system's words as harmless Markdown without customers' names."""
        return escape(shorten(self.redact(text), 600))

    def state(self, upgrade: Upgrade) -> Markdown:
        """Where an upgrade stands, in a few words with the link to its pull request."""
        pull = f"[#{upgrade.number}]({upgrade.url}) " if upgrade.number else ""
        words = self._stage_words(upgrade)
        return Markdown(f"{pull}{words}")

    def _stage_words(self, upgrade: Upgrade) -> str:
        reason = f": {self.sentence(upgrade.reason)}" if upgrade.reason else ""
        match upgrade.stage:
            case Stage.APPROVED:
                return f"approved by {_people(upgrade.approved_by)}{_checks(upgrade)}"
            case Stage.CHANGES_REQUESTED:
                return f"changes requested by {_people(upgrade.objections_by)}{_checks(upgrade)}"
            case Stage.OPEN:
                return f"open, waiting for a review{_checks(upgrade)}"
            case Stage.MERGED:
                by = f" by {_people([upgrade.merged_by])}" if upgrade.merged_by else ""
                return f"merged{by}{reason or ', health checks running'}"
            case _:
                return f"{upgrade.stage}{reason}"

    # The tracker

    def tracker_title(self, version: Version) -> str:
        return f"{version} upgrade managed instances tracking issue"

    def tracker_heading(self, version: Version) -> Markdown:
        return Markdown(f"# {version} managed instances upgrade\n")

    def tracker_items(self, version: Version, upgrades: Mapping[str, Upgrade]) -> list[TrackerItem]:
        """A line for every instance of the fleet, in order of work."""
        return [self._tracker_item(instance, version, upgrades.get(instance.slug)) for instance in self.fleet]

    def _tracker_item(self, instance: Instance, version: Version, upgrade: Upgrade | None) -> TrackerItem:
        words = [self.sentence(shorten(instance.note, _LONGEST_NOTE))] if instance.note else []
        words.append(code(str(instance.version)))
        stage = _tracker_stage(instance, version, upgrade)
        skipped = upgrade is None and bool(instance.skip_reason)
        if upgrade is not None:
            words.append(self.state(upgrade))
        elif skipped:
            words.append(Markdown(f"skipped: {self.sentence(shorten(instance.skip_reason, _LONGEST_NOTE))}"))
        elif instance.version == version:
            words.append(Markdown(f"already on {version}"))
        elif instance.version > version:
            words.append(Markdown(f"ahead of {version}"))
        else:
            words.append(Markdown("not started"))
        return TrackerItem(
            key=Key(normal_url(instance.domain if instance.internal else instance.account or ""), instance.ordinal),
            section=Section.INTERNAL if instance.internal else Section.CUSTOMERS,
            text=Markdown(f"Upgrade {public_name(instance)}"),
            state=Markdown(SEPARATOR.join(word.replace(SEPARATOR.strip(), "•") for word in words)),
            stage=stage,
            skipped=skipped,
        )

    def tracker_head(self, record: TrackerRecord, upgrades: Sequence[Upgrade], parts: Sequence[str]) -> Markdown:
        """The block at the tracker's head: what it is, who asked, how it stands, how to talk to the bot."""
        counts, done, total = self._counts(upgrades)
        source = record.announced[0] if record.announced and not record.adopted else None
        return self._render(
            "tracker_head.md.j2",
            marker=Markdown(markers.tracker(record.version)),
            version=record.version,
            me=Markdown(self.me),
            asked_by=record.asked_by,
            release_issue=Markdown(source) if source else None,
            done=done,
            total=total,
            counts=counts,
            parts=[Markdown(url) for url in parts],
            example=Markdown(FIRST_INSTANCE),
        )

    def tracker_part(self, record: TrackerRecord, part: int) -> Markdown:
        marker = Markdown(markers.tracker_part(record.version, part))
        return self._render(
            "tracker_part.md.j2", marker=marker, part=part, version=record.version, url=Markdown(record.url)
        )

    def tracker_end(self) -> Markdown:
        """The block at the tracker's end: the instances that can't be read."""
        problems = [{"name": problem_name(p), "sentence": p.sentence} for p in self.fleet.problems]
        return self._render("tracker_end.md.j2", problems=problems)

    def announcement(
        self, version: Version, tracker: int, teams: Iterable[str], *, first: bool, adopted: bool
    ) -> Markdown:
        """The comment on the release issue; the first one for a version mentions the operator teams."""
        return self._render(
            "announcement.md.j2",
            marker=Markdown(markers.announcement(version)),
            version=version,
            tracker=Markdown(tracker),
            teams=Markdown(", ".join(f"@{team}" for team in teams)),
            first=first,
            adopted=adopted,
            example=Markdown(FIRST_INSTANCE),
        )

    def _counts(self, upgrades: Iterable[Upgrade]) -> tuple[list[tuple[str, int]], int, int]:
        """How many upgrades stand where, how many are done, and of how many that take part."""
        stages = Counter(upgrade.stage for upgrade in upgrades)
        done = stages.pop(Stage.DONE, 0)
        total = sum(1 for instance in self.fleet if not instance.skip_reason)
        return [(stage.value, stages[stage]) for stage in Stage if stages[stage]], done, total

    # Replies

    def reply(self, reply: Reply, upgrades: Mapping[str, Upgrade]) -> Markdown:
        """The body of a reply; `upgrades` are those it shows, by key. Shortened where GitHub's limit demands."""
        for tables in (True, False):
            sections = [self._section(item, upgrades, tables=tables) for item in reply.items]
            body = self._render("reply.md.j2", marker=Markdown(markers.reply(reply.comment)), sections=sections)
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
        return self._render(
            "upgrade_progress.md.j2",
            name=self.name(upgrade.slug),
            upgrade=upgrade,
            state=self.state(upgrade),
            steps=_steps(upgrade),
            tables=shown,
        )

    def check_table(self, caption: Markdown, results: Sequence[Result]) -> Markdown:
        """A table of check results, worst first."""
        return self._render("check_table.md.j2", caption=caption, results=results, icons=ICONS)

    # Answers to commands

    def refusal(self, instance: Instance, sentence: str) -> Markdown:
        return Markdown(f"**{public_name(instance)}**: {self.sentence(sentence)}")

    def about_command(self, name: str, sentence: str) -> Markdown:
        """A sentence about one command of the comment."""
        return Markdown(f"{self._code(f'/{name}')}: {self.sentence(sentence)}")

    def unknown_command(self, name: str, nearest: str) -> Markdown:
        return Markdown(
            f"I don't know {self._code(f'/{name}')}. The nearest command is {code(f'/{nearest}')}; "
            f"{code('/help')} lists them all."
        )

    def not_allowed(self, name: str, author: str, teams: Sequence[str]) -> Markdown:
        who = " or ".join(code(team) for team in teams)
        return Markdown(
            f"Sorry, {code(author)}: {self._code(f'/{name}')} is for members of {who}. Please ask one of them."
        )

    def help(self, commands: Iterable[Mapping[str, str]]) -> Markdown:
        return self._render("help.md.j2", commands=list(commands))

    def status(self, version: Version | None, tracker: int | None, upgrades: Sequence[Upgrade]) -> Markdown:
        """Where everything stands, as a table of the upgrades that were asked for."""
        counts, done, total = self._counts(upgrades)
        rows = [
            {
                "name": self.name(upgrade.slug),
                "from_version": upgrade.from_version,
                "version": upgrade.version,
                "state": self.state(upgrade),
            }
            for upgrade in upgrades[:MOST_ROWS]
        ]
        return self._render(
            "status.md.j2",
            version=version,
            tracker=Markdown(tracker) if tracker else None,
            done=done,
            total=total,
            counts=counts,
            rows=rows,
            left_out=max(len(upgrades) - MOST_ROWS, 0),
            problems=len(self.fleet.problems),
        )

    def _code(self, text: str) -> Markdown:
        return code(self.redact(text))

    @staticmethod
    def plain(instance: Instance) -> str:
        return plain_name(instance)


def pull_body(change: ChangeSet, tracker: str, asked_by: str) -> Markdown:
    """The body of an upgrade pull request. It stays in the deployment repository, where slugs are used freely."""
    template = _environment(str).get_template("pull_body.md.j2")
    return Markdown(
        template.render(
            slug=change.instance.slug,
            from_version=Markdown(change.instance.version),
            to_version=Markdown(change.target),
            changes=change.changes,
            asked_by=asked_by,
            tracker=Markdown(tracker),
            golden=change.target.golden_path,
        ).strip()
    )


def _tracker_stage(instance: Instance, version: Version, upgrade: Upgrade | None) -> str:
    if upgrade is not None:
        return DONE if upgrade.stage is Stage.DONE else upgrade.stage.value
    if instance.skip_reason:
        return "skipped"
    return "current" if instance.version == version else "not started"


def _people(logins: Iterable[str]) -> str:
    return ", ".join(code(login) for login in logins)


def _checks(upgrade: Upgrade) -> str:
    """How the pull request's own checks stand, after a comma, or nothing when there are none."""
    match upgrade.checks:
        case Conclusion.SUCCESS:
            return ", its checks passed"
        case Conclusion.PENDING:
            return ", its checks are running"
        case Conclusion.FAILURE:
            return f", its checks failed ({', '.join(map(code, upgrade.failing)) or 'see the pull request'})"
        case _:
            return ""


def _steps(upgrade: Upgrade) -> list[Markdown]:
    """What was done so far, one line each."""
    if upgrade.number is None:
        return []
    pull = f"[#{upgrade.number}]({upgrade.url})"
    steps = [f"Pull request {pull} points the active deployment to the golden file of {upgrade.version}."]
    if upgrade.stage in IN_REVIEW:
        steps.append("Next: one approval, then merge. The health checks run again after the merge.")
    if upgrade.approved_by and upgrade.stage not in IN_REVIEW:
        steps.append(f"Approved by {_people(upgrade.approved_by)}.")
    if upgrade.merged_at:
        by = f" by {_people([upgrade.merged_by])}" if upgrade.merged_by else ""
        steps.append(f"Merged{by} at {upgrade.merged_at:%Y-%m-%d %H:%M:%S} UTC.")
    return [Markdown(step) for step in steps]
