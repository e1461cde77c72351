"""From paths to articles and the rows of their quotes, one article at a time; shared by ingest and score."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pipeline.addresses import plain
from pipeline.articles.cleaning import clean
from pipeline.articles.readers import ReadOptions, read
from pipeline.articles.sources import STDIN
from pipeline.articles.topics import TopicFinder
from pipeline.config import ReadingConfig, Topic
from pipeline.config_files import model_folders
from pipeline.encodings import escaped
from pipeline.errors import InputError, RecordError
from pipeline.files import atomic_path
from pipeline.quotes import QuoteOptions, find_quotes
from pipeline.quotes.tagger import Tagger
from pipeline.records import Article, Document, Reject
from pipeline.rows import quote_row
from pipeline.stages.correction import Corrector
from pipeline.stages.identities import Identities

_DROPPED = "dropped:"

Naming = Callable[[Article], Article]
"""Gives an article its id; a ``RecordError`` rejects it."""


def _as_it_is(article: Article) -> Article:
    return article


class RejectLog:
    """Counts rejects by reason and hands each on.

    Parameters
    ----------
    keep
        Writes a reject to the rejects file.
    strict
        Make the first reject an ``InputError``.
    """

    def __init__(self, keep: Callable[[Reject], None], *, strict: bool = False) -> None:
        self._keep, self._strict = keep, strict
        self.first: Reject | None = None
        self.reasons: Counter[str] = Counter()

    def __call__(self, reject: Reject) -> None:
        """Take in one reject."""
        if self._strict:
            raise InputError(f"{_place(reject)}: {reject.message} (with --strict every reject is an error)")
        self.first = self.first or reject
        self.reasons[reject.reason] += 1
        self._keep(reject)

    def check(self, articles: int, max_share: float) -> None:
        """Raise ``InputError`` where no article could be read, or more than the share of all records was rejected."""
        rejected = self.reasons.total()
        if self.first is None or (articles and rejected <= max_share * (articles + rejected)):
            return
        if not articles:
            others = f" (and {rejected - 1} more rejects)" if rejected > 1 else ""
            raise InputError(f"nothing could be read; {self.example}{others}")
        found = f"{rejected} rejects to {articles} articles"
        raise InputError(f"{found}, more than max_reject_share={max_share:g} allows; {self.example}")

    @property
    def example(self) -> str:
        """The first reject, its place and what is wrong; empty where there is none."""
        return f"{_place(self.first)}: {self.first.message}" if self.first else ""


def _place(reject: Reject) -> str:
    return f"{reject.file}:{reject.position}" if reject.position else reject.file


def read_options(config: ReadingConfig) -> ReadOptions:
    """Return the limits and column names for the readers."""
    return ReadOptions(
        columns={str(field): name for field, name in config.columns.items()},
        max_document_bytes=int(config.max_document_mb * (1 << 20)),
        html_seconds=config.html_seconds,
        max_members=config.max_members,
        max_unpacked_bytes=int(config.max_unpacked_mb * (1 << 20)),
        max_ratio=config.max_ratio,
    )


def quote_options(config: ReadingConfig) -> QuoteOptions:
    """Return what to look for in each article, with the tagger where indirect speech is wanted.

    Raises
    ------
    ModelError
        If the tagger is missing or damaged.
    """
    folder = tagger_folder(config)
    return QuoteOptions(frozenset(config.kinds), config.min_speaker_confidence, Tagger(folder) if folder else None)


def tagger_folder(config: ReadingConfig) -> Path | None:
    """Return the folder of the tagger that is to find indirect speech; None where that is not wanted."""
    if "indirect" not in config.kinds:
        return None
    places = [config.tagger] if config.tagger else model_folders("indirect")
    return next((folder for folder in places if folder.is_dir()), places[0])


class Extractor:
    """Finds the articles of one document after another, and the rows of their quotes, targets resolved.

    Parameters
    ----------
    topics
        Debates to choose from where neither the record nor ``targets`` names one.
    targets
        Given targets; with several, each quote has a row for each of them.
    corrector
        Puts right what coders have corrected; None changes nothing.

    Raises
    ------
    ModelError
        If a tagger is asked for, and missing or damaged.
    """

    def __init__(
        self,
        config: ReadingConfig,
        topics: Sequence[Topic],
        *,
        targets: Sequence[str] = (),
        corrector: Corrector | None = None,
    ) -> None:
        self._finder = TopicFinder({topic.target: topic.aliases for topic in topics})
        self._wanted, self._default = quote_options(config), config.target
        self._targets, self._corrector = tuple(dict.fromkeys(targets)), corrector

    def articles(
        self, document: Document, reject: Callable[[Reject], None], counts: Counter[str], name: Naming = _as_it_is
    ) -> Iterator[tuple[Article, list[dict[str, Any]]]]:
        """Yield the articles of a document with their rows (``rows.quote_row``); one without any is a reject.

        Parameters
        ----------
        counts
            Gets ``documents``, ``articles``, ``quotes``, ``statements``, and ``dropped:STEP`` of each cleaning step.
        name
            Gives an article its id, or rejects it.
        """
        counts["documents"] += 1
        for article in _articles(document, name, reject, counts):
            chosen = _chosen(article, self._targets, self._finder, self._default)
            article = replace(article, target=chosen[0])
            rows = [quote_row(article, quote) for quote in find_quotes(article, self._wanted)]
            rows = self._corrector.correct(article, rows) if self._corrector else rows
            counts["articles"] += 1
            counts["quotes"] += len(rows)
            counts["statements"] += sum(row["is_statement"] for row in rows)
            yield article, [row | {"target": target} for row in rows for target in chosen]


def extract(
    paths: Sequence[str],
    config: ReadingConfig,
    topics: Sequence[Topic],
    reject: Callable[[Reject], None],
    counts: Counter[str],
    *,
    targets: Sequence[str] = (),
    corrector: Corrector | None = None,
) -> Iterator[tuple[Article, list[dict[str, Any]]]]:
    """Yield every article under the paths with the rows of its quotes, each article under an id of its own.

    Parameters
    ----------
    paths, reject
        As in ``articles.readers.read``.
    topics, counts, targets, corrector
        As in ``Extractor``.

    Raises
    ------
    InputError
        If a path is missing or a folder holds nothing to read.
    """
    extractor = Extractor(config, topics, targets=targets, corrector=corrector)
    with Identities() as identities:
        for document in read(paths, read_options(config), reject):
            yield from extractor.articles(document, reject, counts, identities.distinct)


def cleaning_counts(counts: Counter[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the counts without those of the cleaning steps, and those of the steps by name."""
    kept = {name: count for name, count in counts.items() if not name.startswith(_DROPPED)}
    steps = {f"cleaning-{name.removeprefix(_DROPPED)}": n for name, n in counts.items() if name not in kept}
    return kept, steps


def _articles(
    document: Document, name: Naming, reject: Callable[[Reject], None], counts: Counter[str]
) -> Iterator[Article]:
    """Yield the cleaned articles of a document; a document without any is a reject."""
    try:
        cleaned = clean(document)
        if not cleaned.articles:
            raise RecordError("nothing but page furniture in it; leave it out", reason="no-article")
    except RecordError as error:
        reject(_reject(document, error))
        return
    for step, count in cleaned.dropped.items():
        counts[_DROPPED + step] += count
    for article in cleaned.articles:
        try:
            yield name(article)
        except RecordError as error:
            reject(_reject(document, error))


def _reject(document: Document, error: RecordError) -> Reject:
    file = document.where or document.source.removesuffix(f"#{document.record_id}")
    return Reject(file, document.record_id, error.reason, str(error), document.text[:2000])


def _chosen(article: Article, given: Sequence[str], finder: TopicFinder, default: str | None) -> tuple[str | None, ...]:
    if article.target:
        return (article.target,)
    if given:
        return tuple(given)
    return (finder.find(article.title, article.text) or default,)


def check_apart(paths: Sequence[str], outputs: Sequence[Path], *, option: str = "--out") -> None:
    """Raise ``InputError`` where a given path is also one of the outputs, side files included."""
    given = {os.path.realpath(plain(path)) for path in paths if path != STDIN}
    for out in outputs:
        if os.path.realpath(out) in given:
            raise InputError(f"{out}: is read and would be overwritten; choose another {option}")


@contextmanager
def open_rejects(path: Path, *, strict: bool) -> Iterator[RejectLog]:
    """Yield a log that writes each reject to the file as it comes; the file appears when the block ends well."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as handle:

        def keep(reject: Reject) -> None:
            handle.write(escaped(json.dumps(asdict(reject), ensure_ascii=False)) + "\n")

        yield RejectLog(keep, strict=strict)
