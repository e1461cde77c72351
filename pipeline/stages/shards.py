"""Documents cut into shards whose borders depend on their content alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from pipeline.records import Document, Page

_CHARACTERS = 4_000_000
"""Most text of a shard, whatever the number of documents: they are of very different length."""


@dataclass(frozen=True, slots=True)
class Item:
    """A document, or a page that will be one, and its hash.

    Parameters
    ----------
    digest
        Of all that the rows take from it, its source included; 32 hexadecimal digits.
    position
        Its place in the input, whatever is known of it.
    read
        Bytes of the input up to it.
    """

    digest: str
    document: Document | Page
    position: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Shard:
    """Documents that are scored together."""

    name: str
    items: tuple[Item, ...]


def digest_of(document: Document | Page) -> str:
    """Return the hash of a document; where the input lies does not matter to it."""
    values = [type(document).__name__, *(getattr(document, f.name) for f in fields(document) if f.compare)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]


def cut(items: Iterable[Item], size: int) -> Iterator[Shard]:
    """Yield shards of about ``size`` documents, at least half and at most twice as many.

    A border stands behind a document whose hash says so: what is taken out of the input, or put into it, changes the
    shard that it lies in, and as a rule no other. Whole shards taken out leave all others as they were.
    """
    fewest, most = max(1, size // 2), size * 2
    taken: list[Item] = []
    characters = 0
    for item in items:
        taken.append(item)
        characters += len(item.document.text)
        ends = len(taken) >= fewest and int(item.digest[:8], 16) % (size - fewest + 1) == 0
        if ends or len(taken) >= most or characters >= _CHARACTERS:
            yield _shard(taken)
            taken, characters = [], 0
    if taken:
        yield _shard(taken)


def _shard(items: list[Item]) -> Shard:
    name = hashlib.sha256("".join(item.digest for item in items).encode()).hexdigest()[:16]
    return Shard(name, tuple(items))
