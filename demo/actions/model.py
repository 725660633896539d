"""The workflow runs of one repository, and what people and runners do to them. Thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from demo.actions.container_report import container_table, containers_check_run
from demo.actions.documents import Json, run_document, workflow_document
from demo.actions.runs import SUCCESSFUL_CONCLUSIONS, Workflow, WorkflowRun

WORKFLOW = "mi_upgrade.yml"
FIRST_RUN_ID = 21_000_000_001  # GitHub's run ids exceed 32 bits
Deliver = Callable[[str, Json], None]
Publish = Callable[[Json], None]


class Actions:
    """GitHub Actions of `repository` (`owner/name`), which has the upgrade workflow.

    `deliver` sends an event with its payload (without repository and installation), `publish` creates a check run,
    `url` is the API's address in links. Runs stay queued until `start` or `run_automatically` is called.
    `titles_have_inputs` says whether the workflow's `run-name` holds the inputs. `run_details_mode` says how the
    server treats `return_run_details`: it answers with the run ("told"), ignores the key ("ignored"), or refuses it
    as older servers do ("refused"). `on_dispatch` is called with every dispatched run, `on_end` with every completed
    run, before any event is delivered.
    """

    def __init__(self, repository: str, deliver: Deliver, publish: Publish, url: str = "") -> None:
        self.repository = repository
        self.url = url
        self.workflows = {WORKFLOW: Workflow("mi_upgrade", ("customer", "version"))}
        self.runs: list[WorkflowRun] = []
        self.titles_have_inputs = True
        self.run_details_mode = "told"
        self.on_dispatch: Callable[[WorkflowRun], None] | None = None
        self.on_end: Callable[[WorkflowRun], None] | None = None
        self._deliver = deliver
        self._publish = publish
        self._losses = 0
        self._pace: tuple[float, str] | None = None
        self._closed = threading.Event()
        self._lock = threading.RLock()

    # --- what people do -------------------------------------------------------------------------------------------

    def dispatch(self, workflow: str, inputs: Mapping[str, str], actor: str, commit: str, branch: str) -> WorkflowRun:
        """Start a run by hand or through the API."""
        title = self.workflows[workflow].name
        if self.titles_have_inputs and {"customer", "version"} <= inputs.keys():
            title = f"Upgrade {inputs['customer']} to {inputs['version']}"
        run = self._create_run(workflow, title, "workflow_dispatch", commit, branch, actor, inputs)
        if self.on_dispatch:
            self.on_dispatch(run)
        return run

    def push(
        self,
        commit: str,
        workflow: str = WORKFLOW,
        *,
        title: str = "Merge pull request",
        actor: str = "olive",
        branch: str = "main",
        inputs: Mapping[str, str] | None = None,
    ) -> WorkflowRun:
        """A push, such as a merge, starts a run. Its report is about `inputs` (customer, version)."""
        return self._create_run(workflow, title, "push", commit, branch, actor, inputs or {})

    def rerun(self, run: WorkflowRun | None = None) -> WorkflowRun:
        """Run a completed run (the latest by default) again, as its next attempt."""
        again = run or self.runs[-1]
        with self._lock:
            again.restart()
        self._begin(again)
        return again

    # --- what runners do ------------------------------------------------------------------------------------------

    def start(self, run: WorkflowRun | None = None) -> WorkflowRun:
        """A runner starts the run (by default the latest that is not completed)."""
        begun = self._run_or_latest(run)
        with self._lock:
            begun.start()
        self._deliver_event("in_progress", begun)
        return begun

    def step(self, name: str, run: WorkflowRun | None = None) -> WorkflowRun:
        """The step of that name begins. GitHub sends no event about it."""
        reaching = self._run_or_latest(run)
        with self._lock:
            reaching.start_step(name)
        return reaching

    def finish(
        self,
        run: WorkflowRun | None = None,
        conclusion: str = "success",
        *,
        failed_step: str = "",
        containers: str | None = None,
    ) -> WorkflowRun:
        """Complete the run. It publishes `containers` as its report about the instance's containers, unless that is
        empty. When it is None, a successful run reports the containers of the requested version."""
        ending = self._run_or_latest(run)
        if ending.status == "queued" and (conclusion in SUCCESSFUL_CONCLUSIONS or failed_step):
            self.start(ending)
        with self._lock:
            ending.end(conclusion, failed_step)
        if self.on_end:
            self.on_end(ending)
        self._report(ending, containers)
        self._deliver_event("completed", ending)
        return ending

    # --- automatic runs ---------------------------------------------------------------------------------------------

    def run_automatically(self, seconds: float = 0.0, conclusion: str = "success") -> None:
        """From now on runs complete without help, in about `seconds`."""
        self._pace = (seconds, conclusion)

    def run_manually(self) -> None:
        """From now on runs stay queued until somebody starts and finishes them."""
        self._pace = None

    def lose_next(self) -> None:
        """Accept the next dispatch, but create no run."""
        self._losses += 1

    def consume_loss(self) -> bool:
        """Whether this dispatch gets lost."""
        with self._lock:
            lost = self._losses > 0
            self._losses -= lost
        return lost

    def close(self) -> None:
        """End all automatic runs."""
        self.run_manually()
        self._closed.set()

    # --- documents and events -------------------------------------------------------------------------------------

    @property
    def api(self) -> str:
        return f"{self.url}/repos/{self.repository}"

    @property
    def html(self) -> str:
        return f"{self.url}/{self.repository}"

    def workflow(self, file: str) -> Json:
        return workflow_document(file, self.workflows[file], list(self.workflows).index(file) + 1, self.api)

    def document(self, run: WorkflowRun) -> Json:
        return run_document(run, self.workflow(run.workflow), self.api, self.html)

    def _create_run(
        self, workflow: str, title: str, event: str, commit: str, branch: str, actor: str, inputs: Mapping[str, str]
    ) -> WorkflowRun:
        now = datetime.now(UTC)
        with self._lock:
            number = FIRST_RUN_ID + len(self.runs)
            run = WorkflowRun(number, workflow, title, event, commit, branch, actor, dict(inputs), now, now)
            self.runs.append(run)
        self._begin(run)
        return run

    def _begin(self, run: WorkflowRun) -> None:
        self._deliver_event("requested", run)
        if self._pace:
            threading.Thread(target=self._run_to_end, args=(run, *self._pace), name="runner", daemon=True).start()

    def _run_to_end(self, run: WorkflowRun, seconds: float, conclusion: str) -> None:
        for status in ("queued", "in_progress"):
            self._closed.wait(seconds / 2)
            if self._pace is None or run.status != status:
                return  # somebody took over
            if status == "queued":
                self.start(run)
            else:
                self.finish(run, conclusion)

    def _run_or_latest(self, run: WorkflowRun | None) -> WorkflowRun:
        return run or next(run for run in reversed(self.runs) if not run.completed)

    def _deliver_event(self, action: str, run: WorkflowRun) -> None:
        document = self.document(run)
        facts = {"action": action, "workflow_run": document, "workflow": self.workflow(run.workflow)}
        self._deliver("workflow_run", {**facts, "sender": document["actor"]})

    def _report(self, run: WorkflowRun, containers: str | None) -> None:
        if containers is None and run.conclusion == "success" and "version" in run.inputs:
            containers = container_table(run.inputs["version"])
        if containers:
            self._publish(containers_check_run(run, self.document(run)["html_url"], containers))
