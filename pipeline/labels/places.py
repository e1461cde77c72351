"""Where statements stand in their source texts: what ties an annotation to a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import InputError, RecordError
from pipeline.labels.align import cut
from pipeline.labels.codings import Coding
from pipeline.labels.corrected import spans_in
from pipeline.records import Article

Row = Mapping[str, Any]

_ID = re.compile(r"(?P<article>.+):(?P<start>\d{1,12})-(?P<end>\d{1,12})")
_WORD = re.compile(r"[^\W_]+")
_CODED_AS = {"mixed": "fragment"}  # of a quotation's kinds; the others are statements


@dataclass(frozen=True, slots=True)
class Place:
    """One quotation in the source text that annotations name.

    Parameters
    ----------
    start, end
        In the decoded source text; of a page, in the extracted text.
    speech
        The codebook's kind of the quotation, read as speech: ``statement`` or ``fragment``.
    term
        Whether the extractor took it for a term.
    text
        Its surface in the cleaned text.
    targets
        Those of the quote table.
    """

    statement_id: str
    source: str
    sha256: str
    start: int
    end: int
    speech: str
    term: bool
    text: str
    targets: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The codebook's kind, as the extractor has it."""
        return "term" if self.term else self.speech


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a model makes of a statement."""

    stance: str
    confidence: float
    model: str


def predicted(row: Row) -> Predicted:
    """Return what a row of the scored table says."""
    return Predicted(row["stance"], row["confidence"], row["model"])


def article_of(row: Row, articles: Mapping[str, Article]) -> Article:
    """Return the article of a quote row, of those beside its table, by id.

    Raises
    ------
    InputError
        If it is not there, does not know its source text, or the quotation does not stand in it at its offsets.
    """
    article = articles.get(row["article_id"])
    if article is None:
        raise InputError(f"{row['quote_id']}: its article is not beside the quote table; run ingest again")
    known = article.raw_sha256 is not None and article.segments
    if not known or article.text[row["start"] : row["end"]] != row["text"]:
        raise InputError(
            f"{row['quote_id']}: does not stand at {row['start']}-{row['end']} of {article.source}; the quote table "
            "and the articles beside it are not of one run, write them again"
        )
    return article


def speech(row: Row) -> str:
    """Return the codebook's kind of a quotation, read as speech: ``statement`` or ``fragment``."""
    return _CODED_AS.get(row.get("kind", ""), "statement")


def context_span(row: Row, article: Article) -> tuple[int, int] | None:
    """Return where a row's context stands around its quotation; None where it has none, or it stands elsewhere."""
    context = row["context"] or ""
    # The same words may stand in the article twice: the quotation tells which are meant.
    at = article.text.find(context, max(0, row["end"] - len(context)), row["start"] + len(context))
    return (at, at + len(context)) if context and at >= 0 else None


def place(row: Row, articles: Mapping[str, Article], targets: tuple[str, ...] = ()) -> Place:
    """Return the place of a quote row; of one cut from its article, which tells neither kind nor terms, too.

    Raises
    ------
    InputError
        If it does not fit the articles beside its table.
    """
    article = article_of(row, articles)
    start, end = spans_in(article).raw_span(row["start"], row["end"]) or (row["start"], row["end"])
    return Place(
        statement_id=row["quote_id"],
        source=article.source,
        sha256=article.raw_sha256 or "",
        start=start,
        end=end,
        speech=speech(row),
        term=not row.get("is_statement", True),
        text=row["text"],
        targets=targets,
    )


class Places:
    """The places of a quote table, by statement id."""

    def __init__(self, rows: Sequence[Row], articles: Iterable[Article]) -> None:
        self._rows: dict[str, Row] = {}
        self._targets: dict[str, dict[str, None]] = {}
        self._articles = {article.article_id: article for article in articles}
        for row in rows:
            self._rows.setdefault(row["quote_id"], row)
            targets = self._targets.setdefault(row["quote_id"], {})
            if row.get("target"):
                targets[row["target"]] = None

    def find(self, statement_id: str) -> Place | None:
        """Return the place of a statement, also of one that gold names and the table lacks; None where there is none.

        Raises
        ------
        InputError
            If the table and its articles do not fit together.
        """
        row = self._rows.get(statement_id) or self._cut(statement_id)
        if row is None:
            return None
        return place(row, self._articles, tuple(self._targets.get(statement_id, ())))

    def _cut(self, statement_id: str) -> dict[str, Any] | None:
        match = _ID.fullmatch(statement_id)
        article = self._articles.get(match["article"]) if match else None
        if match is None or article is None:
            return None
        start, end = int(match["start"]), int(match["end"])
        span = article.clean_span(start, end) if article.has_raw else (start, end)
        row = cut(article, *span) if span and span[0] < span[1] <= len(article.text) else None
        return row if row and row["quote_id"] == statement_id else None

    def versions(self, source: str | None) -> set[str]:
        """Return the hashes of the source texts of this name."""
        return {article.raw_sha256 or "" for article in self._articles.values() if article.source == source}


def _words(text: str) -> Counter[str]:
    """Return the words in which neither an encoding nor a spreadsheet changes anything: ASCII letters and digits."""
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    return Counter(word.casefold() for word in found if word.isascii())


def located(coding: Coding, places: Places) -> Place:
    """Return the place of a coding.

    Raises
    ------
    RecordError
        If its statement is unknown, or the file had another text.
    """
    spot = places.find(coding.statement_id)
    versions = {spot.sha256} if spot else places.versions(coding.source)
    if coding.sha256 and versions and coding.sha256 not in versions:
        raise RecordError(
            f"{coding.source or coding.statement_id} is another version than in the quote table (sha256 "
            f"{coding.sha256[:12]}…); name the table that was exported with --quotes",
            reason="other-version",
        )
    if spot is None:
        raise RecordError(
            f"statement_id {coding.statement_id[:60]!r} is not in the quote table; name the table that was exported "
            "with --quotes",
            reason="unknown-statement",
        )
    if (coding.start, coding.end) not in {(None, None), (spot.start, spot.end)}:
        raise RecordError(
            f"stands at {coding.start}-{coding.end}, but its statement_id at {spot.start}-{spot.end}; mend the row",
            reason="other-place",
        )
    if coding.quote is not None and _words(spot.text) - _words(coding.quote):
        raise RecordError(
            f"its quote is {coding.quote[:40]!r}, but its statement_id belongs to {spot.text[:40]!r}; were columns "
            "sorted apart from each other?",
            reason="other-text",
        )
    return spot
