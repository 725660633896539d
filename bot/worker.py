"""The worker turns the engine's durable jobs into events and effects, and sweeps for what webhooks did not tell."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import Counter as Counts
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

from bot.domain.chat.effects import HandleComment
from bot.domain.effects import Effect
from bot.domain.flow.events import CommentCreated, Event
from bot.domain.flow.jobs import (
    Done,
    InternalError,
    Job,
    JobFromNewerVersion,
    Outcome,
    RetryLater,
    StoredReason,
)
from bot.domain.flow.sweeps import Sweep, SweepPart
from bot.domain.reasons import PlainText, Reason, format_for_log
from bot.domain.upgrade.record import Stage
from bot.formats.documents import DocumentError, NewerSchemaError, tag_of
from bot.handlers.dispatch import Dispatcher
from bot.ports.engine import Engine
from bot.ports.errors import ExternalError, NeedsPersonError, TransientError
from bot.ports.store import UpgradeReader
from bot.schema import CODEC, JobContent
from bot.services.reconciler import Reconciler

log = structlog.get_logger(__name__)

jobs_total = Counter("mibot_jobs_total", "Jobs by kind and outcome.", ["kind", "outcome"])
job_seconds = Histogram("mibot_job_seconds", "Duration of jobs.", ["kind"])
last_sweep = Gauge("mibot_last_sweep_timestamp_seconds", "When the last sweep ended that could look at everything.")
last_sweep_part = Gauge(
    "mibot_last_sweep_part_timestamp_seconds", "When a sweep last looked at all of this part.", ["part"]
)
sweep_failures = Counter("mibot_sweep_failures_total", "Sweeps that could not look at all of this part.", ["part"])
for _part in (*SweepPart, "jobs"):
    sweep_failures.labels(str(_part))  # 0 from the start: a rise from nothing is none
backlog = Gauge("mibot_jobs_waiting", "Jobs that wait or run, as of the last sweep.")
upgrades_by_stage = Gauge("mibot_upgrades", "Upgrades by stage, as of the last sweep.", ["stage"])


HELD_PAUSE = 300.0
"""Seconds between two attempts at what waits for a person, or for a version of mibot that can do it."""


def job_of_event(delivery: str, event: Event) -> Job:
    """The job for an event. Each delivery has a key of its own, so none waits for another."""
    if isinstance(event, CommentCreated):
        event = replace(event, delivery=delivery)
    return Job(CODEC.encode_document(event), f"event {delivery}")


def _brought_by(effect: Effect, sweep: str) -> Effect:
    """The effect with the sweep's own name, where it matters which one brought it."""
    return replace(effect, found_by=f"sweep {sweep}") if isinstance(effect, HandleComment) else effect


def job_of_effect(effect: Effect) -> Job:
    return Job(CODEC.encode_document(effect), effect.key, effect.delay_seconds)


def _is_tried_until_done(content: JobContent) -> bool:
    return isinstance(content, Effect) and content.tried_until_done


def _retry(content: JobContent, reason: Reason, seconds: float | None) -> RetryLater:
    return RetryLater(CODEC.encode_document(reason), seconds, _is_tried_until_done(content))


class Worker:
    """Handles the engine's jobs, and sweeps every `interval` seconds."""

    def __init__(
        self,
        engine: Engine,
        dispatcher: Dispatcher,
        store: UpgradeReader,
        reconciler: Reconciler,
        *,
        interval: float,
    ) -> None:
        self._engine = engine
        self._dispatcher = dispatcher
        self._store = store
        self._reconciler = reconciler
        self._interval = interval
        self._stopping = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep_forever, name="sweeper", daemon=True)
        self._submitted: dict[Effect, str] = {}

    def start(self) -> None:
        self._reconciler.record_install()
        self._engine.start(self.handle, self.on_failed)
        self._sweeper.start()

    def stop(self) -> None:
        self._stopping.set()
        self._engine.stop()

    def handle(self, payload: Mapping[str, Any]) -> Outcome:
        """Carry out one job. An error that may pass becomes `RetryLater`; a permanent one is logged and noted where
        people look, and ends the job."""
        try:
            content = CODEC.decode_document(JobContent, payload)
        except NewerSchemaError as error:
            log.warning("job_delayed", error=str(error))
            return RetryLater(CODEC.encode_document(JobFromNewerVersion()), until_done=True)
        except DocumentError:
            log.exception("job_unreadable")
            jobs_total.labels("unknown", "broke").inc()
            raise
        kind = tag_of(content)
        with job_seconds.labels(kind).time():
            try:
                follow = self._dispatcher.apply(content)
            except TransientError as error:
                log.warning("job_delayed", kind=kind, error=str(error), retry_after=error.retry_after)
                jobs_total.labels(kind, "delayed").inc()
                return _retry(content, error.reason, error.retry_after)
            except NeedsPersonError as error:
                log.warning("job_held", kind=kind, error=str(error))
                jobs_total.labels(kind, "held").inc()
                self._note(content, error.reason)
                return _retry(content, error.reason, HELD_PAUSE)
            except ExternalError as error:
                log.error("job_refused", kind=kind, error=str(error))  # noqa: TRY400 - expected, no traceback
                jobs_total.labels(kind, "refused").inc()
                self._note(content, error.reason)
                return Done()
            except Exception:
                log.exception("job_broke", kind=kind)
                jobs_total.labels(kind, "broke").inc()
                if _is_tried_until_done(content):
                    self._note(content, InternalError())
                    return _retry(content, InternalError(), HELD_PAUSE)
                self._on_failed(content, InternalError())
                raise
        jobs_total.labels(kind, "done").inc()
        return Done([job_of_effect(effect) for effect in follow])

    def on_failed(self, payload: Mapping[str, Any], reason: StoredReason) -> None:
        """When a job is late: note it where people look. Either attempts go on, or the sweep tries again."""
        why = PlainText(reason) if isinstance(reason, str) else CODEC.decode_document(Reason, reason)
        try:
            content = CODEC.decode_document(JobContent, payload)
        except DocumentError as error:
            log.error("job_gave_up", document=str(error), error=format_for_log(why))  # noqa: TRY400 - no traceback
        else:
            self._on_failed(content, why)

    def _on_failed(self, content: JobContent, reason: Reason) -> None:
        event = "job_late" if _is_tried_until_done(content) else "job_gave_up"
        log.error(event, kind=tag_of(content), error=format_for_log(reason))
        self._note(content, reason)

    def _note(self, content: JobContent, reason: Reason) -> None:
        """Note it where people look. A note that fails is only logged: it must not end the job that it is about."""
        try:
            for effect in self._dispatcher.mark_delayed(content, reason):
                self._engine.submit(f"late-{uuid.uuid4().hex}", job_of_effect(effect))
        except Exception:
            log.exception("job_not_noted", kind=tag_of(content))

    def sweep(self) -> None:
        """Submit what the reconciler finds, unless an earlier sweep submitted the same and its job is unfinished."""
        started = time.monotonic()
        sweep = self._reconciler.sweep()
        name = uuid.uuid4().hex
        numbers = itertools.count()
        kept = {}
        for effect in sweep.effects:
            id_ = self._submitted.get(effect)
            if id_ is None or not self._engine.is_unfinished(id_):
                id_ = f"sweep-{name}-{next(numbers)}"
                self._engine.submit(id_, job_of_effect(_brought_by(effect, id_)))
            kept[effect] = id_
        self._submitted = kept
        self._reconciler.save_cursors(sweep)
        self._engine.delete_old_jobs(datetime.now(UTC))
        self._update_metrics()
        _measure_sweep(sweep)
        log.debug("sweep", found=len(sweep.effects), seconds=round(time.monotonic() - started, 3))

    def _update_metrics(self) -> None:
        backlog.set(self._engine.backlog())
        stages = Counts(upgrade.stage for upgrade in self._store.upgrades())
        for stage in Stage:
            upgrades_by_stage.labels(stage.value).set(stages[stage])

    def _sweep_forever(self) -> None:
        while not self._stopping.is_set():
            try:
                self.sweep()
            except TransientError as error:
                log.warning("sweep_failed", error=str(error))
                sweep_failures.labels("jobs").inc()
            except Exception:  # the sweep is the safety net: a bug in it must be logged and must not end it
                log.exception("sweep_broke")
                sweep_failures.labels("jobs").inc()
            self._stopping.wait(self._interval)


def _measure_sweep(sweep: Sweep) -> None:
    """The time counts for what could be looked at only: a sweep that fails in part must not look healthy."""
    for part in SweepPart:
        if part in sweep.failed:
            sweep_failures.labels(part.value).inc()
        else:
            last_sweep_part.labels(part.value).set_to_current_time()
    if not sweep.failed:
        last_sweep.set_to_current_time()
