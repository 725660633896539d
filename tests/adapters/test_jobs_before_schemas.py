"""Jobs that waited before documents had a schema version are done once, and as what they were, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.effects import Effect
from bot.domain.flow.events import CommentCreated
from bot.schema import CODEC, JobContent
from bot.worker import job_of_effect, job_of_event
from tests.adapters import before_schemas
from tests.adapters.before_schemas import EXPECTED

RESTART = EXPECTED["restart"]


@pytest.fixture
def restarted(store_url: str) -> dict[str, Any]:
    """What an engine of today does with the old store."""
    before_schemas.into(store_url)
    command = [sys.executable, "-m", "tests.adapters.jobs_before_schemas", store_url]
    process = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert process.returncode == 0, process.stderr
    told: dict[str, Any] = json.loads(process.stdout)
    return told


def counted(entries: list[dict[str, Any]], *names: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(entry[name] for name in names) for entry in entries)


def translated(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "content": repr(before_schemas.content(entry["payload"]))} for entry in entries]


def test_every_job_that_waited_is_handed_over_once(restarted: dict[str, Any]) -> None:
    seen = counted(restarted["seen"], "job", "attempt", "content")
    assert seen == counted(translated(RESTART["seen"]), "job", "attempt", "content")
    assert set(seen.values()) == {1}
    done = {job["id"] for job in EXPECTED["jobs"] if job["status"] in {"SUCCESS", "ERROR"}}
    again = {entry["job"] for entry in restarted["seen"] if entry["attempt"] == 1}
    assert done & again == set()
    assert counted(restarted["gave_up"], "job", "content", "reason") == counted(
        translated(RESTART["gave_up"]), "job", "content", "reason"
    )
    assert restarted["still_waiting"] == RESTART["still_waiting"]


@pytest.mark.parametrize("job", EXPECTED["jobs"], ids=lambda job: f"{job['payload']}"[:60])
def test_every_payload_is_understood(job: dict[str, Any]) -> None:
    content = CODEC.decode_document(JobContent, job["payload"])
    assert content == before_schemas.content(job["payload"])
    if isinstance(content, Effect):
        again = job_of_effect(content)
        assert again.delay == job["payload"].get("seconds", 0.0)
    else:
        again = job_of_event(job["key"].removeprefix("event "), content)
    assert again.key == job["key"], "a job of today must not run beside it"
    if isinstance(content, CommentCreated):  # jobs of today also tell which delivery brought the comment
        content = replace(content, delivery=job["key"].removeprefix("event "))
    assert CODEC.decode_document(JobContent, again.payload) == content
