"""The web side: the webhook endpoint, readiness and metrics, and around them the reading of bodies."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.domain.flow.deliveries import EventFilter
from bot.ports.errors import TransientError
from bot.rendering.wording import describe
from bot.web.webhook import Inbox, blueprint


def make_app(secret: str, relevant: EventFilter, inbox: Inbox, ready: Callable[[], str]) -> Flask:
    """The Flask application. `ready` says what is not ready, empty if all is; it may raise TransientError."""
    app = Flask("mibot", static_folder=None)
    app.register_blueprint(blueprint(secret, relevant, inbox))

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            missing = ready()
        except TransientError as error:
            missing = describe(error.reason)
        return Response(f"{missing or 'ready'}\n", 503 if missing else 200, mimetype="text/plain")

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return app
