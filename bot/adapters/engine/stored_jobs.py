"""How jobs are stored in DBOS's tables. Jobs wait while mibot is upgraded, so none of these names may change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from dbos import DBOSPortableJSONSerializer, EnqueueOptions, Serializer

from bot.domain.flow.jobs import Job

QUEUE: Final = "mibot"
WORKFLOW: Final = "mibot_job"
NAME: Final = "mibot"
APPLICATION_VERSION: Final = "1"
"""Constant: DBOS runs jobs of its own version only, and a new mibot carries on with the jobs of the old one."""
SERIALIZER: Final[Serializer] = DBOSPortableJSONSerializer()
"""Plain JSON, which needs no Python class to be read again."""
MAX_ID_LENGTH: Final = 150


def options(id_: str, key: str, delay: float = 0.0) -> EnqueueOptions:
    """How DBOS is asked to run a job: under that id, alone among those of its key, after so many seconds."""
    asked: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": id_,
        "queue_partition_key": key,
        "app_version": APPLICATION_VERSION,
    }
    if delay > 0:
        asked["delay_seconds"] = delay
    return asked


def storable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it will be read again. JSON can spell half a character, which no database takes."""
    read_again: dict[str, Any] = json.loads(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"))
    return read_again


def document(job: Job) -> dict[str, Any]:
    """A job that follows from another one, in the recorded outcome of that one."""
    return {"payload": storable(job.payload), "key": job.key, "delay": job.delay}


def child_id(id_: str, number: int) -> str:
    """The id of a job that follows from another one: made from that one's, however long the chain already is."""
    if len(id_) <= MAX_ID_LENGTH:
        return f"{id_}/{number}"
    digest = hashlib.sha256(id_.encode()).hexdigest()[:32]
    return f"{id_.partition('/')[0]}/{digest}/{number}"


def attempt_id(id_: str, attempt: int) -> str:
    """The id of a job's further attempt."""
    return id_ if attempt == 1 else f"{attempt_id_prefix(id_)}{attempt}"


def attempt_id_prefix(id_: str) -> str:
    """How the ids of all further attempts at a job begin."""
    return f"{id_}~"


def executor_id(worker: str, lease: int) -> str:
    """The name of a worker's jobs in the engine's tables. Unlike the worker's own, it is never used again."""
    return f"{worker}.{lease}"


def lease_number(executor: str) -> int | None:
    """The lease of an executor; None for one of a version before the leases."""
    number = executor.partition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() else None
