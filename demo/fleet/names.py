"""Invented customers' names, made of words that occur in no template, no English text and no file of this project."""

from __future__ import annotations

import hashlib

FIRST = (
    "amber azure brass bronze cedar cobalt copper coral crimson ebony ember flint frost garnet gilded granite "
    "hazel indigo ivory jade lilac linen maple marble misty ochre onyx opal pearl quartz russet sable saffron "
    "scarlet silver slate teal umber velvet willow"
)
SECOND = (
    "badger bison condor crane dingo falcon ferret finch gecko gibbon heron hornet ibis jackal kestrel lemur lynx "
    "magpie marten merlin newt ocelot osprey otter panther pelican petrel plover puffin quail raven robin sparrow "
    "stork swift tapir toucan walrus weasel wombat"
)


def customer_names(count: int, seed: int) -> list[str]:
    """`count` different names, stable for a seed; a longer list starts with the shorter one."""
    pairs = [first + second for first in FIRST.split() for second in SECOND.split()]
    pairs.sort(key=lambda name: stable_random(seed, name, 1 << 62))
    rounds = -(-count // len(pairs))
    return [name if turn == 0 else f"{name}{turn + 1}" for turn in range(rounds) for name in pairs][:count]


def stable_random(seed: int, about: str, sides: int) -> int:
    """A number below `sides` that depends only on the seed and on what it is about."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{about}".encode()).digest()[:8]) % sides
