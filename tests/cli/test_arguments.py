"""Words that the command line does not take are answered in mibot's words, not in a library's."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot.cli import app
from demo.cli import app as demo


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("serve --port x", "it must be a whole number from 1 to 65535."),
        ("serve --port 0", "it must be a whole number from 1 to 65535."),
        ("serve --port 65536", "it must be a whole number from 1 to 65535."),
        ("serve --port -1", "it must be a whole number from 1 to 65535."),
        ("serve --port \u0663", "it must be a whole number from 1 to 65535."),
        ("evidence 3.40.1 --format xml", "it must be markdown, json or csv."),
        ("evidence 3.40.1 --format csv --json", "give either --json or --format csv, not both."),
    ],
)
def test_a_wrong_word_says_what_is_right(words: str, sentence: str) -> None:
    result = CliRunner().invoke(app, words.split(), env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert sentence in result.output


@pytest.mark.parametrize(
    "words", ["--size 5", "--size many", "--port 0", "merge x", "approve 0", "show x", "say a --on 0"]
)
def test_the_demo_does_so_too(words: str) -> None:
    result = CliRunner().invoke(demo, words.split(), env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "it must be a whole number" in result.output
