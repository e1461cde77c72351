"""What a coder is asked: the statements of a quote table, each toward one target, as corrected so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.labels.corrected import Rules, correct, spans_in
from pipeline.labels.corrections import Correction
from pipeline.labels.places import Predicted, Row, article_of, context_span, predicted, speech
from pipeline.records import Article

Span = tuple[int, int]
Key = tuple[str, str, int, int, str]
"""What a label names: source, hash of its text, place there, target."""

CONTEXTS = 3
"""Amounts of context: as the models read it, with the paragraphs beside it, the whole article."""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement toward one target.

    Parameters
    ----------
    row
        Of the quote table, corrected.
    place
        The quotation in the decoded source text; of a page, in the extracted text.
    former
        Ids that the quotation had before its span was corrected.
    """

    article: Article = field(repr=False)
    row: Row
    place: Span
    target: str
    former: tuple[str, ...] = ()
    guess: Predicted | None = None

    @property
    def key(self) -> Key:
        """What labels of this item name."""
        return (self.article.source, self.article.raw_sha256 or "", *self.place, self.target)

    @property
    def span(self) -> Span:
        """The quotation in the cleaned text."""
        return self.row["start"], self.row["end"]

    @property
    def speech(self) -> str:
        """The codebook's kind of the quotation, read as speech: ``statement`` or ``fragment``."""
        return speech(self.row)

    @property
    def is_term(self) -> bool:
        """Whether it is taken for a term, and no statement."""
        return not self.row["is_statement"]

    def around(self, level: int) -> Span:
        """Return the span of the cleaned text that is shown, of an amount of context from 0 to ``CONTEXTS`` - 1."""
        text, (start, end) = self.article.text, self.span
        if level >= CONTEXTS - 1:
            return 0, len(text)
        low, high = context_span(self.row, self.article) or (start, end)
        if level == 0:
            return low, high
        # To the paragraph before the one that the quotation begins in, and behind the one that it ends in.
        before, behind = text.rfind("\n\n", 0, low), text.find("\n\n", high)
        left = text.rfind("\n\n", 0, max(before, 0)) if before >= 0 else -1
        right = text.find("\n\n", behind + 2) if behind >= 0 else -1
        return (left + 2 if left >= 0 else 0), (right if right >= 0 else len(text))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An item before corrections: a row of an article, and what it is to be coded toward."""

    article_id: str
    index: int
    target: str
    guess: Predicted | None


_Found = tuple[str, int, Row]
"""A row with its article and its index there."""


@dataclass(frozen=True)
class Stock:
    """The rows of a table with their articles, and which of them are asked, in order."""

    articles: Mapping[str, Article]
    rows: Mapping[str, Sequence[Row]]
    wanted: tuple[_Wanted, ...]
    rules: Rules

    def items(self, corrections: Sequence[Correction] = ()) -> tuple[Item, ...]:
        """Return all items, as corrected."""
        blank: tuple[Item | None, ...] = (None,) * len(self.wanted)
        return self._made(blank, corrections, {wanted.article_id for wanted in self.wanted})

    def again(self, items: Sequence[Item], corrections: Sequence[Correction], article_id: str) -> tuple[Item, ...]:
        """Return the items with those of one article made again, after a correction there."""
        return self._made(items, corrections, {article_id})

    def _made(
        self, items: Sequence[Item | None], corrections: Sequence[Correction], articles: set[str]
    ) -> tuple[Item, ...]:
        made = {article_id: self._corrected(article_id, corrections) for article_id in sorted(articles)}
        return tuple(
            item
            if item and wanted.article_id not in made
            else self._item(wanted, *made[wanted.article_id][wanted.index])
            for wanted, item in zip(self.wanted, items, strict=True)
        )

    def _corrected(self, article_id: str, corrections: Sequence[Correction]) -> list[tuple[Row, tuple[str, ...]]]:
        article, rows = self.articles[article_id], self.rows[article_id]
        own = [c for c in corrections if (c.source, c.sha256) == (article.source, article.raw_sha256)]
        if not own:
            return [(row, ()) for row in rows]
        found = correct(article, rows, own, self.rules)
        return list(zip(found.rows, found.former, strict=True))

    def _item(self, wanted: _Wanted, row: Row, former: tuple[str, ...]) -> Item:
        article = self.articles[wanted.article_id]
        place = spans_in(article).raw_span(row["start"], row["end"]) or (row["start"], row["end"])
        return Item(article, row, place, wanted.target, former, wanted.guess)


def take_stock(
    rows: Sequence[Row],
    articles: Iterable[Article],
    rules: Rules,
    *,
    target: str | None = None,
    queue: Sequence[tuple[str, str | None]] | None = None,
    guesses: bool = False,
    limit: int | None = None,
) -> tuple[Stock, Counter[str]]:
    """Return what there is to ask, and what was left out, by reason.

    Parameters
    ----------
    rows
        Of the quote table or the scored table.
    articles
        Those beside it.
    target
        Every statement is coded toward it; None takes the targets of the queue, else those of the rows.
    queue
        Ids and targets of the statements to ask, in order; None asks for all but terms, in the order of the table.
    guesses
        Keep the model's stance of each row.
    limit
        The first so many; None takes all.

    Raises
    ------
    InputError
        If a row's article is missing, or is not the one that the row was made from.
    """
    by_id = {article.article_id: article for article in articles}
    grouped: dict[str, list[Row]] = defaultdict(list)
    places: dict[str, list[_Found]] = defaultdict(list)
    for row in rows:
        article_of(row, by_id)
        own = grouped[row["article_id"]]
        places[row["quote_id"]].append((row["article_id"], len(own), row))
        own.append(row)
    dropped: Counter[str] = Counter()
    wanted: dict[tuple[str, str], _Wanted] = {}
    for quote_id, named in [(quote_id, None) for quote_id in places] if queue is None else queue:
        found = places.get(quote_id)
        if found is None:
            dropped["not-in-table"] += 1
        elif queue is None and not found[0][2]["is_statement"]:
            dropped["term"] += 1
        else:
            asked = list(_toward(found, target or named, guesses))
            dropped["no-target"] += not asked
            for item in asked:
                wanted.setdefault((quote_id, item.target), item)
    return Stock(by_id, grouped, tuple(wanted.values())[:limit], rules), +dropped


def _toward(found: Sequence[_Found], target: str | None, guesses: bool) -> Iterator[_Wanted]:
    """Yield what is asked of one quotation, whose rows differ in their targets."""
    targets = [target] if target else list(dict.fromkeys(row["target"] for _, _, row in found if row["target"]))
    for name in targets:
        article_id, index, row = next((entry for entry in found if entry[2]["target"] == name), found[0])
        known = guesses and row["target"] == name
        yield _Wanted(article_id, index, name, predicted(row) if known else None)
