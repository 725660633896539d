"""An instance's `config.yaml`, checked setting by setting (domain.md, "Layout …")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.domain.fleet.model import Channel, InstanceType
from bot.domain.fleet.problems import (
    MAX_FILE_BYTES,
    MAX_TRIAL_DAYS,
    AccountMissing,
    ConfigNotMapping,
    ConfigNotYaml,
    InstanceFileProblem,
    InstanceReadError,
    InvalidSetting,
    SettingProblem,
    UnusableInstanceFile,
)
from bot.formats import yaml
from bot.formats.markdown import one_line

CONFIG_FILE = "config.yaml"
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)
E = TypeVar("E", InstanceType, Channel)


@dataclass(frozen=True)
class Config:
    """The checked settings of one config.yaml."""

    type: InstanceType
    domain: str
    public: bool
    customer: str
    account: str | None
    note: str
    skip: str | None
    channel: Channel
    trial_additional_days: int


def decode_text(content: bytes, name: str) -> str:
    """A file's text. Raises InstanceReadError if it is too large or not UTF-8."""
    if len(content) > MAX_FILE_BYTES:
        raise InstanceReadError(UnusableInstanceFile(name, InstanceFileProblem.TOO_LARGE))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InstanceReadError(UnusableInstanceFile(name, InstanceFileProblem.NOT_UTF8)) from None


@lru_cache(maxsize=4096)  # all instances are read again whenever the file of one changes
def load(content: bytes) -> Mapping[Any, Any]:
    """The mapping of a config.yaml, which callers must not change. Raises InstanceReadError."""
    text = decode_text(content, CONFIG_FILE)
    try:
        document = yaml.load(text)
    except yaml.YamlError as error:
        raise InstanceReadError(ConfigNotYaml(error.line)) from None
    if not isinstance(document, Mapping):
        raise InstanceReadError(ConfigNotMapping())
    return document


def read_config(document: Mapping[Any, Any], slug: str) -> Config:
    """The settings of a config.yaml. Raises InstanceReadError for the first one that is wrong."""
    type_ = _choice(document, "instanceType", InstanceType, None)
    account = _account(document, type_)
    upgrade = document.get("upgrade")
    if upgrade is not None and not isinstance(upgrade, Mapping):
        raise _error("upgrade", SettingProblem.NOT_A_MAPPING)
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
    """The account that a config.yaml names, even if something else is wrong with it."""
    value = document.get("account")
    return _normalize_account(value) if isinstance(value, str) and _is_url(value) else None


def known_internal(document: Mapping[Any, Any]) -> bool:
    """Whether a config.yaml says that the instance is internal, even if something else is wrong with it."""
    return bool(document.get("instanceType") == InstanceType.INTERNAL.value)


def _choice(document: Mapping[Any, Any], key: str, kind: type[E], default: E | None) -> E:
    value = document.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value in {member.value for member in kind}:
        return kind(value)
    problem = SettingProblem.MISSING if value is None else SettingProblem.UNKNOWN
    raise _error(key, problem, *(member.value for member in kind))


def _error(key: str, problem: SettingProblem, *choices: str) -> InstanceReadError:
    return InstanceReadError(InvalidSetting(key, problem, choices))


def _domain(document: Mapping[Any, Any], slug: str) -> str:
    value = document.get("domain")
    domain = f"{slug}.sourcegraph.com" if value is None else value
    if not isinstance(domain, str) or _HOST.fullmatch(domain.strip().lower()) is None:
        raise _error("domain", SettingProblem.NOT_A_HOST)
    return domain.strip().lower()


def _visibility(document: Mapping[Any, Any]) -> bool:
    value = document.get("type", "public")
    if not isinstance(value, str) or value not in {"public", "private"}:
        raise _error("type", SettingProblem.UNKNOWN, "public", "private")
    return value == "public"


def _account(document: Mapping[Any, Any], type_: InstanceType) -> str | None:
    """The URL of the account issue; required for customers."""
    value = document.get("account")
    if value is None and type_ is InstanceType.INTERNAL:
        return None
    if value is None:
        raise InstanceReadError(AccountMissing(type_))
    account = known_account(document)
    if account is None:
        raise _error("account", SettingProblem.NOT_A_URL)
    return account


def _normalize_account(url: str) -> str:
    """The URL without a slash at the end and without a fragment, which would be read as the number of an instance."""
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
    """A person's text on one line; empty for a value that is not text."""
    return one_line(value) if isinstance(value, str) else ""


def _skip(value: object) -> str | None:
    """The words of the mark to skip, or None if there is no mark. An empty text is a mark too."""
    return None if value is None or value is False else _one_line_text(value)


def _days(document: Mapping[Any, Any]) -> int:
    days = document.get("trialAdditionalDays")
    if days is None:
        return 0
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MAX_TRIAL_DAYS:
        raise _error("trialAdditionalDays", SettingProblem.NOT_A_NUMBER_OF_DAYS)
    return days
