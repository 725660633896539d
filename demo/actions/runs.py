"""Workflows and their runs, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

STEPS = ("Set up job", "Back up", "Copy the files to the VM", "docker-compose up -d")
"""The steps of a run's one job."""
SUCCESSFUL_CONCLUSIONS = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True)
class Workflow:
    """A workflow file: the workflow's name and the inputs it declares; without any it can't be dispatched."""

    name: str
    inputs: tuple[str, ...] = ()


@dataclass
class Step:
    """A step of a job, in GitHub's words."""

    name: str
    status: str = "queued"
    conclusion: str | None = None

    def end(self, conclusion: str) -> None:
        self.status, self.conclusion = "completed", conclusion


@dataclass
class WorkflowRun:
    """One run. `workflow` is the file's name, `title` what the workflow's `run-name` makes; times are UTC.

    `status` and `conclusion` are GitHub's words. Without `steps` no runner has begun.
    """

    id: int
    workflow: str
    title: str
    event: str
    commit: str
    branch: str
    actor: str
    inputs: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    attempt: int = 1
    steps: list[Step] = field(default_factory=list)

    @property
    def completed(self) -> bool:
        return self.status == "completed"

    def start(self, names: Sequence[str] = STEPS) -> None:
        """A runner takes it, and its first step begins."""
        self.steps = [Step(name) for name in names]
        self._set_status("in_progress")
        self.start_step(names[0])

    def start_step(self, name: str) -> None:
        """The step of that name begins: a further one if there is none yet. Those before it have succeeded."""
        step = self._step(name)
        for earlier in self.steps[: self.steps.index(step)]:
            earlier.end("success")
        step.status = "in_progress"

    def end(self, conclusion: str, failed_step: str = "") -> None:
        """It is over; unless it ended well, at `failed_step` or at the step that is under way."""
        if conclusion not in SUCCESSFUL_CONCLUSIONS and failed_step:
            self.start_step(failed_step)
        for step in self.steps:
            if conclusion in SUCCESSFUL_CONCLUSIONS:
                step.end("success")
            elif not step.conclusion:
                step.end(conclusion if step.status == "in_progress" else "skipped")
        self.conclusion = conclusion
        self._set_status("completed")

    def restart(self) -> None:
        """Somebody starts it once more: the next attempt of the same run."""
        self.attempt += 1
        self.conclusion, self.steps = None, []
        self._set_status("queued")

    def _set_status(self, status: str) -> None:
        self.status, self.updated_at = status, datetime.now(UTC)

    def _step(self, name: str) -> Step:
        found = next((step for step in self.steps if step.name == name), None)
        if found is None:
            found = Step(name)
            self.steps.append(found)
        return found
