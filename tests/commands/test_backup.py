"""`/backup`: takes backups now, of a few instances at a time."""

from __future__ import annotations

import pytest

from bot.commands.backup import MAX_BACKUPS
from bot.domain.chat.answers import CommandMessage
from bot.domain.chat.effects import BackUpNow
from bot.domain.chat.replies import BackupProgress
from tests.commands.harness import OTHER_ACCOUNT, plan, reply_text
from tests.samples import fleet, internal_instance

MANY = fleet(*(internal_instance(f"demo{number}") for number in range(MAX_BACKUPS + 2)))


def test_the_reply_waits_for_the_backups_that_it_takes() -> None:
    found = plan("/backup rctest")
    assert found.items == (BackupProgress("rctest"),)
    assert found.effects == (BackUpNow(77, "rctest"),)
    assert plan("/backup rctest", on="") == found, "whatever the issue names"


def test_several_instances_once_each_in_order_of_work() -> None:
    found = plan(f"/backup {OTHER_ACCOUNT} rctest rctest.sourcegraph.com")
    assert found.items == (BackupProgress("rctest"), BackupProgress("jaderaven"))
    assert found.effects == (BackUpNow(77, "rctest"), BackUpNow(77, "jaderaven"))


def test_a_group_selects_all_of_its_instances_even_those_without_upgrades() -> None:
    assert plan("/backup internal").items == (BackupProgress("rctest"), BackupProgress("demo"), BackupProgress("s2"))


def test_at_most_ten_instances_at_once_and_the_reply_says_so() -> None:
    found = plan("/backup all", among=MANY)
    assert found.effects == tuple(BackUpNow(77, f"demo{number}") for number in range(MAX_BACKUPS))
    assert [item for item in found.items if isinstance(item, BackupProgress)] == [
        BackupProgress(f"demo{number}") for number in range(MAX_BACKUPS)
    ]
    assert reply_text("/backup all", among=MANY) == (
        "/backup: only the first 10 of 12 instances are backed up; name the others in another command."
    )


@pytest.mark.parametrize("line", ["/backup", "/backup 3.40.1", "/backup rctest 3.40.1"])
def test_without_a_name_or_with_a_version_it_shows_its_usage(line: str) -> None:
    told = "“3.40.1” is a version, which the command does not take. So nothing was done; write /backup INSTANCE …."
    assert reply_text(line) == f"/backup: {'name the instances: /backup INSTANCE ….' if line == '/backup' else told}"
    assert plan(line).effects == ()


def test_there_are_no_options() -> None:
    assert reply_text("/backup rctest --force") == "/backup: “--force”: it has no options; write /backup INSTANCE …."
    assert plan("/backup rctest --force").effects == ()


def test_one_unknown_word_stops_the_whole_line() -> None:
    found = plan("/backup rctest nobody-at-all demo")
    assert [type(item) for item in found.items] == [CommandMessage]
    assert found.effects == ()
    assert reply_text("/backup rctest nobody-at-all demo").startswith(
        "/backup: “nobody-at-all”: there is no such instance. So nothing was done; write /backup INSTANCE …"
    )
