"""The records that flow through the house: frozen, slotted, checked where they are made.

Offsets are half-open and count characters: ``start, end`` in the cleaned article text, ``raw_start, raw_end`` in the
decoded source text after newline normalisation and before NFC.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any, Literal

LABELS = ("anti-restriction", "neutral", "pro-restriction")
"""The codebook's labels, in the order of every probability column."""

Region = Literal["body", "headline", "caption"]
Kind = Literal["direct", "mixed", "indirect", "block"]

KINDS: tuple[Kind, ...] = ("direct", "mixed", "indirect", "block")
"""The kinds of reported speech; the first two are found where nothing else is asked for."""

SpeakerType = Literal["person", "organisation", "unnamed"]


def text_hash(*parts: str, length: int = 16) -> str:
    """Return the first ``length`` hexadecimal digits of the SHA-256 of the parts, joined by a NUL."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of cleaned text and the run of decoded source text that it came from.

    Runs of equal length map character by character; others (a composed accent, say) map as a whole.
    """

    start: int
    end: int
    raw_start: int
    raw_end: int
    region: Region = "body"


_start = attrgetter("start")


def _raw_offset(segment: Segment, offset: int, *, end: bool) -> int:
    """Return the raw offset of one boundary in a segment."""
    start, raw_start, raw_end = segment.start, segment.raw_start, segment.raw_end
    if segment.end - start != raw_end - raw_start:
        return raw_end if end else raw_start
    raw = raw_start + offset - start if offset > start else raw_start
    return raw if raw < raw_end else raw_end


@dataclass(frozen=True, slots=True)
class Document:
    """One decoded source text with what its container said about it; it may hold several articles (a digest).

    Parameters
    ----------
    text
        Decoded text after newline normalisation and before NFC: raw offsets count its characters.
    source
        File name, and inside tables and archives the record (``news.jsonl#ID``, ``#L12`` without an id).
    has_raw
        False where ``text`` was extracted from HTML, whose own offsets mean nothing to a reader.
    where
        What a message calls the file: the path as it was given.
    """

    text: str
    source: str
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    record_id: str | None = None
    target: str | None = None
    has_raw: bool = True
    where: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """The markup of an HTML page, decoded and not yet parsed, which takes far longer than reading it.

    Parameters
    ----------
    source, where
        As of a document.
    """

    text: str
    source: str
    where: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that could not be used, kept for the rejects file.

    Parameters
    ----------
    position
        Where in the file: ``L12``, a record id, an archive member; None for the whole file.
    reason
        A short stable word, counted in the manifest.
    record
        The record as far as it was read; None where there is nothing readable.
    """

    file: str
    position: str | None
    reason: str
    message: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    r"""One cleaned article.

    Parameters
    ----------
    article_id
        Hash of the decoded source text and of the article's part in it (digests hold several).
    text
        Cleaned text, NFC; paragraphs are separated by ``"\n\n"``. Never changes afterwards.
    source
        File name, and the record inside it after ``#``.
    segments
        Where each run of ``text`` came from, in order; the separators between paragraphs belong to none.
    has_raw
        False where the source has no offsets of its own (HTML): then every raw offset is None.
    target
        The record's own target column, if it had one.
    """

    article_id: str
    text: str
    source: str
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    byline: str | None = None
    dateline: str | None = None
    target: str | None = None
    story_id: str | None = None
    raw_sha256: str | None = None
    has_raw: bool = True
    segments: tuple[Segment, ...] = field(default=(), repr=False)

    def raw_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the span in the decoded source text of a span of the cleaned text; None where there is no raw text."""
        segments = self.segments
        if not self.has_raw or not segments:
            return None
        first = last = (bisect_right(segments, start, key=_start) or 1) - 1
        # Nearly every span lies in one segment. An end belongs to the character before it.
        if end <= start or (first + 1 < len(segments) and segments[first + 1].start < end):
            last = (bisect_right(segments, end - 1, key=_start) or 1) - 1
        return _raw_offset(segments[first], start, end=False), _raw_offset(segments[last], end, end=True)

    def clean_span(self, raw_start: int, raw_end: int) -> tuple[int, int] | None:
        """Return the span of the cleaned text that a span of the decoded source text became; None where it was dropped.

        The twin of ``raw_span``; it works for HTML too, whose segments count in the extracted text.
        """
        kept = [s for s in self.segments if s.raw_start < raw_end and raw_start < s.raw_end]
        if not kept:
            return None
        first, last = min(kept, key=lambda s: s.raw_start), max(kept, key=lambda s: s.raw_end)
        start, end = first.start, last.end
        if first.end - first.start == first.raw_end - first.raw_start:
            start += max(raw_start - first.raw_start, 0)
        if last.end - last.start == last.raw_end - last.raw_start:
            end -= max(last.raw_end - raw_end, 0)
        return (start, end) if start < end else None

    def region(self, offset: int) -> Region:
        """Return the region (body, headline or caption) of one offset."""
        index = bisect_right(self.segments, offset, key=_start) - 1
        return self.segments[index].region if index >= 0 else "body"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of the cleaned text, with its surface."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """One contiguous piece of reported speech, marks included, with its speaker and cue.

    Parameters
    ----------
    content
        The attributed clause around a mixed quotation, paraphrase included; the piece itself for other kinds; None for
        a term.
    mention
        The speaker as written, which licensed the attribution; it may stand in another paragraph.
    speaker_role, speaker_affiliation
        Title or office ("assistant secretary of state") and body, where the text gives them.
    speaker_id
        The same in every article for the same normalised full name; None for the unnamed.
    speaker_confidence
        Probability that the speaker is right, in [0, 1]; None where nobody says it.

    Raises
    ------
    ValueError
        If the span is empty or the surface does not have the span's length.
    """

    article_id: str
    start: int
    end: int
    text: str
    kind: Kind
    is_statement: bool
    utterance_id: str
    context: str
    speaker: str | None = None
    mention: Span | None = None
    cue: Span | None = None
    content: Span | None = None
    region: Region = "body"
    speaker_type: SpeakerType | None = None
    speaker_role: str | None = None
    speaker_affiliation: str | None = None
    speaker_id: str | None = None
    speaker_confidence: float | None = None

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError(
                f"{self.article_id}: span {self.start}-{self.end} does not fit its text {self.text[:40]!r}"
            )


@dataclass(frozen=True, slots=True)
class Statement:
    """One quotation as the stance models see it, with its label where there is one.

    Parameters
    ----------
    posterior
        Of a weak label: how sure the label model is of it, in [0, 1]; None of a coder's.
    speaker_type
        As the extractor has it; None where it did not find this speaker.
    """

    statement_id: str
    article_id: str
    story_id: str
    text: str
    context: str
    title: str
    target: str
    speaker: str | None = None
    label: str | None = None
    coder: str | None = None
    coder_type: Literal["human", "model", "weak"] | None = None
    kind: str | None = None
    outlet: str | None = None
    published: str | None = None
    ambiguous: bool = False
    split: Literal["train", "dev", "test"] | None = None
    posterior: float | None = None
    speaker_type: SpeakerType | None = None

    def __post_init__(self) -> None:
        if self.label is not None and self.label not in LABELS:
            raise ValueError(f"{self.statement_id}: label {self.label!r} is not one of {', '.join(LABELS)}")


@dataclass(frozen=True, slots=True)
class Prediction:
    """A stance with its probabilities, in the order of ``LABELS``."""

    row_id: str
    stance: str
    probabilities: tuple[float, float, float]
    abstained: bool = False

    @property
    def confidence(self) -> float:
        """The largest probability, in [1/3, 1]."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its two-sided confidence interval and the number of items behind it."""

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one stage did: written as JSON beside its output; `why` shows it, and no stage computes from it."""

    stage: str
    counts: dict[str, int]
    dropped: dict[str, int]
    inputs: dict[str, str]
    outputs: dict[str, str]
    config_hash: str
    code_version: str
    seed: int | None
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the manifest as JSON-ready values."""
        return asdict(self)
