"""How two golden files differ: images, services and settings. Golden files are the same for all instances."""

from __future__ import annotations

from bot.domain.fleet.redaction import Redact
from bot.domain.plans.secrets import is_secret
from bot.domain.versions import Version
from bot.formats.compose import Difference, Image
from bot.formats.markdown import Markdown, code

MAX_ROWS = 60


def golden_counts(golden: Difference) -> str:
    """The number of differences of each kind."""
    told = [
        _count(len(golden.added), "service added", "services added"),
        _count(len(golden.removed), "service removed", "services removed"),
        _count(len(golden.images), "image changed", "images changed"),
        _count(len(golden.settings), "setting changed", "settings changed"),
    ]
    return ", ".join(filter(None, told)) or "nothing changed"


def golden_summary(golden: Difference, old: Version, new: Version, redact: Redact = str) -> Markdown:
    """A folded summary of what changed from the golden file of `old` to that of `new`."""

    def told(text: str) -> Markdown:
        return code(redact(text))

    def value(path: str, text: str | None) -> Markdown:
        if text is None:
            return Markdown("nothing")
        return Markdown("a value that is not shown") if is_secret(path) else told(text) or Markdown("empty")

    rows = [f"- service added: {told(name)}" for name in golden.added]
    rows += [f"- service removed: {told(name)}" for name in golden.removed]
    plain = [change for change in golden.images if _is_version_bump(change.old, change.new, new)]
    others = [change for change in golden.images if change not in plain]
    rows += [
        f"- {told(c.service)} runs {told(_without_digest(c.new))}, not {told(_without_digest(c.old))}" for c in others
    ]
    if plain:
        rows.append(f"- {len(plain)} images move to the tag {told(str(new))}")
    rows += [
        f"- {told(f'{c.section} {c.path}')}: {value(c.path, c.old)} → {value(c.path, c.new)}" for c in golden.settings
    ]
    shown = "\n".join(rows[:MAX_ROWS])
    more = f"\n- and {len(rows) - MAX_ROWS} more" if len(rows) > MAX_ROWS else ""
    head = f"Golden file {old} → {new}: {golden_counts(golden)}"
    return Markdown(f"<details><summary>{head}</summary>\n\n{shown}{more}\n\n</details>")


def _is_version_bump(old: str, new: str, version: Version) -> bool:
    """Whether the same image moves to the version's own tag, as all of the publisher's do."""
    before, after = Image.parse(old), Image.parse(new)
    same = before is not None and after is not None and before.repository == after.repository
    return same and after is not None and after.tag == str(version)


def _without_digest(reference: str) -> str:
    return reference.partition("@")[0]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
