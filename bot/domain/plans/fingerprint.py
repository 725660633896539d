"""What identifies a change: digests of what a change set does, whatever else its files say.

A pull request whose base branch moved is rebuilt only if its change is still the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.reasons.changes import (
    ChangeReason,
    ExecutorsPinned,
    FileRemoved,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.domain.versions import Version, parse_version
from bot.formats.documents import Codec, canonical, fingerprint, scalar, stored


@stored("plans.change", change="change", slug="slug", version="version", reasons="reasons")
@dataclass(frozen=True)
class _Change:
    """What a change set does."""

    change: ChangeKind
    slug: str
    version: Version
    reasons: tuple[ChangeReason, ...]


_CODEC = Codec(
    [_Change],
    scalars=[scalar(Version, "version", encode=str, decode=parse_version)],
    families={"change_reason": ChangeReason},
)


def change_fingerprint(change_set: ChangeSet) -> str:
    """The digest of what a change set does: of its kind, instance and version, and of the reasons in any order.

    It depends on stored names and values, not on Python's names.
    """
    reasons = sorted(change_set.reasons, key=lambda reason: canonical(_CODEC.encode(reason)))
    return fingerprint(_CODEC, _Change(change_set.kind, change_set.slug, change_set.version, tuple(reasons)))


def same_change(stored_digest: str, change_set: ChangeSet) -> bool:
    """Whether a digest that was stored when a pull request was opened is that of this change set.

    Digests from before stored names existed are recognized too: their pull requests may still be open.
    """
    return stored_digest in {change_fingerprint(change_set), first_fingerprint(change_set)}


def first_fingerprint(change_set: ChangeSet) -> str:
    """The digest as it was made at first: of the `repr` of the reasons, under the names of their classes then."""
    reasons = "\n".join(sorted(map(_first_form, change_set.reasons)))
    head = f"{change_set.kind} {change_set.slug} {change_set.version}"
    return hashlib.sha256(f"{head}\n{reasons}".encode()).hexdigest()


def _first_form(reason: ChangeReason) -> str:
    match reason:
        case LinkRetargeted(path, old, new):
            return f"LinkMoved(path={path!r}, old={old!r}, new={new!r})"
        case HotpatchRemoved(path, service, image):
            return f"HotpatchRemoved(path={path!r}, service={service!r}, image={image!r})"
        case FileRemoved(path):
            return f"FileRemoved(path={path!r})"
        case ModuleRefUpdated(path, old, new):
            return f"ModuleMoved(path={path!r}, old={old!r}, new={new!r})"
        case GoldenFileCreated(path, overrides):
            return f"GoldenMade(path={path!r}, overrides={overrides!r})"
        case ImageRetagged(service, old, new):
            return f"ImageRetagged(service={service!r}, old={old!r}, new={new!r})"
        case ExecutorsPinned(path, module, old, new):
            return f"ExecutorsPinned(path={path!r}, module={module!r}, old={old!r}, new={new!r})"
        case FileRestored(path):
            return f"Restored(path={path!r})"
        case _:
            return ""  # a reason that is newer than these digests
