"""Corrections applied to the quote rows of an article, the same way after extraction and while annotating."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.labels.align import cut
from pipeline.labels.corrections import Correction, Field, Value
from pipeline.records import Article, Reject

Row = dict[str, Any]
Place = tuple[int, int]

STALE = {
    "quote-not-found": "the article has no quotation there any more; look at it again, or delete the line",
    "old-differs": "the quotation says something else than the value corrected; look at it again, or delete the line",
    "no-such-span": "the corrected span lies in text that cleaning dropped; mend or delete the line",
    "span-taken": "another quotation of the article has just this span; delete the line",
    "article-changed": "the text of this source is another one now; look at it again, or delete the line",
}
"""Reasons why a correction is not applied, and what to do."""

_ABOUT_SPEAKER = ("speaker_type", "speaker_role", "speaker_affiliation", "speaker_id")
_NO_MENTION = dict.fromkeys(("speaker_mention", "speaker_start", "speaker_end", "raw_speaker_start", "raw_speaker_end"))
_NO_CUE = dict.fromkeys(("cue", "cue_start", "cue_end", "raw_cue_start", "raw_cue_end"))
_NO_CONTENT = dict.fromkeys(("content_start", "content_end", "raw_content_start", "raw_content_end"))
_NOBODY = dict.fromkeys(("speaker", *_ABOUT_SPEAKER, "speaker_confidence")) | _NO_MENTION


@dataclass(frozen=True, slots=True)
class Rules:
    """What extraction knows and corrections need.

    Parameters
    ----------
    kind_of
        From the text of a quotation in marks to ``direct`` or ``mixed``.
    id_of
        From a speaker's name to its id, or None.
    """

    kind_of: Callable[[str], str]
    id_of: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rows of an article after correction.

    Parameters
    ----------
    rows
        In the order in which they were given.
    former
        Of each row, the ids that it had under other spans.
    unplaced
        Corrections whose quotation is not among the rows.
    counts
        ``applied``, ``known`` (the row says so already), ``conflicts`` (fields for which coders' corrections differ).
    """

    rows: list[Row]
    former: list[tuple[str, ...]]
    rejects: list[Reject]
    unplaced: list[Correction]
    counts: Counter[str]


def reject(correction: Correction, reason: str) -> Reject:
    """Return a correction that is not applied, for one of the reasons in ``STALE``."""
    file, _, line = correction.where.rpartition(":")
    message = f"{correction.field} of {correction.quote_id}: {STALE[reason]}"
    return Reject(file, f"L{line}", reason, message, f"{correction.old!r} -> {correction.new!r} {correction.coder}")


def spans_in(article: Article) -> Article:
    """Return the article with offsets in the text that stand-off rows name; of a page, the extracted text."""
    return article if article.has_raw else replace(article, has_raw=True)


@dataclass(slots=True)
class _Draft:
    """A quotation with the values that its fields have had, the present one last."""

    row: Row
    values: dict[Field, list[Value]]
    clean: Place
    said: dict[Field, dict[str, Value]] = field(default_factory=lambda: defaultdict(dict))

    def now(self, name: Field) -> Value:
        return self.values[name][-1]

    @property
    def conflicts(self) -> int:
        return sum(len(set(by_coder.values())) > 1 for by_coder in self.said.values())


class _Drafts:
    """The quotations of one article, found by id or place, also by those that corrections gave them."""

    def __init__(self, article: Article, rows: Sequence[Row]) -> None:
        self.article, self.raw = article, spans_in(article)
        self.rejects: list[Reject] = []
        self.counts: Counter[str] = Counter()
        self.each: list[_Draft] = []
        self.of: list[_Draft] = []
        self._by_id: dict[str, _Draft] = {}
        self._by_place: dict[Place, _Draft] = {}
        for row in rows:
            # A scored table has a row a target; what is corrected is the quotation.
            if row["quote_id"] not in self._by_id:
                self._add(row)
            self.of.append(self._by_id[row["quote_id"]])

    def _add(self, row: Row) -> None:
        place = self.raw.raw_span(row["start"], row["end"]) or (row["start"], row["end"])
        values: dict[Field, list[Value]] = {"speaker": [row["speaker"]], "span": [place]}
        draft = _Draft(row, values | {"is_statement": [bool(row["is_statement"])]}, (row["start"], row["end"]))
        self._by_id[row["quote_id"]] = self._by_place[place] = draft
        self.each.append(draft)

    def find(self, correction: Correction) -> _Draft | None:
        return self._by_id.get(correction.quote_id) or self._by_place.get(correction.place)

    def take(self, draft: _Draft, correction: Correction) -> None:
        """Take a correction in; an older one of the same field is overruled."""
        name, seen = correction.field, draft.values[correction.field]
        if correction.new == seen[-1]:
            self.counts["known"] += 1
        elif correction.old not in seen:
            self.rejects.append(reject(correction, "old-differs"))
            return
        elif isinstance(correction.new, tuple) and (fault := self._fault(draft, correction.new)):
            self.rejects.append(reject(correction, fault))
            return
        else:
            self.counts["applied"] += 1
            seen.append(correction.new)
        draft.said[name][correction.coder] = correction.new

    def _fault(self, draft: _Draft, wanted: Place) -> str | None:
        """Return why a quotation cannot get a span; where it can, it has it from now on."""
        clean = self.article.clean_span(*wanted)
        if clean is None:
            return "no-such-span"
        own = cut(self.article, *clean)["quote_id"]
        if self._by_id.get(own, draft) is not draft:
            return "span-taken"
        self._by_id[own] = self._by_place[wanted] = draft
        draft.clean = clean
        return None

    def former(self, draft: _Draft, own: str) -> tuple[str, ...]:
        return tuple(known for known, found in self._by_id.items() if found is draft and known != own)


def correct(
    article: Article, rows: Sequence[Mapping[str, Any]], given: Iterable[Correction], rules: Rules
) -> Corrected:
    """Return the rows of an article with corrections applied.

    A correction fits if its ``old`` is what the row says, or what an earlier correction made of it. Of those that fit
    the newest holds.

    Parameters
    ----------
    rows
        Of the quote table, all of this article; a row a quotation and target.
    given
        Corrections of this article, the newest last.
    """
    drafts = _Drafts(article, [dict(row) for row in rows])
    unplaced = []
    for correction in given:
        draft = drafts.find(correction)
        if draft is None:
            unplaced.append(correction)
        else:
            drafts.take(draft, correction)
    writer = _Writer(article, [draft.row for draft in drafts.of], rules)
    made = [writer.write(dict(row), draft) for row, draft in zip(rows, drafts.of, strict=True)]
    renamed = {row["quote_id"]: new["quote_id"] for row, new in zip(rows, made, strict=True)}
    for row in made:
        row["utterance_id"] = renamed.get(row["utterance_id"], row["utterance_id"])
    former = [drafts.former(draft, row["quote_id"]) for draft, row in zip(drafts.of, made, strict=True)]
    drafts.counts["conflicts"] = sum(draft.conflicts for draft in drafts.each)
    return Corrected(made, former, drafts.rejects, unplaced, drafts.counts)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes what was decided into rows."""

    article: Article
    rows: Sequence[Row]
    rules: Rules

    def write(self, row: Row, draft: _Draft) -> Row:
        """Return a row with the values of its draft."""
        if draft.clean != (row["start"], row["end"]):
            row |= self._span(row, *draft.clean)
        if draft.now("is_statement") != draft.values["is_statement"][0]:
            row |= self._nature(row, bool(draft.now("is_statement")))
        if draft.now("speaker") != row["speaker"] and row["is_statement"]:
            row |= self._speaker(draft.now("speaker"))
        return row

    def _raw(self, start: int, end: int) -> tuple[int | None, int | None]:
        return self.article.raw_span(start, end) or (None, None)

    def _span(self, row: Row, start: int, end: int) -> Row:
        made = cut(self.article, start, end)
        raw = self._raw(start, end)
        marked = row["kind"] in ("direct", "mixed") and row["is_statement"]
        return {
            **made,
            "raw_start": raw[0],
            "raw_end": raw[1],
            "kind": self.rules.kind_of(made["text"]) if marked else row["kind"],
            "region": self.article.region(start),
            **self._content(row, start, end),
        }

    def _content(self, row: Row, start: int, end: int) -> Row:
        """Return the content of a new span: the span, and what was attributed with the old one beyond it."""
        if row["content_start"] is None:
            return _NO_CONTENT
        if (row["content_start"], row["content_end"]) != (row["start"], row["end"]):
            start, end = min(start, row["content_start"]), max(end, row["content_end"])
        raw = self._raw(start, end)
        return dict(zip(_NO_CONTENT, (start, end, *raw), strict=True))

    def _nature(self, row: Row, is_statement: bool) -> Row:
        if not is_statement:
            return {"is_statement": False, **_NOBODY, **_NO_CUE, **_NO_CONTENT}
        own = (row["start"], row["end"], row["raw_start"], row["raw_end"])
        return {"is_statement": True, **dict(zip(_NO_CONTENT, own, strict=True))}

    def _speaker(self, name: Value) -> Row:
        """Return what the table says of a speaker: as beside the same name elsewhere in the article, else little."""
        if not isinstance(name, str):
            return dict(_NOBODY)
        known = next((row for row in self.rows if row["speaker"] == name), None)
        about = {column: known[column] for column in _ABOUT_SPEAKER} if known else dict.fromkeys(_ABOUT_SPEAKER)
        about["speaker_id"] = about["speaker_id"] or self.rules.id_of(name)
        return {**_NO_MENTION, "speaker": name, **about, "speaker_confidence": 1.0}
