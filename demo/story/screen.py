"""What the demo prints: a line for every step, and issues and pull requests as people see them on GitHub."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.text import Text

from bot.cli.views.terminal import make_panel

POLL = 0.25  # seconds
T = TypeVar("T")


class StepTimeoutError(RuntimeError):
    """A step did not happen in time; the message names the step."""


class Screen:
    """A terminal with a clock that starts when this is constructed."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._started_at = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started_at

    def section(self, title: str) -> None:
        self.console.print(Text(f"\n{title}", "bold cyan"))

    def done(self, words: str) -> None:
        self._line(words, "✓", "green")

    def failed(self, words: str) -> None:
        self._line(words, "✗", "red")

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """A step that takes a while; it counts as done when the context ends without an exception."""
        with self._spinner(words):
            yield
        self.done(words)

    def wait(self, words: str, probe: Callable[[], T | None], timeout: float, alive: Callable[[], bool]) -> T:
        """The first true value of `probe()`. Raises StepTimeoutError after `timeout` seconds, or as soon as `alive()`
        is false."""
        deadline = time.monotonic() + timeout
        with self._spinner(words):
            while not (answer := probe()):
                if not alive():
                    raise StepTimeoutError(f"{words}: mibot has ended")
                if time.monotonic() > deadline:
                    raise StepTimeoutError(f"{words}: not within {timeout:.0f} s")
                time.sleep(POLL)
        self.done(words)
        return answer

    def show(self, title: str, *parts: RenderableType) -> None:
        self.console.print(make_panel(title, *parts))

    @contextmanager
    def _spinner(self, words: str) -> Iterator[None]:
        if self.console.is_terminal:
            with self.console.status(Text(f"{words} …"), spinner="dots"):
                yield
        else:
            yield

    def _line(self, words: str, mark: str, color: str) -> None:
        clock = f"{self.seconds:6.1f} s"
        self.console.print(Text.assemble((clock, "dim"), "  ", (mark, color), " ", words), soft_wrap=False)
