"""Workflows and their runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

STEPS = ("Set up job", "Back up", "Copy the files to the VM", "docker-compose up -d")
"""The steps of a run's one job."""
SUCCESSFUL_CONCLUSIONS = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True)
class Workflow:
    """A workflow file: its name and the inputs it declares. It can be dispatched only if it declares some."""

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
    """One run. `workflow` is the file's name, `title` the result of the workflow's `run-name`. Times are UTC.

    `status` and `conclusion` are GitHub's words. `steps` is empty until a runner starts.
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
        """A runner takes the run and begins its first step."""
        self.steps = [Step(name) for name in names]
        self._set_status("in_progress")
        self.start_step(names[0])

    def start_step(self, name: str) -> None:
        """Begin the step of that name, appended if it does not exist. All steps before it have succeeded."""
        step = self._step(name)
        for earlier in self.steps[: self.steps.index(step)]:
            earlier.end("success")
        step.status = "in_progress"

    def end(self, conclusion: str, failed_step: str = "") -> None:
        """Complete the run. An unsuccessful run ends at `failed_step`, or at the step in progress."""
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
        """Queue the next attempt of the same run."""
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
