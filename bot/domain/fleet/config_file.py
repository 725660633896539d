"""An instance's `config.yaml`: its own facts, checked one by one (domain.md, "Layout …")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.domain.fleet.model import Channel, InstanceType
from bot.formats.markdown import one_line

CONFIG_FILE = "config.yaml"
MAX_FILE_BYTES = 65_536
"""Bytes that an instance's file may have; a larger one is no file that people wrote."""

_MAX_MERGED_KEYS = 1_000
_MAX_TRIAL_DAYS = 3_650
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)
E = TypeVar("E", InstanceType, Channel)


class InstanceReadError(Exception):
    """Why one instance can't be read; the message is the sentence of its Problem."""


@dataclass(frozen=True)
class Config:
    """The checked values of one config.yaml."""

    type: InstanceType
    domain: str
    public: bool
    customer: str
    account: str | None
    note: str
    skip: str
    channel: Channel
    trial_additional_days: int


class _Constructor(SafeConstructor):
    """Keeps merge keys (`<<`) from growing without bounds, as those of a "YAML bomb" do."""

    def flatten_mapping(self, node: Any) -> Any:
        merged = super().flatten_mapping(node)
        if len(node.value) > _MAX_MERGED_KEYS:
            raise ConstructorError(problem="too many merged keys", problem_mark=node.start_mark)
        return merged


def decode_text(content: bytes, name: str) -> str:
    """A file's text. Raises CantRead for one that is too large or not UTF-8."""
    if len(content) > MAX_FILE_BYTES:
        raise InstanceReadError(f"{name} is larger than {MAX_FILE_BYTES // 1024} KiB; shorten it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InstanceReadError(f"{name} is not UTF-8 text; save it as UTF-8") from None


@lru_cache(maxsize=4096)  # one file of a fleet changes, and all are read again
def load(content: bytes) -> Mapping[Any, Any]:
    """The mapping that a config.yaml is; it is not to be changed. Raises CantRead when it is anything else."""
    text = decode_text(content, CONFIG_FILE)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    yaml.composer.warn_double_anchors = False  # the warning would quote the file on standard error
    try:
        document = yaml.load(text)
    except MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise InstanceReadError(f"{CONFIG_FILE} is not valid YAML{where}; correct its syntax") from None
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError):
        raise InstanceReadError(f"{CONFIG_FILE} is not valid YAML; correct its syntax") from None
    if not isinstance(document, Mapping):
        raise InstanceReadError(f"{CONFIG_FILE} is not a mapping of keys to values; write `key: value` lines")
    return document


def read_config(document: Mapping[Any, Any], slug: str) -> Config:
    """The values of a config.yaml. Raises CantRead for the first one that is wrong."""
    type_ = _choice(document, "instanceType", InstanceType, None)
    account = _account(document, type_)
    upgrade = document.get("upgrade")
    if upgrade is not None and not isinstance(upgrade, Mapping):
        raise InstanceReadError("upgrade in config.yaml must be a mapping with note and skip")
    upgrade = upgrade or {}
    return Config(
        type=type_,
        domain=_domain(document, slug),
        public=_visibility(document),
        customer=_one_line_text(document.get("customer")),
        account=account,
        note=_one_line_text(upgrade.get("note")),
        skip=_skip(upgrade.get("skip")),
        channel=_choice(document, "releaseChannel", Channel, Channel.STABLE),
        trial_additional_days=_days(document),
    )


def known_account(document: Mapping[Any, Any]) -> str | None:
    """The account that a config.yaml names, whatever else is wrong with it."""
    value = document.get("account")
    return _normalize_account(value) if isinstance(value, str) and _is_url(value) else None


def known_internal(document: Mapping[Any, Any]) -> bool:
    """Whether a config.yaml says that the instance is internal, whatever else is wrong with it."""
    return bool(document.get("instanceType") == InstanceType.INTERNAL.value)


def _choice(document: Mapping[Any, Any], key: str, kind: type[E], default: E | None) -> E:
    value = document.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value in {member.value for member in kind}:
        return kind(value)
    fault = "is missing" if value is None else "is unknown"
    raise InstanceReadError(f"{key} in config.yaml {fault}; use {', '.join(member.value for member in kind)}")


def _domain(document: Mapping[Any, Any], slug: str) -> str:
    value = document.get("domain")
    domain = f"{slug}.sourcegraph.com" if value is None else value
    if not isinstance(domain, str) or _HOST.fullmatch(domain.strip().lower()) is None:
        raise InstanceReadError("domain in config.yaml is no host name; write it as name.sourcegraph.com")
    return domain.strip().lower()


def _visibility(document: Mapping[Any, Any]) -> bool:
    value = document.get("type", "public")
    if not isinstance(value, str) or value not in {"public", "private"}:
        raise InstanceReadError("type in config.yaml is unknown; use public or private")
    return value == "public"


def _account(document: Mapping[Any, Any], type_: InstanceType) -> str | None:
    """The URL of the account issue; required for customers."""
    value = document.get("account")
    if value is None and type_ is InstanceType.INTERNAL:
        return None
    if value is None:
        raise InstanceReadError(
            f"account in config.yaml is missing; a {type_} instance needs its account issue's URL"
        )
    account = known_account(document)
    if account is None:
        raise InstanceReadError("account in config.yaml is no https URL; use the account issue's URL")
    return account


def _normalize_account(url: str) -> str:
    """Without a fragment, which would be read as the number of an instance, and without the trailing slash."""
    return url.strip().partition("#")[0].rstrip("/")


def _is_url(value: str) -> bool:
    value = value.strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = re.fullmatch(r"[A-Za-z0-9:/._~#?=&%-]{1,200}", value) is not None
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _one_line_text(value: object) -> str:
    """A person's text on one line; anything but text counts as none."""
    return one_line(value) if isinstance(value, str) else ""


def _skip(value: object) -> str:
    if value is None or value is False:
        return ""
    return _one_line_text(value) or "marked to be skipped"


def _days(document: Mapping[Any, Any]) -> int:
    days = document.get("trialAdditionalDays")
    if days is None:
        return 0
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= _MAX_TRIAL_DAYS:
        raise InstanceReadError(
            f"trialAdditionalDays in config.yaml must be a whole number of days up to {_MAX_TRIAL_DAYS}"
        )
    return days
