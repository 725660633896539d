"""Reads upgrades and preparations of schema 1."""

from __future__ import annotations

from typing import Any


def read_upgrade_v1(document: dict[str, Any]) -> dict[str, Any]:
    """The document of an upgrade in schema 2."""
    raise NotImplementedError(document.keys())


def read_preparation_v1(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a preparation in schema 2."""
    raise NotImplementedError(document.keys())
