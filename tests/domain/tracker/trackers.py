"""Trackers as tests need them: a small fleet's items, and what a reader sees of a tracker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.tracker.layout import Block, lay_out, with_block
from bot.domain.tracker.text import InstanceKey, Section, TrackerItem
from bot.formats.markdown import Markdown
from tests import rendered as rendering
from tests.samples import ACCOUNT

TITLE = "# 3.40.1 managed instances upgrade\n"
OTHER = "https://github.com/sourcegraph/accounts/issues/611"
PULL = "[#7](https://github.com/sourcegraph/deploy-sourcegraph-managed/pull/7)"
STATES = {
    "not started": "`3.40.0` · not started",
    "open": f"`3.40.0` · {PULL} open, waiting for a review",
    "merged": f"`3.40.0` · {PULL} merged by `rio`, health checks running",
    "failed": f"tell them first · `3.40.1` · {PULL} failed: red after the merge: Virtual machine",
    "done": f"`3.40.1` · {PULL} done",
}
_TASK = re.compile(r"\[([ xX])\]\s+(.*)", re.DOTALL)


def internal_item(slug: str = "rctest", stage: str = "not started") -> TrackerItem:
    domain = f"{slug}.sourcegraph.com"
    text = Markdown(f"Upgrade [{domain}](https://{domain})")
    return TrackerItem(InstanceKey(domain), Section.INTERNAL, text, Markdown(STATES[stage]), stage)


def customer_item(
    account: str = ACCOUNT, ordinal: int = 1, stage: str = "not started", skipped: bool = False
) -> TrackerItem:
    which = {1: "", 2: "second ", 3: "third "}[ordinal]
    text = Markdown(f"Upgrade {which}instance for {account}")
    key = InstanceKey(account.removeprefix("https://"), ordinal)
    return TrackerItem(key, Section.CUSTOMERS, text, Markdown(STATES[stage]), stage, skipped)


FLEET = (
    internal_item("rctest"),
    internal_item("demo"),
    internal_item("tpgi"),
    customer_item(OTHER),
    customer_item(ACCOUNT),
    customer_item(ACCOUNT, 2),
)


def at(items: Sequence[TrackerItem], stages: Mapping[int, str]) -> list[TrackerItem]:
    """The items with some of them at other stages."""
    moved = {number: {"stage": stage, "state": Markdown(STATES[stage])} for number, stage in stages.items()}
    return [replace(item, **moved.get(number, {})) for number, item in enumerate(items)]  # type: ignore[arg-type]


def written(
    body: str = TITLE, items: Sequence[TrackerItem] = FLEET, head: str = "Head of mine.\n\nComment `/help`."
) -> str:
    """A tracker's body as mibot writes it anew or brings it up to date."""
    end = "### Instances that can't be read\n\n- folder with tree 0123: config.yaml is missing"
    framed = with_block(with_block(body, Block.HEAD, Markdown(head)), Block.END, Markdown(end))
    (text,) = lay_out([framed], items)
    return text


def seen(body: str) -> list[tuple[bool, str]]:
    """The task list's lines as a reader sees them, in order: ticked or not, and the words."""
    found = []
    begun = False
    for token in rendering.tokens(body):
        if token.type == "inline" and begun and (task := _TASK.fullmatch(token.content)):
            found.append((task.group(1) != " ", rendering.reader_text(task.group(2))))
        begun = token.type == "list_item_open" or (begun and token.type == "paragraph_open")
    return found


def lines_of(body: str, url: str) -> list[tuple[bool, str]]:
    """The lines with which a reader sees an instance: those with its link, wherever they stand."""
    whole = re.compile(re.escape(url.removeprefix("https://")) + r"(?![\w/])")
    raw = [line for line in body.splitlines() if re.match(r"\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\].*\bUpgrade\b", line)]
    return [(bool(re.match(r"\s*\S+\s+\[[xX]", line)), line) for line in raw if whole.search(line)]
