"""`/help` lists the commands, made from the commands themselves."""

from __future__ import annotations

from bot.commands import all_commands
from bot.domain.chat.answers import CommandList
from tests import rendered as rendering
from tests.commands.harness import answers_of, plan


def test_every_command_with_its_usage_and_who_may_use_it() -> None:
    (item,) = plan("/help").items
    assert isinstance(item, CommandList)
    rows = rendering.table_rows(answers_of([item]))
    assert rows[0] == ["command", "what it does", "who may use it"]
    assert rows[1:] == [[c.usage, c.summary, c.permission.value] for c in all_commands().values()]


def test_it_ignores_its_arguments() -> None:
    assert plan("/help me please") == plan("/help")
    assert plan("/help").effects == ()


def test_it_says_how_instances_are_named() -> None:
    (item,) = plan("/help").items
    assert isinstance(item, CommandList)
    assert "its slug, its domain or the URL of its account issue" in answers_of([item])
