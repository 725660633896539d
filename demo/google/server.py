"""What the local servers of Google's APIs share: threads, injected failures, and validation against Google's own
description."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from demo.background import BackgroundServer, QuietRequestHandler
from demo.failures import FaultInjector, InjectedFault
from demo.google.discovery import ApiCall, SchemaViolation, discovery
from demo.google.failures import FAILURES, KINDS, LOST, Failure, Service, error_response, sign_in_page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Handler = Callable[[ApiCall], Mapping[str, Any] | Failure]


class GoogleServer(BackgroundServer):
    """One of Google's APIs at `.url`, served by threads of this process until the context ends.

    `document` names the discovery document. A request or an answer that violates it gets a 500 that says so, and is
    kept in `.violations`. `port` 0 takes a free one. `before` and `after` are called with Google's name of each
    method that changes something, before and after the change. Thread-safe.
    """

    def __init__(self, service: Service, document: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(service.host)
        self._service = service
        self._discovery = discovery(document)
        self.violations: list[str] = []
        self.before: Callable[[str], None] | None = None
        self.after: Callable[[str], None] | None = None
        self._troubles = FaultInjector(KINDS)
        self._server = make_server(host, port, self._application, threaded=True, request_handler=QuietRequestHandler)
        self.url = f"http://{host}:{self._server.server_port}"

    def handlers(self) -> Mapping[str, Handler]:
        """The handler of each API method, by Google's name of the method."""
        raise NotImplementedError

    def fail(
        self, project: str, kind: str, times: int | None = None, *, seconds: float = 30.0, method: str = ""
    ) -> None:
        """Let the next `times` requests for the project fail, or all of them. See `FaultInjector.fail`."""
        self._troubles.fail(project, kind, times, seconds=seconds, method=method)

    def stop_failing(self, project: str) -> None:
        """End what `fail` started."""
        self._troubles.stop_failing(project)

    def requests(self, project: str | None = None) -> int:
        """How many requests came in, for that project or in total."""
        return self._troubles.requests(project)

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self._respond(Request(environ))
        except SchemaViolation as violation:
            response = self._violation_response(str(violation))
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        call = self._discovery.parse_request(request.method, request.path, request.args, _json(request))
        trouble = self._troubles.next_fault(call.project, call.method)
        if trouble and trouble.kind in FAILURES:
            return self._error(FAILURES[trouble.kind], call)
        if trouble and trouble.kind == "html":
            return sign_in_page()
        return self._handle_call(call, trouble)

    def _handle_call(self, call: ApiCall, trouble: InjectedFault | None) -> Response:
        if trouble and trouble.kind != LOST:
            self._closing.wait(trouble.seconds)
        handler = self.handlers().get(call.method)
        if handler is None:
            raise SchemaViolation(f"the local {self._service.name} does not have {call.method}")
        changes = bool(call.body) or call.method.endswith("createSnapshot")
        if changes and self.before:
            self.before(call.method)
        answer = handler(call)
        if changes and self.after:
            self.after(call.method)
        if isinstance(answer, Failure):
            return self._error(answer, call)
        self._discovery.check_answer(call.method, answer)
        if trouble and trouble.kind == LOST:
            return self._error(FAILURES["error_503"], call)
        return Response(json.dumps(answer), content_type="application/json")

    def _error(self, failure: Failure, call: ApiCall) -> Response:
        return error_response(failure, self._service, call.project, call.path_parameters.get("zone", ""), call.method)

    def _violation_response(self, sentence: str) -> Response:
        self.violations.append(sentence)
        failure = Failure(500, "INTERNAL", "violation", "{service}: " + sentence.replace("{", "(").replace("}", ")"))
        return error_response(failure, self._service, "")


def _json(request: Request) -> Any:
    """The request's body, None without one. Raises SchemaViolation when it is not JSON."""
    content = request.get_data()
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as problem:
        raise SchemaViolation(f"the body of {request.method} {request.path} is no JSON") from problem
