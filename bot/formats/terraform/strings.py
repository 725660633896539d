"""The texts and numbers of HCL's native syntax."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r"\\(?:[nrt\"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|\\|\$\$\{|%%\{", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_MAX_CODE_POINT = 0x10FFFF


class _BadEscapeError(ValueError):
    pass


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def decode_quoted(text: str) -> str | None:
    """What a quoted text means, or None if an escape in it is none."""
    try:
        return _ESCAPE.sub(_decode, text)
    except _BadEscapeError:
        return None


def _decode(match: re.Match[str]) -> str:
    escape = match.group()
    if escape[0] != "\\":
        return escape[1:]
    if len(escape) == 1:
        raise _BadEscapeError
    if escape[1] not in "uU":
        return _SIMPLE[escape[1]]
    code = int(escape[2:], 16)
    if code > _MAX_CODE_POINT or 0xD800 <= code <= 0xDFFF:
        raise _BadEscapeError
    return chr(code)
