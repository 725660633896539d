"""The routes of GitHub's REST API for Actions that mibot uses.

https://docs.github.com/en/rest/actions/workflows and https://docs.github.com/en/rest/actions/workflow-runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from demo.actions.documents import Json, job_document
from demo.actions.model import Actions
from demo.actions.runs import WorkflowRun
from demo.actions.selection import filter_runs, paginate

DETAILS = "return_run_details"
ResolveRef = Callable[[str], str | None]


class ApiResponse(NamedTuple):
    """Status, document (None for an empty body), and the number of the list's next page (None on the last)."""

    status: int
    document: Json | None
    next_page: int | None = None


NOT_FOUND = ApiResponse(404, {"message": "Not Found"})


class ActionsApi:
    """Answers requests about one repository's Actions."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def handle(
        self, method: str, path: str, query: Mapping[str, str], body: Any, *, actor: str, resolve_ref: ResolveRef
    ) -> ApiResponse | None:
        """GitHub's answer to a request of `actor` (a login); None when the path does not belong to Actions.

        `resolve_ref` gives the commit of a branch, or None when there is no such branch.
        """
        prefix = f"/repos/{self._actions.repository}/actions/"
        if not path.lower().startswith(prefix.lower()):
            return None
        match method, path[len(prefix) :].split("/"):
            case "GET", ["workflows"]:
                found = [self._actions.workflow(file) for file in self._actions.workflows]
                return ApiResponse(200, {"total_count": len(found), "workflows": found})
            case "GET", ["workflows", name]:
                return self._workflow_response(name, lambda file: ApiResponse(200, self._actions.workflow(file)))
            case "GET", ["workflows", name, "runs"]:
                return self._workflow_response(name, lambda file: self._runs(query, file))
            case "POST", ["workflows", name, "dispatches"]:
                return self._workflow_response(
                    name, lambda file: self._dispatch(file, body or {}, actor, resolve_ref)
                )
            case "GET", ["runs"]:
                return self._runs(query)
            case "GET", ["runs", number]:
                return self._run_response(number, self._actions.document)
            case "GET", ["runs", number, "jobs"]:
                return self._run_response(number, self._jobs)
        return NOT_FOUND

    def _workflow_response(self, name: str, answer: Callable[[str], ApiResponse]) -> ApiResponse:
        """The answer about a workflow, given by its file name or its number."""
        files = list(self._actions.workflows)
        file = files[int(name) - 1] if name.isdecimal() and 0 < int(name) <= len(files) else unquote(name)
        return answer(file) if file in files else NOT_FOUND

    def _run_response(self, number: str, document: Callable[[WorkflowRun], Json]) -> ApiResponse:
        found = next((run for run in self._actions.runs if str(run.id) == number), None)
        return ApiResponse(200, document(found)) if found else NOT_FOUND

    def _jobs(self, run: WorkflowRun) -> Json:
        """The run's jobs; none when GitHub could not read the workflow file."""
        job = job_document(run, self._actions.api, self._actions.html)
        jobs = [] if run.conclusion == "startup_failure" else [job]
        return {"total_count": len(jobs), "jobs": jobs}

    def _runs(self, query: Mapping[str, str], file: str | None = None) -> ApiResponse:
        runs = [run for run in self._actions.runs if file in {None, run.workflow}]
        try:
            found = filter_runs(runs, query)
        except ValueError:
            return _invalid("The date that `created` names is none")
        page, following = paginate(found, query)
        documents = [self._actions.document(run) for run in page]
        return ApiResponse(200, {"total_count": len(found), "workflow_runs": documents}, following)

    def _dispatch(self, file: str, body: Json, actor: str, resolve_ref: ResolveRef) -> ApiResponse:
        declared, inputs = self._actions.workflows[file].inputs, dict(body.get("inputs") or {})
        branch = str(body.get("ref", "")).removeprefix("refs/heads/")
        commit = resolve_ref(branch) if branch else None
        if DETAILS in body and self._actions.run_details_mode == "refused":
            return _invalid(f'Invalid request.\n\n"{DETAILS}" is not a permitted key.')
        if not declared:
            return _invalid("Workflow does not have 'workflow_dispatch' trigger")
        if unexpected := sorted(inputs.keys() - set(declared)):
            return _invalid(f"Unexpected inputs provided: {unexpected}")
        if missing := [name for name in declared if not inputs.get(name)]:
            return _invalid(f"Required input '{missing[0]}' not provided")
        if commit is None:
            return _invalid(f"No ref found for: {branch}")
        if self._actions.consume_loss():
            return ApiResponse(204, None)
        run = self._actions.dispatch(file, inputs, actor, commit, branch)
        if not body.get(DETAILS) or self._actions.run_details_mode == "ignored":
            return ApiResponse(204, None)
        document = self._actions.document(run)
        urls = {"run_url": document["url"], "html_url": document["html_url"]}
        return ApiResponse(200, {"workflow_run_id": run.id, **urls})


def _invalid(message: str) -> ApiResponse:
    return ApiResponse(422, {"message": message, "documentation_url": "https://docs.github.com/rest/actions"})
