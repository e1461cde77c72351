"""What is shown of an article: its paragraphs in runs, its quotations by number, its speakers by letter."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.highlight.runs import Mark, Part, Run, runs
from pipeline.records import Article, Region

Row = Mapping[str, Any]

_UNPRINTABLE = {
    code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)) if chr(code) not in "\t\n"
}
"""Control characters could steer a terminal, and halves of characters fit into no file; one for one, for offsets."""

_BREAK = re.compile(r"\n{2,}")
_PARTS: tuple[tuple[Part, str, str], ...] = (
    ("quote", "start", "end"),
    ("content", "content_start", "content_end"),
    ("speaker", "speaker_start", "speaker_end"),
    ("cue", "cue_start", "cue_end"),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of an article.

    Parameters
    ----------
    index
        Counts the speakers from 0, in the order in which their quotations come.
    facts
        Type, role and affiliation, as far as they are known.
    numbers
        Of the speaker's quotations.
    """

    index: int
    name: str
    facts: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def letter(self) -> str:
        """A, B … Z, AA, AB …: tells speakers apart without colour."""
        rest, letters = self.index, ""
        while rest >= 0:
            rest, digit = divmod(rest, 26)
            letters, rest = chr(ord("A") + digit) + letters, rest - 1
        return letters


@dataclass(frozen=True, slots=True)
class Piece:
    """One quotation of an article.

    Parameters
    ----------
    number
        Counts the quotations from 1, in the order of the text.
    row
        Its row of the quote table.
    voice
        Who says it; None where nobody does, or nobody is known to.
    first
        Number of the utterance's first piece; None where the utterance has no other piece.
    """

    number: int
    row: Row
    voice: Voice | None
    first: int | None

    @property
    def is_term(self) -> bool:
        """Whether this is a term, a name or a title, and no statement."""
        return not self.row["is_statement"]

    @property
    def label(self) -> str:
        """The number, with the speaker's letter; ``t`` stands for a term."""
        return f"{self.number}{'t' if self.is_term else self.voice.letter if self.voice else ''}"

    @property
    def kind(self) -> str:
        """The kind of reported speech; a term has none."""
        return "term" if self.is_term else printable(self.row["kind"])

    @property
    def region(self) -> str:
        """The region that it stands in; empty for the body."""
        return "" if self.row["region"] == "body" else printable(self.row["region"])

    @property
    def confidence(self) -> str | None:
        """How sure the speaker is, with two decimals."""
        value = self.row["speaker_confidence"]
        return None if value is None else f"{value:.2f}"

    @property
    def summary(self) -> str:
        """One line on who says it, how, and how sure that is."""
        who = ", ".join((self.voice.name, *self.voice.facts)) if self.voice else "no speaker"
        cue, sure = self.row["cue"], self.confidence
        parts = [
            f"{self.number}: {who}",
            self.kind,
            f"cue “{printable(cue)}”" if cue else "",
            f"confidence {sure}" if sure else "",
            self.region,
            f"one utterance with {self.first}" if self.first and self.first != self.number else "",
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its region, and its runs in order."""

    region: Region
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class View:
    """An article as it is shown: ``text`` is the article's, without what cannot be shown."""

    article: Article
    text: str
    pieces: tuple[Piece, ...]
    voices: tuple[Voice, ...]
    paragraphs: tuple[Paragraph, ...]

    @cached_property
    def heading(self) -> Paragraph | None:
        """The paragraph that repeats the title, marks included; None where the text has none."""
        wanted = _plain(self.article.title or "")
        heads = [p for p in self.paragraphs if p.region == "headline"]
        return next(
            (p for p in heads if wanted and _plain(self.text[p.runs[0].start : p.runs[-1].end]) == wanted), None
        )

    @property
    def title(self) -> str:
        """The title, or else the source's name."""
        return printable(self.article.title or self.article.source)

    @property
    def origin(self) -> str:
        """Outlet, date and source, as far as they are known."""
        known = (self.article.outlet, self.article.published, self.article.source if self.article.title else None)
        return ", ".join(printable(part) for part in known if part)

    @property
    def marks(self) -> set[Mark]:
        """All marks of the paragraphs."""
        return {mark for paragraph in self.paragraphs for run in paragraph.runs for mark in run.marks}

    def piece(self, number: int) -> Piece:
        """Return a quotation by its number."""
        return self.pieces[number - 1]

    def words(self, run: Run) -> str:
        """Return the text of a run."""
        return self.text[run.start : run.end]


def printable(text: str) -> str:
    r"""Return a text of the same length in which nothing steers a terminal or breaks a file.

    Examples
    --------
    >>> printable("\x1b[31mred") == "\ufffd[31mred"
    True
    """
    return text.translate(_UNPRINTABLE)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def view(article: Article, rows: Iterable[Row]) -> View:
    """Return what is shown of an article.

    Parameters
    ----------
    rows
        The article's rows of the quote table (keys: ``rows.QUOTE_COLUMNS``), in any order.

    Raises
    ------
    ValueError
        If a span does not lie in the article's text.
    """
    # A row a quotation and target: the quotation is shown once.
    once = {row["quote_id"]: row for row in rows}.values()
    ordered = sorted(once, key=lambda row: (row["start"], -row["end"]))
    voices = _voices(ordered)
    by_number = {number: voice for voice in voices for number in voice.numbers}
    utterances = Counter(row["utterance_id"] for row in ordered)
    firsts: dict[str, int] = {}
    pieces = []
    for number, row in enumerate(ordered, start=1):
        first = firsts.setdefault(row["utterance_id"], number)
        several = utterances[row["utterance_id"]] > 1
        pieces.append(Piece(number, row, by_number.get(number), first if several else None))
    paragraphs = _paragraphs(article, _marks(ordered))
    return View(article, printable(article.text), tuple(pieces), voices, paragraphs)


def _voices(rows: Sequence[Row]) -> tuple[Voice, ...]:
    """Return the speakers, in the order in which they come; one person is one speaker under any id."""
    said: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(rows, start=1):
        if row["speaker"]:
            said.setdefault(row["speaker_id"] or _plain(row["speaker"]), []).append((number, row))
    return tuple(
        Voice(index, printable(found[0][1]["speaker"]), _facts([row for _, row in found]), tuple(n for n, _ in found))
        for index, found in enumerate(said.values())
    )


def _facts(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return what the rows of one speaker tell of it, each column from the first row that has it."""
    columns = ("speaker_type", "speaker_role", "speaker_affiliation")
    known = (next((row[column] for row in rows if row[column]), None) for column in columns)
    return tuple(printable(fact) for fact in known if fact)


def _marks(rows: Sequence[Row]) -> list[Mark]:
    """Return the marks of all quotations; a span that several of them share is one mark."""
    numbers: defaultdict[tuple[int, int, Part], list[int]] = defaultdict(list)
    for number, row in enumerate(rows, start=1):
        for part, start, end in _PARTS:
            own = part == "content" and (row[start], row[end]) == (row["start"], row["end"])
            if row[start] is not None and not own:
                numbers[row[start], row[end], part].append(number)
    return [Mark(start, end, part, tuple(of)) for (start, end, part), of in numbers.items()]


def _paragraphs(article: Article, marks: Sequence[Mark]) -> tuple[Paragraph, ...]:
    breaks = [match.span() for match in _BREAK.finditer(article.text)]
    bounds = [0, *(offset for pair in breaks for offset in pair), len(article.text)]
    texts = [(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if article.text[a:b].strip()]
    found: list[Paragraph] = []
    waiting = iter(runs(len(article.text), marks, bounds))
    for start, end in texts:
        inside: list[Run] = []
        for run in waiting:
            if run.start >= start:
                inside.append(run)
            if run.end >= end:
                break
        found.append(Paragraph(article.region(start), tuple(inside)))
    return tuple(found)
