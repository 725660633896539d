"""An instance's `config.yaml`, checked setting by setting (domain.md, "Layout …")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
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
_NUMBER = re.compile(r"\+?(?:0|[1-9][0-9]{0,8})")
_YES = frozenset({"yes", "y", "true", "on"})
_NO = frozenset({"no", "n", "false", "off"})
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
def load(content: bytes) -> yaml.Map:
    """The mapping of a config.yaml. Raises InstanceReadError."""
    text = decode_text(content, CONFIG_FILE)
    try:
        document = yaml.parse(text)
    except yaml.YamlError as error:
        raise InstanceReadError(ConfigNotYaml(error.line)) from None
    if not isinstance(document, yaml.Map):
        raise InstanceReadError(ConfigNotMapping())
    return document


def read_config(document: yaml.Map, slug: str) -> Config:
    """The settings of a config.yaml. Raises InstanceReadError for the first one that is wrong."""
    type_ = _choice(document, "instanceType", InstanceType, None)
    account = _account(document, type_)
    upgrade = document.get("upgrade")
    if upgrade is not None and not isinstance(upgrade, yaml.Map) and not yaml.is_null(upgrade):
        raise _error("upgrade", SettingProblem.NOT_A_MAPPING)
    upgrade = upgrade if isinstance(upgrade, yaml.Map) else yaml.Map()
    return Config(
        type=type_,
        domain=_domain(document, slug),
        public=_visibility(document),
        customer=_one_line_text(document, "customer"),
        account=account,
        note=_one_line_text(upgrade, "note", "upgrade.note"),
        skip=_skip(upgrade),
        channel=_choice(document, "releaseChannel", Channel, Channel.STABLE),
        trial_additional_days=_days(document),
    )


def known_account(document: yaml.Map) -> str | None:
    """The account that a config.yaml names, even if something else is wrong with it."""
    value = _written(document.get("account"))
    return _normalize_account(value) if value is not None and _is_url(value) else None


def known_internal(document: yaml.Map) -> bool:
    """Whether a config.yaml says that the instance is internal, even if something else is wrong with it."""
    return _written(document.get("instanceType")) == InstanceType.INTERNAL.value


def _written(value: yaml.Value | None) -> str | None:
    """The text of a value as it is written, whatever a version of YAML makes of it: `no`, `3.40`, `2022-06-22`.

    None if it is no text: if it is missing, null, a list or a mapping, or has a tag that is not YAML's own.
    """
    if not isinstance(value, yaml.Scalar) or value.is_null:
        return None
    return value.text if value.tag is None or value.tag.startswith("!!") else None


def _choice(document: yaml.Map, key: str, kind: type[E], default: E | None) -> E:
    value = document.get(key)
    if default is not None and (value is None or yaml.is_null(value)):
        return default
    word = _written(value)
    if word in {member.value for member in kind}:
        return kind(word)
    problem = SettingProblem.MISSING if value is None or yaml.is_null(value) else SettingProblem.UNKNOWN
    raise _error(key, problem, *(member.value for member in kind))


def _error(key: str, problem: SettingProblem, *choices: str) -> InstanceReadError:
    return InstanceReadError(InvalidSetting(key, problem, choices))


def _domain(document: yaml.Map, slug: str) -> str:
    value = document.get("domain")
    if value is None or yaml.is_null(value):
        return f"{slug}.sourcegraph.com"
    domain = (_written(value) or "").strip().lower()
    if _HOST.fullmatch(domain) is None:
        raise _error("domain", SettingProblem.NOT_A_HOST)
    return domain


def _visibility(document: yaml.Map) -> bool:
    value = _written(document.get("type")) if "type" in document else "public"
    if value not in {"public", "private"}:
        raise _error("type", SettingProblem.UNKNOWN, "public", "private")
    return value == "public"


def _account(document: yaml.Map, type_: InstanceType) -> str | None:
    """The URL of the account issue; required for customers."""
    value = document.get("account")
    if value is None or yaml.is_null(value):
        if type_ is InstanceType.INTERNAL:
            return None
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


def _one_line_text(document: yaml.Map, key: str, name: str = "") -> str:
    """A person's text on one line; empty if there is none."""
    value = document.get(key)
    if value is None or yaml.is_null(value):
        return ""
    text = _written(value)
    if text is None:
        raise _error(name or key, SettingProblem.NOT_A_TEXT)
    return one_line(text)


def _skip(upgrade: yaml.Map) -> str | None:
    """The words of the mark to skip, or None if there is no mark. An empty text is a mark too.

    Whoever writes `no` means it, in every version of YAML and in quotes.
    """
    words = _one_line_text(upgrade, "skip", "upgrade.skip")
    value = upgrade.get("skip")
    answer = words.lower()
    if value is None or yaml.is_null(value) or answer in _NO:
        return None
    if answer.isdecimal():
        raise _error("upgrade.skip", SettingProblem.NOT_A_MARK)
    return "" if answer in _YES else words


def _days(document: yaml.Map) -> int:
    """The days, which are written as plain digits: readers of YAML disagree on `010`, `1_000` and `1:30`."""
    value = document.get("trialAdditionalDays")
    if value is None or yaml.is_null(value):
        return 0
    is_number = isinstance(value, yaml.Scalar) and not value.is_string
    match = _NUMBER.fullmatch(_written(value) or "") if is_number else None
    if match is None or int(match.group()) > MAX_TRIAL_DAYS:
        raise _error("trialAdditionalDays", SettingProblem.NOT_A_NUMBER_OF_DAYS)
    return int(match.group())
