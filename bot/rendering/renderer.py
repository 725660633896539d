"""What every function here writes with: the templates, a fleet's names kept private, people's words made harmless."""

from __future__ import annotations

import functools
from datetime import UTC
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot.domain.fleet.model import Fleet
from bot.domain.fleet.names import public_name
from bot.domain.fleet.redaction import Redact, redactor
from bot.domain.health.model import CheckState
from bot.domain.versions import Version
from bot.formats.markdown import Markdown, code, escape, escape_link_target, escape_within, one_line, truncate
from bot.rendering.wording import clause, describe

ICONS = {CheckState.PASS: Markdown("✅"), CheckState.FAIL: Markdown("❌"), CheckState.UNKNOWN: Markdown("❔")}
MAX_SENTENCE_LENGTH = 600
_MAX_CODE_LENGTH = 100
_PACKAGE = Path(__file__).resolve().parents[1]
_TEMPLATES = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
"""In the installed package, and in a checkout."""


def render_template(template: str, redact: Redact = str, **values: object) -> Markdown:
    """A template with these values; those that are neither Markdown nor numbers are redacted and escaped."""
    return Markdown(template_environment().get_template(template).render(values, _redact=redact).strip())


@functools.cache
def template_environment() -> Environment:
    """All templates, each compiled when it is first used."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in _TEMPLATES]),
        undefined=StrictUndefined,
        finalize=_finalize,
        # Markdown, not HTML: `_finalize` escapes.
        autoescape=False,  # noqa: S701  # nosec B701
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["code"] = _code
    made.filters["login"] = _login
    made.filters["describe"] = describe
    made.filters["moment"] = lambda at: Markdown(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    made.filters["target"] = escape_link_target
    made.filters["clause"] = clause
    made.filters["format"] = lambda form, value: Markdown(form % value)
    return made


@pass_context
def _finalize(context: Context, value: object) -> object:
    if isinstance(value, Markdown | int | float | Version):
        return value
    return escape(context["_redact"](str(value)))


@pass_context
def _code(context: Context, value: object) -> Markdown:
    return code(context["_redact"](str(value)))


@pass_context
def _login(context: Context, login: object) -> Markdown:
    """A login, which anybody may choose. If it is a customer's name, nothing tells whose."""
    name = str(login)
    return code(name) if context["_redact"](name) == one_line(name) else Markdown("somebody")


class Renderer:
    """Templates and escaping for one fleet, whose customers' names stay private. `me` is the bot's login."""

    def __init__(self, fleet: Fleet, me: str = "mibot[bot]") -> None:
        self.fleet = fleet
        self.me = me
        self.redact = redactor(fleet)

    def render(self, template: str, **values: object) -> Markdown:
        return render_template(template, self.redact, **values)

    def instance_name(self, slug: str) -> Markdown:
        """An instance's name outside the deployment repository. One that left the fleet has no name there."""
        instance = self.fleet.get(slug)
        return public_name(instance) if instance else Markdown("an instance that is no longer in the fleet")

    def safe_text(self, text: str) -> Markdown:
        """People's or a system's words as harmless Markdown without customers' names."""
        return escape(truncate(self.redact(text), MAX_SENTENCE_LENGTH))

    def safe_text_within(self, text: str, room: int) -> Markdown:
        """The same, shortened to at most `room` characters of Markdown."""
        return escape_within(self.redact(text), room)

    def safe_code(self, text: str) -> Markdown:
        """A name that people or systems gave, as a code span without customers' names."""
        return code(truncate(self.redact(text), _MAX_CODE_LENGTH))
