"""An engine in memory whose jobs run when a test says so, and a dispatcher that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.effects import Effect
from bot.domain.flow.events import Event
from bot.domain.flow.jobs import Done, Job, Outcome
from bot.domain.reasons import Reason
from bot.handlers.dispatch import Dispatcher
from bot.ports.engine import FailureCallback, JobHandler
from bot.ports.errors import ExternalError
from bot.schema import CODEC, JobContent


@dataclass
class MemoryEngine:
    """Keeps jobs in the order they came; `down` is raised instead of taking one."""

    waiting: dict[str, Job] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    down: ExternalError | None = None
    handler: JobHandler | None = None
    stopped: bool = False
    forgotten_before: list[datetime] = field(default_factory=list)

    def start(self, handler: JobHandler, on_failed: FailureCallback) -> None:  # noqa: ARG002 - the engine's interface
        self.handler = handler

    def submit(self, id_: str, job: Job) -> None:
        if self.down:
            raise self.down
        if id_ not in self.seen:
            self.seen.add(id_)
            self.waiting[id_] = job

    def is_unfinished(self, id_: str) -> bool:
        return id_ in self.waiting

    def backlog(self) -> int:
        return len(self.waiting)

    def delete_old_jobs(self, now: datetime) -> int:
        self.forgotten_before.append(now)
        return 0

    def stop(self) -> None:
        self.stopped = True

    @property
    def effects(self) -> list[Effect]:
        """What waits to be carried out."""
        waiting = (CODEC.decode_document(JobContent, job.payload) for job in self.waiting.values())
        return [content for content in waiting if isinstance(content, Effect)]

    def finish(self) -> None:
        """All that waits is done, and nothing follows."""
        self.waiting.clear()

    def run(self) -> list[Outcome]:
        """Run what waits, once, and submit what follows; the outcomes. What is to be tried later waits on."""
        outcomes = []
        for id_, job in list(self.waiting.items()):
            assert self.handler is not None
            outcome = self.handler(job.payload)
            if isinstance(outcome, Done):
                for number, follow in enumerate(outcome.jobs):
                    self.submit(f"{id_}/{number}", follow)
                del self.waiting[id_]
            outcomes.append(outcome)
        return outcomes


class ScriptedDispatcher(Dispatcher):
    """Carries out no effect: `apply` does what the test put there, and `mark_delayed` is noted. Events go to the
    handlers."""

    def __init__(self, handlers: Iterable[object] = ()) -> None:
        super().__init__(handlers)
        self.does: Callable[[Effect], list[Effect]] = lambda _: []
        self.applied: list[Effect] = []
        self.delays: list[tuple[Event | Effect, Reason]] = []
        self.shown: list[Effect] = []

    def apply(self, content: Event | Effect) -> list[Effect]:
        if not isinstance(content, Effect):
            return super().apply(content)
        self.applied.append(content)
        return self.does(content)

    def mark_delayed(self, content: Event | Effect, reason: Reason) -> list[Effect]:
        if isinstance(content, Effect):
            self.delays.append((content, reason))
            return self.shown
        return super().mark_delayed(content, reason)
