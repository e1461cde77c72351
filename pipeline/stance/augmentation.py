"""More statements from labelled ones: vendors exchanged, which changes no label, and targets exchanged, which does.

A model that has seen few vendors learns their names, and one that has only been asked about the debate at hand learns
to leave the target aside.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import LABELS
from pipeline.stance.base import Probabilities, StatementTable, column

_VENDORS = (
    "Norvane", "Kestrin", "Ostrel", "Halden", "Zephane", "Quillon", "Marqstone", "Lintel", "Sunwell", "Tavik", "Orbex",
    "Plover", "Helixar", "Brightwell", "Mirovan", "Dextra", "Fennic", "Caldera", "Ruvio", "Sentora", "Baltra",
)  # fmt: skip
# Capitalised in a target, and yet no vendor: places and peoples, and what stands for a technology.
_NO_VENDOR = {
    "The", "A", "An", "In", "Of", "US", "U.S.", "UK", "EU", "America", "American", "Americans", "Britain", "British",
    "China", "Chinese", "Chinese-made", "Russia", "Russian", "Europe", "European", "Australia", "Australian", "Canada",
    "Canadian", "India", "Indian", "Israel", "Israeli", "Muslim-majority", "Internet",
}  # fmt: skip
_PROPER = re.compile(r"[A-Z][\w-]{2,}")
_TRIES = 8
_COLUMNS = ("text", "context", "title", "target")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Shares of the statements, in [0, 1].

    Parameters
    ----------
    rename_vendors
        Of those whose target names a vendor: it gets an invented name, wherever it stands.
    swap_targets
        Of those that take a side: a copy toward a target of another statement, which is neutral.
    swapped_weight
        Weight of such a copy; a few of them do take a side.
    """

    rename_vendors: float = 0.0
    swap_targets: float = 0.0
    swapped_weight: float = 0.7


def augmented(
    table: StatementTable,
    targets: Probabilities,
    weights: Probabilities,
    augmentation: Augmentation,
    *,
    seed: int = 0,
) -> tuple[dict[str, list[str]], Probabilities, Probabilities]:
    """Return statements with vendors exchanged, followed by copies with exchanged targets.

    Parameters
    ----------
    table
        Statements, n of them.
    targets, weights
        Label probabilities, shape [n, 3], and weights, shape [n].
    """
    rng = random.Random(seed)
    columns = [column(table, name) for name in _COLUMNS]
    rows = [dict(zip(_COLUMNS, values, strict=True)) for values in zip(*columns, strict=True)]
    sided = targets.argmax(axis=1) != LABELS.index("neutral")
    others = sorted({row["target"] for row in rows if row["target"]})
    changed, copies, origins = [], [], []
    for index, row in enumerate(rows):
        changed.append(_renamed(row, augmentation, rng))
        if sided[index] and rng.random() < augmentation.swap_targets and (other := _unrelated(row, others, rng)):
            copies.append(row | {"target": other})
            origins.append(index)
    neutral = np.tile(np.eye(len(LABELS))[LABELS.index("neutral")], (len(copies), 1))
    together = [*changed, *copies]
    return (
        {name: [row[name] for row in together] for name in _COLUMNS},
        np.concatenate([targets, neutral]),
        np.concatenate([weights, weights[origins] * augmentation.swapped_weight]),
    )


def _renamed(row: dict[str, str], augmentation: Augmentation, rng: random.Random) -> dict[str, str]:
    vendors = vendor_names(row["target"])
    if not vendors or rng.random() >= augmentation.rename_vendors:
        return row
    new = rng.choice(_VENDORS)
    return {name: _replaced(text, vendors, new) for name, text in row.items()}


def vendor_names(target: str) -> list[str]:
    """Return the words of a target that name a vendor or a product.

    Examples
    --------
    >>> vendor_names("Huawei in the UK's 5G network")
    ['Huawei']
    >>> vendor_names("facial recognition in shops")
    []
    """
    return [word for word in _PROPER.findall(target) if word not in _NO_VENDOR]


def _replaced(text: str, names: Sequence[str], new: str) -> str:
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", new, text)


def _unrelated(row: Mapping[str, str], targets: Sequence[str], rng: random.Random) -> str | None:
    """Return a target of which no longer word stands in the statement, if one is soon found."""
    near = {word[:4] for word in _long_words(" ".join(row.values()))}
    for _ in range(_TRIES):
        target = rng.choice(targets)
        if not {word[:4] for word in _long_words(target)} & near:
            return target
    return None


def _long_words(text: str) -> list[str]:
    return re.findall(r"\w{4,}", text.lower())
