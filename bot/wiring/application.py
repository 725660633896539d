"""The parts of the process that serves: the worker and the web application."""

from __future__ import annotations

from typing import Any

from bot.domain.flow.events import Event
from bot.handlers.dispatch import Dispatcher
from bot.web import make_app
from bot.wiring.handlers import make_handlers
from bot.wiring.services import Services
from bot.worker import Worker, job_of_event


def make_worker(services: Services) -> Worker:
    """The worker that carries out jobs and sweeps."""
    dispatcher = Dispatcher(make_handlers(services))
    interval = services.settings.reconcile.interval
    return Worker(services.engine, dispatcher, services.store, services.reconciler, interval=interval)


def make_web(services: Services) -> Any:
    """The web application. It only hands events to the engine."""

    def enqueue(delivery: str, event: Event) -> None:
        services.enqueuer.submit(delivery, job_of_event(delivery, event))

    def ready() -> str:
        services.database.ping()
        return ""

    secret = services.settings.github.read_webhook_secret()
    return make_app(secret, services.event_filter, enqueue, ready)
