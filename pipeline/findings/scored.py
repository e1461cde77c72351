"""Rows of the scored table as records: what every finding starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.findings.dates import Published
from pipeline.records import Article


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One quotation toward one target, as scored.

    Parameters
    ----------
    text
        The quotation, marks included.
    stance
        The likeliest label.
    probabilities
        In the order of ``LABELS``; they sum to 1.
    published
        As the page or record has it.
    date
        The same as days; None where it was not told or is no date.
    speaker, speaker_id, outlet, target
        As in the table; None where not told.
    start, end, speaker_start, speaker_end, cue_start, cue_end, content_start, content_end
        Half-open, in the cleaned text of the article.
    where
        Table and row, for messages.
    """

    row_id: str
    quote_id: str
    article_id: str
    source: str
    text: str
    start: int
    end: int
    is_statement: bool
    stance: str
    probabilities: tuple[float, float, float]
    utterance_id: str | None = None
    speaker: str | None = None
    target: str | None = None
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    model: str | None = None
    date: Published | None = None
    story_id: str | None = None
    kind: str | None = None
    region: str | None = None
    speaker_type: str | None = None
    speaker_role: str | None = None
    speaker_affiliation: str | None = None
    speaker_id: str | None = None
    speaker_confidence: float | None = None
    speaker_mention: str | None = None
    speaker_start: int | None = None
    speaker_end: int | None = None
    cue: str | None = None
    cue_start: int | None = None
    cue_end: int | None = None
    content_start: int | None = None
    content_end: int | None = None
    context: str | None = None
    abstained: bool = False
    stance_set: str | None = None
    where: str = field(default="", compare=False, repr=False)

    @property
    def confidence(self) -> float:
        """The largest probability, in [1/3, 1]."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class ScoredCorpus:
    """A scored corpus.

    Parameters
    ----------
    rows
        Every row once, terms included, in the order of the tables.
    warnings
        A line for each thing that an analyst has to know of the rows.
    articles
        By article id; empty where they were not asked for or are not beside the table.
    """

    rows: tuple[ScoredRow, ...]
    warnings: tuple[str, ...] = ()
    articles: Mapping[str, Article] = field(default_factory=dict, repr=False)

    @property
    def statements(self) -> tuple[ScoredRow, ...]:
        """The rows that findings count: all but terms, titles and scare quotes."""
        return tuple(row for row in self.rows if row.is_statement)
