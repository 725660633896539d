"""A proxy in front of the demo's emulated GitHub that adds GitHub Actions with a workflow and runners, and the list
of a repository's comments.

Everything else passes through unchanged, except that the emulator's own URL becomes the proxy's.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode, urlsplit

import requests
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from demo.actions import Actions, ActionsApi
from demo.comment_list import PATH, list_comments
from demo.edit_history import BODY_PATH, EditHistory
from demo.emulator import EmulatorError
from demo.emulator.keys import is_taken
from demo.github_api import GitHubApi, GitHubError
from demo.organization import NAMES, OWNER, Org

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TIMEOUT = 60.0
DROPPED_REQUEST_HEADERS = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding"})
DROPPED_RESPONSE_HEADERS = frozenset(
    {"connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"}
)


class GitHubProxy:
    """Listens at `url` until the context ends, on `port` if given. `actions` are the deployment repository's; their
    deliveries go to the App's webhook URL.

    Raises EmulatorError when the port is taken.
    """

    def __init__(self, emulator_url: str, org: Org, port: int | None = None) -> None:
        if port is not None and is_taken(port):
            raise EmulatorError(f"Port {port} is taken: end what listens there, or choose another for the emulator.")
        self._emulator = emulator_url
        self.org = org
        self._owner = GitHubApi(emulator_url, org.token(OWNER), OWNER)
        self._people = {f"bearer {org.token(login)}".lower(): login for login in NAMES}
        self._server = make_server(
            "127.0.0.1", port or 0, self._application, threaded=True, request_handler=_QuietRequestHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.actions = Actions(org.deployment, self._deliver, self._publish, self.url)
        self._edits = EditHistory()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="front", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.actions.close()
        self._server.shutdown()
        self._thread.join(TIMEOUT)
        self._server.server_close()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        special = (self._actions_response, self._comments_response, self._edit_response)
        answer = next((found for one in special if (found := one(request)) is not None), None)
        answer = answer or self._forward(request)
        return answer(environ, start_response)

    def _actions_response(self, request: Request) -> Response | None:
        """The answer about Actions to those who may see the repository; None for any other path."""
        repository = f"/repos/{self.org.deployment}"
        if not request.path.startswith(f"{repository}/actions/"):
            return None
        asker = request.headers.get("Authorization", "")
        seen = self._send("GET", repository, {"Authorization": asker})
        if seen.status_code != http.HTTPStatus.OK:
            return seen

        def head(ref: str) -> str | None:
            found = self._send("GET", f"{repository}/commits/{quote(ref)}", {"Authorization": asker})
            return str(json.loads(found.get_data())["sha"]) if found.status_code == http.HTTPStatus.OK else None

        query = request.args.to_dict()
        body = request.get_json(force=True, silent=True)
        answered = ActionsApi(self.actions).handle(
            request.method, request.path, query, body, actor=self._login(asker), resolve_ref=head
        )
        if answered is None:
            return None
        document = b"" if answered.document is None else json.dumps(answered.document).encode()
        response = Response(document, answered.status, content_type="application/json; charset=utf-8")
        if answered.next_page:
            following = urlencode({**query, "page": answered.next_page})
            response.headers["Link"] = f'<{self.url}{request.path}?{following}>; rel="next"'
        return response

    def _comments_response(self, request: Request) -> Response | None:
        """The list of a repository's comments; None for any other request."""
        match = PATH.fullmatch(request.path)
        if request.method != "GET" or match is None:
            return None
        asker = {"Authorization": request.headers.get("Authorization", "")}

        def get(path: str) -> Any:
            answer = self._send("GET", path, asker)
            return json.loads(answer.get_data()) if answer.status_code == http.HTTPStatus.OK else None

        query = request.args.to_dict()
        page = list_comments(get, match.group(1), query)
        if page is None:
            return Response('{"message": "Not Found"}', 404, content_type="application/json; charset=utf-8")
        response = Response(json.dumps(page.comments), content_type="application/json; charset=utf-8")
        if page.next_page is not None:
            following = urlencode({**query, "page": page.next_page})
            response.headers["Link"] = f'<{self.url}{request.path}?{following}>; rel="next"'
        return response

    def _edit_response(self, request: Request) -> Response | None:
        """The answer to an edit of an issue or a comment, which is noted, or about earlier edits; else None."""
        document = request.get_json(force=True, silent=True)
        if request.method == "POST" and request.path == "/graphql":
            return Response(json.dumps(self._edits.answer(document or {})), content_type="application/json")
        if request.method != "PATCH" or not BODY_PATH.fullmatch(request.path) or "body" not in (document or {}):
            return None
        authorization = request.headers.get("Authorization", "")
        with self._edits.lock:
            before = self._send("GET", request.path, {"Authorization": authorization})
            answer = self._forward(request)
            if before.status_code == answer.status_code == http.HTTPStatus.OK:
                texts = [json.loads(one.get_data()) for one in (before, answer)]
                self._edits.note(texts[0], texts[1], self._login(authorization))
        return answer

    def _login(self, authorization: str) -> str:
        """The person that the token belongs to; mibot for any other token."""
        return self._people.get(authorization.lower().replace("token ", "bearer ", 1), self.org.bot)

    def _forward(self, request: Request) -> Response:
        headers = {name: value for name, value in request.headers if name.lower() not in DROPPED_REQUEST_HEADERS}
        target = str(request.environ["REQUEST_URI"])  # undecoded: a label's name may hold an escaped slash
        return self._send(request.method, target, headers, request.get_data())

    def _send(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Response:
        """The emulator's answer with this URL in place of its own."""
        address = urlsplit(self._emulator)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
        try:
            connection.request(method, target, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return Response('{"message": "The emulated GitHub did not answer."}', 502)
        finally:
            connection.close()
        lines = [
            (name, self._rewrite_url(value))
            for name, value in answer.getheaders()
            if name.lower() not in DROPPED_RESPONSE_HEADERS
        ]
        return Response(content.replace(self._emulator.encode(), self.url.encode()), answer.status, lines)

    def _rewrite_url(self, text: str) -> str:
        return text.replace(self._emulator, self.url)

    def _publish(self, check_run: dict[str, Any]) -> None:
        self._owner.call("POST", f"/repos/{self.org.deployment}/check-runs", check_run)

    def _deliver(self, event: str, facts: dict[str, Any]) -> None:
        """Deliver as GitHub does, signed. A delivery that fails is lost, as on GitHub."""
        try:
            repository = self._owner.call("GET", f"/repos/{self.org.deployment}")
            envelope = {"repository": repository, "installation": {"id": self.org.installation_id}}
            body = json.dumps({**facts, **envelope}).encode()
            signature = hmac.new(self.org.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
            headers = {"Content-Type": "application/json", "X-GitHub-Event": event}
            headers["X-Hub-Signature-256"] = f"sha256={signature}"
            with requests.Session() as session:
                session.trust_env = False  # deliveries stay on this machine
                session.post(self.org.webhook_url, body, headers=headers, timeout=TIMEOUT)
        except (requests.RequestException, GitHubError):
            return


class _QuietRequestHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
