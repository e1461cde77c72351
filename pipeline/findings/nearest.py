"""The labelled statements that are worded most like a quotation, and whether one of them is a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import InputError
from pipeline.similarity import near_duplicates

_MARKS = "“”‘’\"'«»„ "


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A labelled statement beside a quotation.

    Parameters
    ----------
    row
        Of the statements table.
    similarity
        Cosine of the TF-IDF vectors of words and pairs of words, in [0, 1].
    copy
        Whether it has the same words but for marks and case, or is a near-copy (``similarity.near_duplicates``).
    """

    row: Mapping[str, Any]
    similarity: float
    copy: bool


def nearest(text: str, rows: Sequence[Mapping[str, Any]], count: int) -> list[Neighbour]:
    """Return the rows whose ``text`` is nearest to a text: copies first, then the most similar; all copies are in it.

    Parameters
    ----------
    rows
        With ``text``. The inverse document frequencies are theirs.
    count
        Of neighbours that are no copies, at most. Rows without a word in common are none.
    """
    if not rows:
        return []
    similarities = _cosines(text, [row["text"] for row in rows])
    found = [
        Neighbour(row, similarity, _is_copy(text, row["text"]))
        for row, similarity in zip(rows, similarities, strict=True)
        if similarity > 0 or _plain(text) == _plain(row["text"])
    ]
    found.sort(key=lambda neighbour: (not neighbour.copy, -neighbour.similarity))
    copies = sum(neighbour.copy for neighbour in found)
    return found[: copies + count]


def _cosines(text: str, others: Sequence[str]) -> list[float]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        # Every run of letters is a word: a quotation may be of nothing but short ones.
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        vectors = vectorizer.fit_transform(others)
    except ValueError:  # no word in any of them
        return [0.0] * len(others)
    products = (vectors @ vectorizer.transform([text]).T).toarray().ravel()
    return [min(max(float(product), 0.0), 1.0) for product in products]


def _is_copy(text: str, other: str) -> bool:
    return _plain(text) == _plain(other) or bool(near_duplicates([text, other]))


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(_MARKS + ".,;:!?").casefold()


def find_row(row_ids: Sequence[str], wanted: str, table: str) -> int:
    """Return the position of the row with this id, or of the only row whose id begins so.

    Raises
    ------
    InputError
        If no row, or more than one, answers to it.
    """
    if wanted in row_ids:
        return row_ids.index(wanted)
    ids = {row_id for row_id in row_ids if wanted and row_id.startswith(wanted)}
    if not ids:
        raise InputError(f"{table}: no row has the id {wanted!r}; column row_id has them")
    if len(ids) > 1:
        few = ", ".join(sorted(ids)[:3])
        raise InputError(f"{table}: {len(ids)} rows have an id that begins with {wanted!r} ({few}); give more of it")
    return row_ids.index(ids.pop())
