"""The test items that runs have in common: told by hash, found by statement and target."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import InputError
from pipeline.evaluation.metrics import SHORT_LABELS, FloatArray, IntArray, encode
from pipeline.files import sha256_text

Row = Mapping[str, Any]
Rows = Sequence[Row]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Items:
    """What runs are compared on.

    Parameters
    ----------
    sha256
        Hash over the items compared.
    n, articles
        How many they are, and the articles that they are from.
    of
        Items of each run, those compared among them.
    relabelled
        Items that all runs have, left out because their gold label differs.
    """

    sha256: str
    n: int
    articles: int
    of: tuple[int, ...]
    relabelled: int = 0

    @property
    def left_out(self) -> tuple[int, ...]:
        """Items of each run that are not compared."""
        return tuple(count - self.n for count in self.of)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "sha256": self.sha256,
            "shared": self.n,
            "articles": self.articles,
            "of": list(self.of),
            "left_out": list(self.left_out),
            "relabelled": self.relabelled,
        }


def items_hash(rows: Rows) -> str:
    """Return the SHA-256 over the sorted (statement_id, target, label) of labelled statements.

    Examples
    --------
    >>> one, other = ({"statement_id": i, "target": "drones", "label": "neutral"} for i in "ab")
    >>> items_hash([one, other]) == items_hash([other, one]) != items_hash([one])
    True
    """
    told = sorted([str(row.get(name)) for name in ("statement_id", "target", "label")] for row in rows)
    return sha256_text(json.dumps(told, ensure_ascii=False))


def labels_and_probabilities(rows: Rows) -> tuple[IntArray, FloatArray]:
    """Return the gold labels of predictions, [n], and their probabilities, [n, 3]."""
    y_prob = np.array([[row[f"p_{short}"] for short in SHORT_LABELS] for row in rows], dtype=np.float64)
    return encode([row["label"] for row in rows]), y_prob


def shared_items(first: Rows, second: Rows) -> int:
    """Return how many items two runs have in common, with the same label."""
    return len({(*_key(row), row["label"]) for row in first} & {(*_key(row), row["label"]) for row in second})


def _key(row: Row) -> Key:
    return row["statement_id"], row.get("target") or ""


def align(tables: Mapping[str, Rows], *, shared: bool = False) -> tuple[Items, list[Rows]]:
    """Return the items that are compared, and each run's rows of them in the order of the first run.

    Parameters
    ----------
    tables
        Predictions by name of the run.
    shared
        Take the items that all have with one label, where the runs were evaluated on different ones.

    Raises
    ------
    InputError
        If the items differ and the shared ones are not asked for, there are none, or one stands there twice.
    """
    found = {name: _by_key(name, rows) for name, rows in tables.items()}
    first, *others = found.values()
    common = [key for key in first if all(key in other for other in others)]
    kept = [key for key in common if len({rows[key]["label"] for rows in found.values()}) == 1]
    same = all(len(rows) == len(kept) for rows in found.values())
    if not same and not shared:
        raise InputError(_differ(found, len(kept), len(common) - len(kept)))
    if not kept:
        raise InputError(
            f"{' and '.join(tables)} share no test statement with the same label; evaluate on one test split"
        )
    rows = [first[key] for key in kept]
    items = Items(
        sha256=items_hash(rows),
        n=len(kept),
        articles=len({row["article_id"] for row in rows}),
        of=tuple(map(len, found.values())),
        relabelled=len(common) - len(kept),
    )
    return items, [[rows[key] for key in kept] for rows in found.values()]


def _by_key(name: str, rows: Rows) -> dict[Key, Row]:
    by_key: dict[Key, Row] = {}
    for row in rows:
        if (key := _key(row)) in by_key:
            raise InputError(f"run {name}: {key[0]} stands in its predictions twice; evaluate it again")
        by_key[key] = row
    return by_key


def _differ(found: Mapping[str, Mapping[Key, Row]], shared: int, relabelled: int) -> str:
    counts = ", ".join(f"{name} on {len(rows)}" for name, rows in found.items())
    other = f", {relabelled} more with another gold label" if relabelled else ""
    advice = f"--shared compares on those {shared}" if shared else "evaluate them on one test split"
    return f"the runs were evaluated on different statements ({counts}): {shared} are shared{other}; {advice}"
