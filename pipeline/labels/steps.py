"""A coder's session as a state machine: a state and an event give the next state and the rows to write.

Answers are never taken back: going back writes a newer one, which counts. What has been written is enough to begin
again at the same place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.labels.corrected import spans_in
from pipeline.labels.corrections import Correction, Field, Value
from pipeline.labels.events import Back, Event, Extent, Label, NoStatement, Note, Skip, Speaker, Unclear
from pipeline.labels.gold import Gold
from pipeline.labels.items import Item, Span
from pipeline.labels.session import Answer, Session

Sheet = Literal["labels", "corrections", "marks"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What an event has led to: the next state, the rows to write, in this order, and a line to tell."""

    session: Session
    writes: tuple[tuple[Sheet, Row], ...] = ()
    told: str = ""


def step(session: Session, event: Event, *, time: str, seconds: float) -> Step:
    """Return what an event leads to.

    Parameters
    ----------
    time
        Now: ISO 8601, UTC.
    seconds
        Since the current item was first shown, or shown again.
    """
    item = session.current
    if isinstance(event, Back):
        return _back(session)
    if item is None:
        return Step(session, told="everything has an answer")
    at = _At(session, item, time, seconds)
    match event:
        case Label(label):
            return at.answer(label)
        case NoStatement():
            return at.answer(None)
        case Unclear():
            return Step(replace(session, unclear=not session.unclear))
        case Skip():
            return at.skip()
        case Note(text):
            return at.note(" ".join(text.split()))
        case Speaker(name):
            return at.name(name)
        case Extent(span):
            return at.stretch(span)


def _back(session: Session) -> Step:
    """Return to the answer before the one that is seen again, or to the last one."""
    keys = session.answered
    before = keys.index(session.revisited) if session.revisited in keys else len(keys)
    if before == 0:
        return Step(session, told="there is no earlier answer")
    key = keys[before - 1]
    return Step(replace(session, revisited=key, unclear=session.answers[key].ambiguous))


@dataclass(frozen=True, slots=True)
class _At:
    """An item at a moment, and what can be done about it."""

    session: Session
    item: Item
    time: str
    seconds: float

    def answer(self, label: str | None) -> Step:
        """Label the item, or call it no statement; where the table says otherwise, that is a correction."""
        first = Step(self.session)
        if self.item.is_term is (label is not None):
            first = self._mend("is_statement", not self.item.is_term, self.item.is_term)
        return _joined(first, replace(self, session=first.session, item=self._same(first.session))._answer(label))

    def _answer(self, label: str | None) -> Step:
        session, key = self.session, self.item.key
        earlier = session.answers.get(key)
        spent = round(self.seconds + (earlier.seconds if earlier else 0.0), 1)
        answer = Answer(label, session.unclear and label is not None, session.note, spent)
        after = replace(
            session,
            answers={**{k: a for k, a in session.answers.items() if k != key}, key: answer},
            skipped=tuple(k for k in session.skipped if k != key),
            notes={k: note for k, note in session.notes.items() if k != key},
            revisited=None,
            unclear=False,
        )
        return Step(after, (("labels", self._row(self.item, answer)),))

    def skip(self) -> Step:
        session, key = self.session, self.item.key
        onward = replace(session, revisited=None, unclear=False)
        if session.revisited is not None:
            return Step(onward, told="left as it was")
        skipped = (*(k for k in session.skipped if k != key), key)
        told = "it is the only one left" if len(session.open) == 1 else ""
        return Step(replace(onward, skipped=skipped), (("marks", self._mark("skip")),), told)

    def note(self, text: str) -> Step:
        """Keep a note: for the label to come, or with the label that is there."""
        session, key = self.session, self.item.key
        earlier = session.answers.get(key)
        if earlier is None:
            notes = {k: note for k, note in session.notes.items() if k != key} | ({key: text} if text else {})
            return Step(replace(session, notes=notes), (("marks", self._mark("note", note=text)),))
        return self._again(self.item, replace(earlier, note=text or None))

    def name(self, name: str | None) -> Step:
        if self.item.is_term:
            return Step(self.session, told="a term has no speaker; label it first")
        if name == self.item.row["speaker"]:
            return Step(self.session, told="the speaker is this one already")
        step = self._mend("speaker", self.item.row["speaker"], name)
        # Labels name the speaker, too.
        for item in step.session.items:
            answer = step.session.answers.get(item.key)
            if answer is not None and item.row["quote_id"] == self.item.row["quote_id"]:
                step = _joined(step, replace(self, session=step.session)._again(item, answer))
        return replace(step, told="the speaker is put right")

    def stretch(self, span: Span) -> Step:
        place = spans_in(self.item.article).raw_span(*span)
        if place is None or span == self.item.span:
            return Step(self.session, told="the span is this one already")
        note, answers = self.session.note, self.session.answers
        step = self._mend("span", self.item.place, place)
        new = self._same(step.session)
        if new.place == self.item.place:
            return Step(self.session, told="the quotation cannot have this span; nothing was changed")
        if note:
            step = _joined(step, replace(self, session=step.session, item=new).note(note))
        return replace(step, told="the span is put right" + ("; label it anew" if self.item.key in answers else ""))

    def _mend(self, name: Field, old: Value, new: Value) -> Step:
        """Correct a field; every item of the quotation is made again."""
        session, item = self.session, self.item
        correction = Correction(
            where=f"{session.coder}:{len(session.corrections) + 1}",
            quote_id=item.row["quote_id"],
            source=item.article.source,
            sha256=item.article.raw_sha256 or "",
            start=item.place[0],
            end=item.place[1],
            field=name,
            old=old,
            new=new,
            coder=session.coder,
            coder_type="human",
            time=self.time,
        )
        known = (*session.corrections, correction)
        items = session.stock.again(session.items, known, item.article.article_id)
        # An item seen again, or one of those skipped, stays the one that is asked.
        stays = items[session.items.index(item)].key
        after = replace(session, items=items, corrections=known)
        moves = stays != item.key
        revisited = stays if session.revisited is not None or (moves and stays in after.answers) else None
        return Step(replace(after, revisited=revisited), (("corrections", correction.as_row()),))

    def _same(self, session: Session) -> Item:
        """Return this item as a later session has it."""
        return session.items[self.session.items.index(self.item)]

    def _again(self, item: Item, answer: Answer) -> Step:
        """Write an answer that is there already once more, with something else about it changed; stay where we are."""
        answers = {**{k: a for k, a in self.session.answers.items() if k != item.key}, item.key: answer}
        return Step(replace(self.session, answers=answers), (("labels", self._row(item, answer)),))

    def _row(self, item: Item, answer: Answer) -> Row:
        """Return a row of the label file: gold, and whether the model's guess was shown."""
        source, sha256, start, end, target = item.key
        gold = Gold(
            where="",
            source=source,
            sha256=sha256,
            start=start,
            end=end,
            kind="term" if answer.label is None else item.speech,
            target=target,
            label=answer.label,
            coder=self.session.coder,
            coder_type="human",
            speaker=item.row["speaker"],
            ambiguous=answer.ambiguous,
            codebook=self.session.codebook,
            statement_id=item.row["quote_id"],
            note=answer.note,
            time=self.time,
            seconds=answer.seconds,
            replaces=" ".join(item.former) or None,
            quote=item.row["text"],
        )
        return gold.as_row() | {"guess_shown": self.session.guess_shown}

    def _mark(self, mark: str, **more: str) -> Row:
        """Return a row of the file of marks: what is not part of a label yet."""
        where = dict(zip(("source", "sha256", "start", "end", "target"), self.item.key, strict=True))
        named = {"mark": mark, "statement_id": self.item.row["quote_id"], **where, **more}
        return {**named, "coder": self.session.coder, "time": self.time}


def _joined(first: Step, second: Step) -> Step:
    return Step(second.session, first.writes + second.writes, second.told or first.told)
