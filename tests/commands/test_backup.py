"""`/backup`: takes backups now, of a few instances at a time."""

from __future__ import annotations

import pytest

from bot.commands.backup import MAX_BACKUPS
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import BackUpNow
from bot.domain.chat.replies import BackupProgress
from tests.commands.orders import OTHER_ACCOUNT, plan, reply_text
from tests.samples import fleet, internal_instance

MANY = fleet(*(internal_instance(f"demo{number}") for number in range(MAX_BACKUPS + 2)))


def test_it_promises_to_tell_of_the_backups_and_takes_them() -> None:
    found = plan("/backup rctest")
    assert found.items == (BackupProgress("rctest"),)
    assert found.effects == (BackUpNow(77, "rctest"),)
    assert plan("/backup rctest", on="") == found, "whatever the issue names"


def test_several_instances_each_once_in_the_order_of_work() -> None:
    found = plan(f"/backup {OTHER_ACCOUNT} rctest rctest.sourcegraph.com")
    assert found.items == (BackupProgress("rctest"), BackupProgress("jaderaven"))
    assert found.effects == (BackUpNow(77, "rctest"), BackUpNow(77, "jaderaven"))


def test_a_word_for_many_stands_for_all_of_them_those_without_upgrades_too() -> None:
    assert plan("/backup internal").items == (BackupProgress("rctest"), BackupProgress("demo"), BackupProgress("s2"))


def test_no_more_than_a_handful_at_once_and_it_says_so() -> None:
    found = plan("/backup all", among=MANY)
    assert found.effects == tuple(BackUpNow(77, f"demo{number}") for number in range(MAX_BACKUPS))
    assert [item for item in found.items if isinstance(item, BackupProgress)] == [
        BackupProgress(f"demo{number}") for number in range(MAX_BACKUPS)
    ]
    assert reply_text("/backup all", among=MANY) == (
        "/backup: of 12 instances the first 10 are backed up; name the others."
    )


@pytest.mark.parametrize("line", ["/backup", "/backup 3.40.1", "/backup rctest 3.40.1"])
def test_without_a_name_and_with_a_version_it_shows_its_usage(line: str) -> None:
    assert reply_text(line) == "/backup: name the instances: /backup INSTANCE …."
    assert plan(line).effects == ()


def test_there_are_no_options() -> None:
    assert reply_text("/backup rctest --force") == "/backup: there are no options here; write /backup INSTANCE …."
    assert plan("/backup rctest --force").effects == ()


def test_one_bad_name_among_good_ones_stops_nobody() -> None:
    found = plan("/backup nobody-at-all rctest")
    assert [type(item) for item in found.items] == [CommandMessage, BackupProgress]
    assert found.effects == (BackUpNow(77, "rctest"),)
    assert "there is no such instance" in reply_text("/backup nobody-at-all rctest")
