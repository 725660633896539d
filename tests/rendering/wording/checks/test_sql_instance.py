"""What people read of the check `sql_instance`."""

from __future__ import annotations

import pytest

from bot.checks.sql_instance import NoSqlInstance, SqlInstanceProblem, SqlInstancesRunning, SqlProblem
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (SqlInstancesRunning(1, 40), "The database instance is running (RUNNABLE), with 40 % of its disk in use."),
        (
            SqlInstancesRunning(2, 70),
            "Each of 2 database instances is running (RUNNABLE), with 70 % of its disk in use.",
        ),
        (SqlInstancesRunning(1, 89), "The database instance is running (RUNNABLE), with 89 % of its disk in use."),
        (
            SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=90),
            "The database instance uses 90 % of its disk, which can't grow further: enlarge the disk.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=120),
            "The database instance uses 120 % of its disk, which can't grow further: enlarge the disk.",
        ),
        (SqlInstancesRunning(1, 95), "The database instance is running (RUNNABLE), with 95 % of its disk in use."),
        (
            SqlInstanceProblem(1, SqlProblem.DISK_ALMOST_FULL, used_percent=95),
            "The database instance uses 95 % of its disk, which can't grow further: enlarge the disk.",
        ),
        (
            SqlInstancesRunning(1),
            "The database instance is running (RUNNABLE), with a disk that grows automatically.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.DISK_USE_UNKNOWN),
            "The database instance has a disk that can't grow further, and Google does not report how much of it is "
            "used: look at its disk usage in the Google Cloud console, or turn on automatic storage "
            "increases.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.OUT_OF_DISK),
            "The database instance was shut down by Google because its disk is full: enlarge the disk.",
        ),
        (
            NoSqlInstance(),
            "There is no Cloud SQL instance: create one, or correct the setting gcp.project_template if "
            "it is elsewhere.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "STOPPED"),
            "The database instance was stopped by its owner (STOPPED): start it.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "SUSPENDED"),
            "The database instance is suspended (SUSPENDED): check the project's billing.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "MAINTENANCE"),
            "The database instance is down for maintenance (MAINTENANCE): check again afterwards.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "FAILED"),
            "The database instance has failed (FAILED): look at it in the Google Cloud console.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE, "DREAMING"),
            "The database instance is in an unknown state (DREAMING): look at it in the Google Cloud console.",
        ),
        (
            SqlInstanceProblem(1, SqlProblem.NOT_RUNNABLE),
            "The database instance is in an unknown state: look at it in the Google Cloud console.",
        ),
        (
            SqlInstanceProblem(2, SqlProblem.NOT_RUNNABLE, "FAILED"),
            "One of 2 database instances has failed (FAILED): look at it in the Google Cloud console.",
        ),
        (
            SqlInstanceProblem(2, SqlProblem.DISK_USE_UNKNOWN),
            "One of 2 database instances has a disk that can't grow further, and Google does not report how much of "
            "it is used: look at its disk usage in the Google Cloud console, or turn on automatic "
            "storage increases.",
        ),
        (
            SqlInstanceProblem(2, SqlProblem.DISK_ALMOST_FULL, used_percent=95),
            "One of 2 database instances uses 95 % of its disk, which can't grow further: enlarge the disk.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
