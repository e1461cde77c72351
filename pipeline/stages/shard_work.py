"""What a worker does with a shard: documents, or rows scored before, to files; nothing but memory is touched."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import stance
from pipeline.articles.html import HtmlParser
from pipeline.articles.readers import parsed
from pipeline.config import ScoreConfig, Topic
from pipeline.errors import ModelError
from pipeline.executors.limits import TimeLimit
from pipeline.records import LABELS, Article, Document, Page, Reject
from pipeline.shard_files import Facts, ItemFacts, pack, unpack
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import Extractor, Naming, read_options
from pipeline.stages.identities import repeated
from pipeline.stages.scorer import Scorer
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA, article_row

_SHOWN = 2000
_SCORES = ("row_id", "stance", "p_anti", "p_neutral", "p_pro", "confidence", "abstained", "model", "stance_set")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spec:
    """What a worker needs before it can take shards.

    Parameters
    ----------
    folder
        Of the model; None where its ``files`` come along, by their paths in the folder.
    fingerprint
        Of the model that the run began with.
    reading, scoring, model
        As in ``ledger.ShardRecord``.
    """

    config: ScoreConfig
    targets: tuple[str, ...]
    topics: tuple[Topic, ...]
    folder: Path | None
    fingerprint: str
    reading: str
    scoring: str
    model: str
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """A shard to be done.

    Parameters
    ----------
    documents
        To be read; empty where ``old`` is given.
    digests
        Of the documents, in order.
    failed
        Place of a document to why it is left out: a word and a sentence.
    old
        The file of the shard as another model scored it: its quotes stay.
    probe
        Do all of it and return nothing: to see whether a document can be worked through.
    tries
        How often it was in work before.
    read
        Bytes of the input up to its end.
    """

    shard: str
    generation: int
    position: int = 0
    documents: tuple[Document | Page, ...] = ()
    digests: tuple[str, ...] = ()
    failed: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    old: bytes | None = None
    probe: int | None = None
    tries: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """The files of a shard.

    Parameters
    ----------
    articles
        None where the shard was scored again: its articles are as they were.
    seconds
        That it took.
    speakers
        Names of those who make the statements in it.
    """

    facts: Facts
    rows: bytes
    articles: bytes | None
    seconds: float
    speakers: frozenset[str]


class ShardWorker:
    """Reads, finds quotes, and scores, one shard after another.

    Raises
    ------
    ModelError
        If the model is not the one that the run began with, or damaged.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec, self._options = spec, read_options(spec.config)
        self._scorer = _scorer(spec)
        self._corrector = Corrector(spec.config.corrections)
        self._extractor = Extractor(spec.config, spec.topics, targets=spec.targets, corrector=self._corrector)
        self._limit = TimeLimit(spec.config.article_seconds)
        self._parser = HtmlParser(spec.config.html_seconds)

    def __call__(self, task: Task) -> Done | None:
        """Return the files of a shard; None of a probe."""
        began = time.perf_counter()
        with self._limit:
            done = self._again(task, task.old) if task.old is not None else self._afresh(task)
        return None if task.probe is not None else replace(done, seconds=time.perf_counter() - began)

    def close(self) -> None:
        """End the process that parses pages; needed where this one goes on."""
        self._parser.__exit__(None, None, None)

    def _afresh(self, task: Task) -> Done:
        items: list[ItemFacts] = []
        articles: list[Article] = []
        rows: list[Row] = []
        seen: set[tuple[str, str]] = set()
        for place, (document, digest) in enumerate(zip(task.documents, task.digests, strict=True)):
            self._limit.restart()
            item, found, found_rows = self._document(document, digest, task.failed.get(place), seen)
            items.append(item)
            articles += found
            rows += found_rows
        scored = self._score(rows, len(task.documents))
        spec = self._spec
        facts = Facts(
            task.shard, task.generation, task.position, spec.reading, spec.scoring, spec.model, tuple(items), 0, {}
        ).counting(scored)
        own = [article_row(replace(article, story_id=article.article_id)) for article in articles]
        return Done(facts, pack_rows(scored, facts), pack_articles(own, facts), 0.0, speakers_of(scored))

    def _document(
        self, document: Document | Page, digest: str, failed: tuple[str, str] | None, seen: set[tuple[str, str]]
    ) -> tuple[ItemFacts, list[Article], list[Row]]:
        """Return what became of a document, its articles and their rows."""
        rejects: list[Reject] = []
        counts: Counter[str] = Counter()
        articles: list[Article] = []
        rows: list[Row] = []
        names = set(seen)
        left_out: list[tuple[str, str]] = []
        self._corrector.take()  # of a document that was broken off
        if failed is None:
            try:
                whole = parsed(document, self._parser, self._options) if isinstance(document, Page) else document
                if isinstance(whole, Reject):
                    rejects.append(whole)
                else:
                    for article, found in self._extractor.articles(
                        whole, rejects.append, counts, _distinct(names, left_out)
                    ):
                        articles.append(article)
                        rows += found
            except MemoryError:
                raise
            except Exception as error:  # a fault of ours in one article is no reason to lose all others
                failed = "failed", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        corrections = self._corrector.take() if self._spec.config.corrections else {}
        if failed is None:
            seen |= names
        else:
            articles, rows, counts, corrections, left_out = [], [], Counter(documents=1), {}, []
            rejects = [_failure(document, *failed)]
        item = ItemFacts(
            digest,
            {name: count for name, count in counts.items() if count},
            tuple(asdict(reject) for reject in rejects),
            tuple((article.article_id, article.source) for article in articles),
            failed is not None,
            corrections,
            tuple(left_out),
        )
        return item, articles, rows

    def _score(self, rows: Sequence[Row], documents: int) -> list[Row]:
        scored: list[Row] = []
        # A batch may hold all of the shard, so it has the time of all.
        limit = TimeLimit(self._spec.config.article_seconds * max(documents, 1))
        size = self._spec.config.batch_rows
        for start in range(0, len(rows), size):
            limit.restart()
            scored += self._scorer.score(rows[start : start + size], self._spec.config.abstain_below)
        return scored

    def _again(self, task: Task, data: bytes) -> Done:
        old, note = unpack(data, f"shard {task.shard}")
        before = Facts.of(note)
        quotes = [{name: value for name, value in row.items() if name not in _SCORES} for row in old]
        scored = self._score(quotes, len(before.items))
        drift = {"model": before.model, "was": "".join(str(LABELS.index(row["stance"])) for row in old)}
        spec = self._spec
        facts = replace(before, scoring=spec.scoring, model=spec.model, drift=drift).counting(scored)
        return Done(facts, pack_rows(scored, facts), None, 0.0, speakers_of(scored))


def _distinct(seen: set[tuple[str, str]], left_out: list[tuple[str, str]]) -> Naming:
    """Return what lets an article through once; copies in other shards are seen when all of them are done."""

    def name(article: Article) -> Article:
        if (key := (article.article_id, article.source)) in seen:
            left_out.append(key)
            raise repeated()
        seen.add(key)
        return article

    return name


def _failure(document: Document | Page, reason: str, message: str) -> Reject:
    position = document.record_id if isinstance(document, Document) else None
    file = document.where or document.source.removesuffix(f"#{position}")
    return Reject(file, position, reason, f"{message}; try it again with --retry", document.text[:_SHOWN])


def speakers_of(rows: Sequence[Row]) -> frozenset[str]:
    """Return the names of those who make the statements among the rows."""
    return frozenset(row["speaker"] for row in rows if row["is_statement"] and row["speaker"])


def pack_rows(rows: Sequence[Row], facts: Facts) -> bytes:
    """Return the file of a shard's rows."""
    return pack(rows, SCORE_SCHEMA, facts.note())


def pack_articles(rows: Sequence[Row], facts: Facts) -> bytes:
    """Return the file of a shard's articles."""
    copies = {str(place): name for place, name in sorted(facts.copies.items())}
    note = {"shard": facts.shard, "articles": len(facts.articles), "copies": copies}
    return pack(rows, ARTICLE_SCHEMA, note | {"items": [item.digest for item in facts.items]})


def _scorer(spec: Spec) -> Scorer:
    """Return the scorer of the model that the run began with."""
    if spec.folder is not None:
        return _checked(spec.folder, spec.fingerprint)
    with tempfile.TemporaryDirectory() as temporary:
        for name, data in spec.files.items():
            path = Path(temporary, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return _checked(Path(temporary), spec.fingerprint)


def _checked(folder: Path, fingerprint: str) -> Scorer:
    scorer = Scorer(stance.load(folder), str(folder), stance.fingerprint(folder))
    if scorer.fingerprint != fingerprint:
        raise ModelError(
            f"{folder}: has changed since the run began; put the model back or start the command again: "
            "what is done stays"
        )
    return scorer
