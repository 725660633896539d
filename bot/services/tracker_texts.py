"""The texts of a tracker: its body, and the comments that continue it. People write in them, too."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.domain.chat import markers
from bot.domain.tracker.layout import Block, TrackerTooLongError, lay_out, with_block, without_title
from bot.domain.tracker.record import TrackerRecord
from bot.domain.versions import Version
from bot.formats.markdown import Markdown
from bot.ports.errors import NotFoundError
from bot.ports.issues import EditHistory, IssueComments, IssueEditor, IssueReader, WriteSlots
from bot.ports.store import PreparationReader, TrackerStore, UpgradeReader
from bot.rendering import Renderer
from bot.rendering.tracker import render_tracker_end, render_tracker_head, render_tracker_part, tracker_items
from bot.services.own_comments import OwnComments
from bot.services.shared_texts import SharedText, SharedTexts, Written

MAX_LOOKS = 20
"""How often mibot looks at an edit history that is behind. After that it does not wait for it any more."""


class TrackerIssues(IssueReader, IssueEditor, IssueComments, EditHistory, WriteSlots, Protocol):
    """What trackers are written with."""


class TrackerSources(TrackerStore, UpgradeReader, PreparationReader, Protocol):
    """What trackers show, and what is remembered of them."""


class TrackerTexts:
    """Writes the texts of trackers. `clock` gives the time in UTC."""

    def __init__(
        self, issues: TrackerIssues, comments: OwnComments, store: TrackerSources, clock: Callable[[], datetime]
    ) -> None:
        self._issues = issues
        self._comments = comments
        self._store = store
        self._clock = clock
        self._shared_texts = SharedTexts(issues)
        self._looks: Counter[tuple[Version, int]] = Counter()

    def render_new(self, draft: TrackerRecord, renderer: Renderer) -> str:
        """The body of a tracker that is about to be opened."""
        return self._render_parts([""], draft, renderer)[0]

    def rewrite(self, record: TrackerRecord, renderer: Renderer) -> tuple[TrackerRecord, bool]:
        """Write every part that changes; returns whether that was all.

        A new part becomes a comment. The head has to link it, which takes another pass.
        """
        texts = [self._body(record, part)[1] for part in range(len(record.parts) + 1)]
        for part in range(len(texts)):
            record = self._update_part(record, texts, part, renderer)
        wanted = self._render_parts(texts, record, renderer)
        if len(wanted) == len(texts):
            return record, not record.unchecked
        part = len(texts)
        return replace(record, parts=(*record.parts, self._ensure_part(record, part, wanted[part]))), False

    def _update_part(self, record: TrackerRecord, texts: list[str], part: int, renderer: Renderer) -> TrackerRecord:
        """Bring one part up to date, in `texts` too, with every edit of people's."""

        @functools.cache
        def render(text: str) -> str:
            return self._render_parts([*texts[:part], text, *texts[part + 1 :]], record, renderer)[part]

        known = record.revision(part)
        with self._issues.write_slot():
            node, read = self._body(record, part)
            shared = SharedText(node, lambda text: self._write(record, part, text), render)
            now = Written(read, known, settled=True)
            if part in record.unchecked:
                now = self._shared_texts.recover(shared, read, known)
            texts[part] = now.text
            wanted = render(now.text)
            if wanted != read:
                record = replace(record.with_unchecked(part), edited_at=self._clock())
                self._store.save_tracker(record)  # if the process ends here, the next refresh looks for lost edits
                now = self._shared_texts.write(shared, read, wanted, known)
        texts[part] = now.text
        return self._note(record, part, now)

    def _note(self, record: TrackerRecord, part: int, now: Written) -> TrackerRecord:
        """With what is known of the part's edits."""
        key = (record.version, part)
        self._looks[key] = 0 if now.settled else self._looks[key] + 1
        if now.settled or self._looks[key] > MAX_LOOKS:
            return record.with_revision(part, now.revision)
        return record.with_unchecked(part)

    def _render_parts(self, texts: list[str], record: TrackerRecord, renderer: Renderer) -> list[str]:
        """The new texts of all parts, given their current texts."""
        upgrades = {upgrade.slug: upgrade for upgrade in self._store.upgrades(record.version)}
        items = tracker_items(renderer, record.version, upgrades)
        links = [f"{record.url}#issuecomment-{comment}" for comment in record.parts]
        preparation = self._store.preparation(record.version)
        body = texts[0] if record.adopted else without_title(texts[0], record.version)

        def lay_out_below(*, brief: bool) -> list[str]:
            head = render_tracker_head(renderer, record, list(upgrades.values()), links, preparation, brief=brief)
            framed = with_block(with_block(body, Block.HEAD, head), Block.END, render_tracker_end(renderer))
            return lay_out([framed, *texts[1:]], items, own_ticks_only=record.own_ticks_only)

        try:
            laid_out = lay_out_below(brief=False)
        except TrackerTooLongError:
            laid_out = lay_out_below(brief=True)
        return [
            laid_out[0],
            *(
                with_block(text, Block.HEAD, render_tracker_part(renderer, record, number))
                for number, text in enumerate(laid_out[1:], start=2)
            ),
        ]

    def _body(self, record: TrackerRecord, part: int) -> tuple[str, str]:
        """A part's id in GraphQL, and its text."""
        here = self._issues.issue(record.issue) if part == 0 else self._issues.comment(record.parts[part - 1])
        return here.node, here.body

    def _write(self, record: TrackerRecord, part: int, text: str) -> None:
        if part == 0:
            self._issues.edit_issue(record.issue, text)
        else:
            self._issues.edit_comment(record.parts[part - 1], text)

    def _ensure_part(self, record: TrackerRecord, part: int, text: str) -> int:
        """The comment that continues the tracker: found by its marker, or written."""
        marker = markers.tracker_part(record.version, part + 1)
        number = self._comments.ensure(record.issue, marker, Markdown(text))
        try:
            self._issues.comment(number)
        except NotFoundError:  # people deleted the one that was written before
            return self._comments.ensure(record.issue, marker, Markdown(text), gone=number)
        return number
