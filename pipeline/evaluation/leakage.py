"""What the parts of a split have in common: stories, near-copies of quotations, and speakers, counted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.similarity import near_duplicates

PAIRS = (("test", "train"), ("dev", "train"), ("test", "dev"))
"""The parts that are compared: the first is measured on, or chosen by, what must not be known from the second."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is looked at in one part of a split, [n] each.

    Parameters
    ----------
    stories
        The story of each statement.
    texts
        Its quotation.
    speakers
        Who says it, the same for all spellings of a name; None where nobody does, or nobody that can be told again.
    """

    stories: Sequence[str]
    texts: Sequence[str]
    speakers: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Shared:
    """How many things of a kind two parts share, and how many statements of the first part they concern."""

    shared: int
    statements: int


@dataclass(frozen=True, slots=True)
class Leak:
    """What two parts have in common; of near-copies, ``shared`` counts the pairs.

    Speakers are no fault: the same people speak in many stories. They tell how much of a figure rests on people whom
    the model has read before.
    """

    stories: Shared
    near_duplicates: Shared
    speakers: Shared

    @property
    def clean(self) -> bool:
        """Whether the parts share no story and no near-copy."""
        return not (self.stories.shared or self.near_duplicates.shared)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What each two parts have in common, and what counted as a near-copy."""

    leaks: Mapping[tuple[str, str], Leak]
    threshold: float
    min_words: int

    @property
    def clean(self) -> bool:
        """Whether no two parts share a story or a near-copy."""
        return all(leak.clean for leak in self.leaks.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the certificate as JSON-ready values."""
        pairs = {f"{first}_{second}": asdict(leak) for (first, second), leak in self.leaks.items()}
        return {"clean": self.clean, "threshold": self.threshold, "min_words": self.min_words, **pairs}


def certify(parts: Mapping[str, Part], *, threshold: float, min_words: int) -> Certificate:
    """Return what the parts ``train``, ``dev`` and ``test`` have in common.

    Parameters
    ----------
    threshold
        Share in (0, 1] of the shorter quotation's three-word runs from which two are near-copies.
    min_words
        Words from which a quotation is long enough to tell its origin.
    """
    owners = [(name, index) for name, part in parts.items() for index in range(len(part.texts))]
    texts = [text for part in parts.values() for text in part.texts]
    copies = [(owners[i], owners[j]) for i, j in near_duplicates(texts, threshold, min_words=min_words)]
    return Certificate({pair: _leak(parts, pair, copies) for pair in PAIRS}, threshold, min_words)


def _leak(
    parts: Mapping[str, Part], pair: tuple[str, str], copies: Sequence[tuple[tuple[str, int], tuple[str, int]]]
) -> Leak:
    first, second = (parts[name] for name in pair)
    across = [two for one, other in copies for two in ((one, other), (other, one)) if (two[0][0], two[1][0]) == pair]
    return Leak(
        stories=_shared(first.stories, second.stories),
        near_duplicates=Shared(len(across), len({one for one, _ in across})),
        speakers=_shared(first.speakers, second.speakers),
    )


def _shared(first: Sequence[Hashable], second: Sequence[Hashable]) -> Shared:
    both = {key for key in first if key is not None} & set(second)
    return Shared(len(both), sum(key in both for key in first))
