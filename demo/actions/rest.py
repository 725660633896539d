"""The routes of GitHub's REST API for Actions, as far as anybody here uses them.

https://docs.github.com/en/rest/actions/workflows and https://docs.github.com/en/rest/actions/workflow-runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from demo.actions.documents import Json, job_document
from demo.actions.runs import WorkflowRun
from demo.actions.selection import page_of, selected

if TYPE_CHECKING:
    from demo.actions.model import Actions

DETAILS = "return_run_details"
Head = Callable[[str], str | None]


class Answered(NamedTuple):
    """An answer: its status, its document (None for none), and the number of the list's next page if it has one."""

    status: int
    document: Json | None
    next_page: int | None = None


NOT_FOUND = Answered(404, {"message": "Not Found"})


class Rest:
    """Answers requests about one repository's Actions."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def handle(
        self, method: str, path: str, query: Mapping[str, str], body: Any, *, actor: str, head: Head
    ) -> Answered | None:
        """As `Actions.handle`."""
        prefix = f"/repos/{self._actions.repository}/actions/"
        if not path.lower().startswith(prefix.lower()):
            return None
        match method, path[len(prefix) :].split("/"):
            case "GET", ["workflows"]:
                found = [self._actions.workflow(file) for file in self._actions.workflows]
                return Answered(200, {"total_count": len(found), "workflows": found})
            case "GET", ["workflows", name]:
                return self._of(name, lambda file: Answered(200, self._actions.workflow(file)))
            case "GET", ["workflows", name, "runs"]:
                return self._of(name, lambda file: self._runs(query, file))
            case "POST", ["workflows", name, "dispatches"]:
                return self._of(name, lambda file: self._dispatch(file, body or {}, actor, head))
            case "GET", ["runs"]:
                return self._runs(query)
            case "GET", ["runs", number]:
                return self._about(number, self._actions.document)
            case "GET", ["runs", number, "jobs"]:
                return self._about(number, self._jobs)
        return NOT_FOUND

    def _of(self, name: str, answer: Callable[[str], Answered]) -> Answered:
        """The answer about a workflow, which is named by its file or its number."""
        files = list(self._actions.workflows)
        file = files[int(name) - 1] if name.isdecimal() and 0 < int(name) <= len(files) else unquote(name)
        return answer(file) if file in files else NOT_FOUND

    def _about(self, number: str, document: Callable[[WorkflowRun], Json]) -> Answered:
        found = next((run for run in self._actions.runs if str(run.id) == number), None)
        return Answered(200, document(found)) if found else NOT_FOUND

    def _jobs(self, run: WorkflowRun) -> Json:
        """None when GitHub could not make anything of the workflow file, and so no job began."""
        job = job_document(run, self._actions.api, self._actions.html)
        jobs = [] if run.conclusion == "startup_failure" else [job]
        return {"total_count": len(jobs), "jobs": jobs}

    def _runs(self, query: Mapping[str, str], file: str | None = None) -> Answered:
        runs = [run for run in self._actions.runs if file in {None, run.workflow}]
        try:
            found = selected(runs, query)
        except ValueError:
            return _invalid("The date that `created` names is none")
        page, following = page_of(found, query)
        documents = [self._actions.document(run) for run in page]
        return Answered(200, {"total_count": len(found), "workflow_runs": documents}, following)

    def _dispatch(self, file: str, body: Json, actor: str, head: Head) -> Answered:
        declared, inputs = self._actions.workflows[file].inputs, dict(body.get("inputs") or {})
        branch = str(body.get("ref", "")).removeprefix("refs/heads/")
        commit = head(branch) if branch else None
        if DETAILS in body and self._actions.details == "refused":
            return _invalid(f'Invalid request.\n\n"{DETAILS}" is not a permitted key.')
        if not declared:
            return _invalid("Workflow does not have 'workflow_dispatch' trigger")
        if unexpected := sorted(inputs.keys() - set(declared)):
            return _invalid(f"Unexpected inputs provided: {unexpected}")
        if missing := [name for name in declared if not inputs.get(name)]:
            return _invalid(f"Required input '{missing[0]}' not provided")
        if commit is None:
            return _invalid(f"No ref found for: {branch}")
        if self._actions.loses():
            return Answered(204, None)
        run = self._actions.dispatch(file, inputs, actor, commit, branch)
        if not body.get(DETAILS) or self._actions.details == "ignored":
            return Answered(204, None)
        document = self._actions.document(run)
        urls = {"run_url": document["url"], "html_url": document["html_url"]}
        return Answered(200, {"workflow_run_id": run.id, **urls})


def _invalid(message: str) -> Answered:
    return Answered(422, {"message": message, "documentation_url": "https://docs.github.com/rest/actions"})
