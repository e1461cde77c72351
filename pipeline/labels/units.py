"""Units of coding: statements as coders see them, each toward one target, with the labels that it has already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.labels.align import Aligner, unplaced
from pipeline.labels.gold import Gold
from pipeline.labels.places import Place, Predicted, Row, article_of, context_span, place, predicted
from pipeline.records import Article, Reject


@dataclass(frozen=True, slots=True)
class Unit:
    """One statement toward one target.

    Parameters
    ----------
    marked
        The quotation inside ``context``, half-open.
    target
        Empty for a term that has none.
    speaker
        As extracted; each coder may have corrected it.
    coded
        The labels that it has, one a coder.
    predicted
        None where no prediction is shown.
    """

    place: Place
    context: str
    marked: tuple[int, int]
    target: str
    speaker: str | None = None
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    coded: tuple[Gold, ...] = ()
    predicted: Predicted | None = None

    @property
    def quote(self) -> str:
        """The quotation as the context has it."""
        return self.context[slice(*self.marked)]

    @property
    def named(self) -> str | None:
        """The speaker as the first coder who says it has it, else as extracted."""
        return next((gold.speaker for gold in self.coded if gold.speaker), self.speaker)


@dataclass(frozen=True, slots=True)
class Units:
    """Units in the order of their articles, what could not become one, and the counts of both."""

    units: tuple[Unit, ...]
    rejects: tuple[Reject, ...]
    counts: dict[str, int]


def in_context(article: Article, row: Row) -> tuple[str, tuple[int, int]]:
    """Return a quotation's context and the span of the quotation in it."""
    start, end, context = row["start"], row["end"], row["context"] or ""
    if span := context_span(row, article):
        return context, (start - span[0], end - span[0])
    text = article.text[start:end]
    at = context.find(text)
    return (context, (at, at + len(text))) if at >= 0 else (text, (0, len(text)))


@dataclass(slots=True)
class _Maker:
    """Makes units of the rows of one table."""

    articles: Mapping[str, Article]
    targets: Sequence[str]
    terms: bool
    predictions: bool
    rows: dict[str, dict[str | None, Row]] = field(default_factory=dict)
    coded: dict[str, dict[str, list[Gold]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    rejects: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def read(self, rows: Iterable[Row]) -> None:
        for row in rows:
            article_of(row, self.articles)
            self.rows.setdefault(row["quote_id"], {}).setdefault(row["target"], row)

    def place_gold(self, gold: Iterable[Gold], rows: Iterable[Row]) -> None:
        """Sort annotations by statement and target; what the extractor missed gets a row."""
        by_source: dict[str, list[Article]] = defaultdict(list)
        for article in self.articles.values():
            by_source[article.source].append(article)
        aligner = Aligner(by_source)
        aligner.index(rows)
        for annotation in gold:
            found = aligner.locate(annotation)
            if isinstance(found, str):
                self.rejects.append(unplaced(annotation, found))
                continue
            row = aligner.quote_at(*found)
            article = found[0]
            known = {"target": None, "title": article.title, "outlet": article.outlet, "published": article.published}
            self.rows.setdefault(row["quote_id"], {None: {**known, **row}})
            self.coded[row["quote_id"]][annotation.target].append(annotation)

    def units(self, quote_id: str) -> Iterator[Unit]:
        """Yield the units of one quotation, one a target."""
        rows, coded = self.rows[quote_id], self.coded.get(quote_id, {})
        first = next(iter(rows.values()))
        targets = self.targets or [*coded] or [target for target in rows if target]
        self.counts["other_target"] += sum(len(found) for target, found in coded.items() if target not in targets)
        spot = place(first, self.articles)
        for target in targets or [""]:
            found = coded.get(target, [])
            if not self.terms and all(gold.kind == "term" for gold in found) and (found or spot.term):
                self.counts["terms"] += 1
            elif not target and not spot.term and not found:
                self.counts["no_target"] += 1
                self.rejects.append(_no_target(first))
            else:
                yield self._unit(spot, rows.get(target), first, target, found)

    def _unit(self, spot: Place, scored: Row | None, row: Row, target: str, found: Sequence[Gold]) -> Unit:
        context, marked = in_context(self.articles[row["article_id"]], row)
        return Unit(
            place=spot,
            context=context,
            marked=marked,
            target=target,
            speaker=row.get("speaker"),
            title=row.get("title"),
            outlet=row.get("outlet"),
            published=row.get("published"),
            coded=tuple(found),
            predicted=predicted(scored) if self.predictions and scored is not None else None,
        )


def _no_target(row: Row) -> Reject:
    message = f"{row['quote_id']}: has no target; name one with --target"
    return Reject(row["source"], row["quote_id"], "no-target", message, row["text"])


def make_units(
    rows: Sequence[Row],
    articles: Iterable[Article],
    *,
    gold: Sequence[Gold] = (),
    targets: Sequence[str] = (),
    terms: bool = False,
    predictions: bool = False,
) -> Units:
    """Return the units of a quote table.

    Parameters
    ----------
    rows
        Of the quote table or the scored table.
    articles
        Those beside it.
    gold
        Labels that are there already. What the extractor missed becomes a unit, too; what it took for a term is one
        where a coder says otherwise, and the other way round.
    targets
        Each statement is a unit for each of these; without them, for those of its gold, else for those of the table.
    terms
        Whether terms become units.
    predictions
        Whether the rows' stances are kept.

    Raises
    ------
    InputError
        If the articles are not those of the table.
    LabelError
        If an article has changed since it was annotated.
    """
    maker = _Maker({article.article_id: article for article in articles}, targets, terms, predictions)
    maker.read(rows)
    if gold:
        maker.place_gold(gold, rows)
    order = {article_id: number for number, article_id in enumerate(maker.articles)}
    firsts = {quote_id: next(iter(found.values())) for quote_id, found in maker.rows.items()}
    wanted = sorted(firsts, key=lambda quote_id: (order[firsts[quote_id]["article_id"]], firsts[quote_id]["start"]))
    units = tuple(unit for quote_id in wanted for unit in maker.units(quote_id))
    return Units(units, tuple(maker.rejects), {"quotes": len(maker.rows), **maker.counts})
