"""Loads what mibot stored before stored documents had a schema version: see README.md beside this."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).resolve().parent


def into_sqlite(path: Path | str) -> None:
    """Put the store into a SQLite file that is not there yet."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_text("sqlite.sql"))
    finally:
        connection.close()


def into_postgresql(url: str) -> None:
    """Put the store into an empty PostgreSQL database (`postgresql://…`), all of it or nothing."""
    with psycopg.connect(url) as connection:
        connection.execute(_text("postgresql.sql").encode())


def expectation() -> dict[str, Any]:
    """What commit a665bba read from it, as plain data."""
    found: dict[str, Any] = json.loads(_text("expectation.json"))
    return found


def sentences() -> dict[str, dict[str, str]]:
    """Every sentence of mibot's own, by the field that holds it; with the name of the first record that has it."""
    found: dict[str, dict[str, str]] = {}

    def note(field: str, words: str, where: str) -> None:
        if words:
            found.setdefault(field, {}).setdefault(words, where)

    def results(several: list[dict[str, Any]], where: str) -> None:
        for one in several:
            note(f"result.sentence: {one['name']}, {one['state']}", one["sentence"], where)

    def upgrade(record: dict[str, Any], where: str) -> None:
        for name in ("reason", "note"):
            note(f"upgrade.{name}: {record['stage']}", record[name], where)
        for words in record["warnings"]:
            note("upgrade.warnings", words, where)
        for step in record["history"]:
            note(f"upgrade.history.why: {step['stage']}", step["why"], where)
        for copy in (*record["copies"], *record["earlier_copies"]):
            note("copy.said", copy["said"], where)
        for name in ("failed", "conclusion") if record["deployment"] else ():
            note(f"upgrade.deployment.{name}", record["deployment"][name], where)
        results([*record["before"], *record["after"]], where)
        if record["earlier"]:
            upgrade(record["earlier"], where)

    def item(shown: dict[str, Any], where: str) -> None:
        if shown["kind"] == "BackupShown":
            note("reply.BackupShown.fault", shown["fault"], where)
            for copy in (*(shown["backup"] or ()), *shown["older"]):
                note("copy.said", copy["said"], where)
        if shown["kind"] == "CheckTable":
            results(shown["results"] or [], where)

    told = expectation()
    for entry in told["upgrades"]:
        upgrade(entry["record"], f"{entry['slug']}@{entry['version']}")
    for entry in told["preparations"]:
        record = entry["record"]
        for name in ("reason", "note"):
            note(f"preparation.{name}: {record['stage']}", record[name], entry["version"])
        for words in record["warnings"]:
            note("preparation.warnings", words, entry["version"])
    for entry in told["replies"]:
        for shown in entry["record"]["items"]:
            item(shown, str(entry["comment"]))
    return found


def _text(name: str) -> str:
    return (HERE / name).read_bytes().decode()
