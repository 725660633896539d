"""What every sentence is written with: the templates, the names of one fleet kept private, and people's words made
harmless."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from bot.domain.fleet.model import Fleet, Instance
from bot.domain.fleet.names import plain_name, public_name
from bot.domain.fleet.redaction import Redact, redactor
from bot.domain.health.model import State
from bot.domain.versions import Version
from bot.formats.markdown import Markdown, code, escape, escape_within, link_target, shorten

ICONS = {State.PASS: Markdown("✅"), State.FAIL: Markdown("❌"), State.UNKNOWN: Markdown("❔")}
LONGEST_SENTENCE = 600
_LONGEST_CODE = 100
_bot = Path(__file__).resolve().parent.parent


def environment(redact: Redact) -> Environment:
    """Templates in which every value that is not Markdown or a number is redacted and escaped."""

    def final(value: object) -> object:
        if isinstance(value, Markdown | int | float | Version):
            return value
        return escape(redact(str(value)))

    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(_bot / "templates"), FileSystemLoader(_bot.parent / "templates")]),
        undefined=StrictUndefined,
        finalize=final,
        autoescape=False,  # noqa: S701 - Markdown, not HTML: `final` escapes
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["code"] = lambda value: code(redact(str(value)))
    made.filters["moment"] = lambda at: Markdown(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    made.filters["target"] = link_target
    made.filters["format"] = lambda form, value: Markdown(form % value)
    return made


class Pen:
    """Writes with the names of one fleet kept private. `me` is the bot's login."""

    def __init__(self, fleet: Fleet, me: str = "mibot[bot]") -> None:
        self.fleet = fleet
        self.me = me
        self.redact = redactor(fleet)
        self._templates = environment(self.redact)

    def render(self, template: str, **values: object) -> Markdown:
        return Markdown(self._templates.get_template(template).render(**values).strip())

    def name(self, slug: str) -> Markdown:
        """What an instance is called outside the deployment repository; one that is gone has no name there."""
        instance = self.fleet.get(slug)
        return public_name(instance) if instance else Markdown("an instance that is no longer in the fleet")

    @staticmethod
    def plain(instance: Instance) -> str:
        return plain_name(instance)

    def sentence(self, text: str) -> Markdown:
        """People's or a system's words as harmless Markdown without customers' names."""
        return escape(shorten(self.redact(text), LONGEST_SENTENCE))

    def brief(self, text: str, room: int) -> Markdown:
        """The same in at most `room` characters of Markdown."""
        return escape_within(self.redact(text), room)

    def code(self, text: str) -> Markdown:
        """A name that people or systems gave, as a code span without customers' names."""
        return code(shorten(self.redact(text), _LONGEST_CODE))
