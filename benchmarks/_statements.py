"""Labelled statements for training and scoring stance models, put together from data that lies in several places.

Texts are read in place: real quotations and their articles beside the project, our codings of them under
``benchmarks/annotations`` (offsets and labels, no text), invented statements in ``seeds/statements.jsonl``, debate
arguments beside the project. A row is a mapping with the columns of ``pipeline.stance.COLUMNS`` and ``id, article_id,
story_id, topic, speaker, label, ambiguous, codings``; a coding is (label, ambiguous, weight).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from _shared import ROOT, Absent, rows_of

ANNOTATIONS = ROOT / "benchmarks" / "annotations"
INVENTED = ROOT / "seeds" / "statements.jsonl"

Row = dict[str, Any]
Coding = tuple[str, bool, float]

REAL = ("news_quotes.jsonl.gz", "news_articles.jsonl.gz")
"""Files of ``real`` in the folder of the data."""
OURS = ("second_coding.jsonl", "adjudication.jsonl", "additions.jsonl")
"""Files of ``real`` in ``ANNOTATIONS``."""

_AMBIGUOUS = 0.6
"""What a coding counts that its coder called ambiguous."""
_ADJUDICATED = 2.0
"""What the third coder counts, who decides between two."""
_FOLDS, _FOLD_SEED = 5, 7
_NEAR, _NEAR_WORDS = 0.6, 6  # share of the shorter quotation's runs, and its fewest words: as in configs/label.yaml


def real(data: Path) -> dict[str, list[Row]]:
    """Return the annotated real quotations, terms aside: ``train``, ``dev``, and ``more`` from further articles.

    Labels of ``dev`` are those that came with it. Those of ``train`` are voted for by their coder and ours.
    """
    quotes, articles = (_there(data / name) for name in REAL)
    annotated = [row for row in rows_of(quotes) if row["kind"] != "term"]
    ours = _codings("second_coding.jsonl", 1.0) | _codings("adjudication.jsonl", _ADJUDICATED, "adjudicated ")
    texts = {row["id"]: row for row in rows_of(articles)}
    rows = []
    for row in annotated:
        span = (row["article_id"], row["start"], row["end"])
        codings = [(row["label"], bool(row["ambiguous"]), 1.0)]
        if row["split"] == "train":
            codings += [c for kind in ("", "adjudicated ") for c in ours.get((kind, *span), ())]
        rows.append(row | {"codings": codings, "ambiguous": bool(row["ambiguous"])})
    # All at once, so that a story of two parts has one id.
    everything = placed([*rows, *_added(texts)], texts.values())
    return {part: [row for row in everything if row["split"] == part] for part in ("train", "dev", "more")}


def _there(path: Path) -> Path:
    if not path.exists():
        raise Absent(f"{path} is not here; name the folder of the data with --data, or set QUOTESTANCE_SHARED")
    return path


def _codings(name: str, weight: float, kind: str = "") -> dict[tuple[str, str, int, int], list[Coding]]:
    """Return our codings of a file by span; a span that the coder called no statement has none."""
    found = defaultdict(list)
    for row in rows_of(ANNOTATIONS / name):
        if row["label"] is not None:
            found[kind, row["article_id"], row["start"], row["end"]].append((row["label"], row["ambiguous"], weight))
    return dict(found)


def _added(texts: Mapping[str, Row]) -> list[Row]:
    """Return our own annotations of articles that came without any."""
    rows: dict[tuple[str, int, int], Row] = {}
    for coding in rows_of(ANNOTATIONS / "additions.jsonl"):
        if coding["label"] is None or coding["target"] is None:
            continue
        article_id, start, end = coding["article_id"], coding["start"], coding["end"]
        row = rows.setdefault(
            (article_id, start, end),
            {
                "id": f"{article_id}#{start}-{end}", "article_id": article_id, "start": start, "end": end,
                "topic": (texts[article_id]["topics"] or ["other"])[0], "kind": "statement", "speaker": None,
                "target": coding["target"], "split": "more", "codings": [],
            },
        )  # fmt: skip
        row["codings"].append((coding["label"], coding["ambiguous"], 1.0))
    for row in rows.values():
        row["label"] = voted(row["codings"])[0]
        row["ambiguous"] = any(ambiguous for _, ambiguous, _ in row["codings"])
    return list(rows.values())


def placed(rows: Sequence[Row], articles: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows as the pipeline sees them: its text and context of the span, and the story of its article.

    Parameters
    ----------
    rows
        With ``article_id, start, end``; offsets count in the article's text.
    articles
        With ``id, title, text``.
    """
    from pipeline.articles.cleaning import clean
    from pipeline.articles.stories import group
    from pipeline.labels.align import align
    from pipeline.labels.gold import Gold
    from pipeline.quotes import find_quotes
    from pipeline.records import Document
    from pipeline.rows import quote_row

    wanted, by_id = {row["article_id"] for row in rows}, {row["id"]: row for row in rows}
    documents = [Document(text=a["text"], source=a["id"], title=a["title"]) for a in articles if a["id"] in wanted]
    cleaned = [article for document in documents for article in clean(document).articles]
    hashes = {article.source: str(article.raw_sha256) for article in cleaned}
    # Gold has no field for our row's id; the coder's name goes through unread.
    gold = [
        Gold(
            row["id"], row["article_id"], hashes[row["article_id"]], row["start"], row["end"], row["kind"],
            row["target"] or "", row["label"], coder=row["id"], coder_type="model", ambiguous=row["ambiguous"],
        )
        for row in rows
    ]  # fmt: skip
    alignment = align(gold, [quote_row(article, q) for article in cleaned for q in find_quotes(article)], cleaned)
    stories = group(cleaned)
    return [
        by_id[str(statement.coder)]
        | {"text": statement.text, "context": statement.context, "title": statement.title}
        | {"target": statement.target, "story_id": stories[statement.article_id]}
        | {"speaker": by_id[str(statement.coder)].get("speaker") or statement.speaker}
        for statement in alignment.statements
    ]


def founding(seeds: Path) -> list[Row]:
    """Return the gold spans of the founding documents, terms aside."""
    gold = [
        row | {"id": f"gold:{number}", "article_id": row["doc"], "split": "gold", "ambiguous": bool(row["ambiguous"])}
        for number, row in enumerate(rows_of(seeds / "gold.jsonl"))
        if row["kind"] != "term"
    ]
    documents = [
        {"id": name, "title": None, "text": (seeds / name).read_text(encoding="utf-8")}
        for name in sorted({row["article_id"] for row in gold})
    ]
    rows = placed(gold, documents)
    # The digest is one document of ten articles: intervals draw articles.
    return [row | {"article_id": f"{row['article_id']}:{row.get('article') or ''}"} for row in rows]


def invented() -> list[Row]:
    """Return the statements of ``seeds/statements.jsonl``."""
    return [
        row
        | {
            "text": row["context"][row["start"] : row["end"]], "speaker": None, "ambiguous": False,
            "article_id": row["id"], "story_id": row["id"], "topic": row["domain"],
            "codings": [(row["label"], False, 1.0)],
        }
        for row in rows_of(INVENTED)
    ]  # fmt: skip


def debate(data: Path) -> list[Row]:
    """Return arguments for and against restricting something, of the sources that a shipped model may learn from."""
    return [
        {
            "id": row["id"], "text": row["text"], "context": "", "title": "", "target": row["restricted_target"],
            "topic": row["restricted_target"], "speaker": None, "label": row["label"], "ambiguous": False,
            "article_id": row["id"], "story_id": row["topic"], "codings": [(row["label"], False, 1.0)],
        }
        for row in rows_of(_there(data / "restriction_stance.jsonl.gz"))
        if row["shippable"] and row["label"] != "neutral"
    ]  # fmt: skip


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of ids and labels, whatever the order of the rows: it tells rows apart and holds no text."""
    from pipeline.files import sha256_text

    return sha256_text("".join(sorted(f"{row['id']}\t{row['label']}\n" for row in rows)))


def files(data: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that ``real`` reads, by name."""
    from pipeline.files import sha256_file

    return {path.name: sha256_file(path) for path in (*map(data.joinpath, REAL), *map(ANNOTATIONS.joinpath, OURS))}


def voted(codings: Sequence[Coding]) -> tuple[str, list[float]]:
    """Return the label with the most votes and the share of each label, in the order of ``LABELS``.

    Examples
    --------
    >>> voted([("neutral", True, 1.0), ("pro-restriction", False, 1.0)])
    ('pro-restriction', [0.0, 0.375, 0.625])
    """
    from pipeline.records import LABELS

    votes = dict.fromkeys(LABELS, 0.0)
    for label, ambiguous, weight in codings:
        votes[label] += weight * (_AMBIGUOUS if ambiguous else 1.0)
    total = sum(votes.values())
    return max(votes, key=lambda label: votes[label]), [votes[label] / total for label in LABELS]


def held_out(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows to fit on, and a story-grouped fifth for early stopping, calibration and choices."""
    stories = sorted({row["story_id"] for row in rows})
    random.Random(_FOLD_SEED).shuffle(stories)
    kept = set(stories[::_FOLDS])
    return [row for row in rows if row["story_id"] not in kept], [row for row in rows if row["story_id"] in kept]


def apart_from(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """Return the rows without those of a story of ``others``, or whose quotation is nearly one of theirs."""
    from pipeline import similarity

    stories = {row["story_id"] for row in others}
    rows = [row for row in rows if row["story_id"] not in stories]
    texts = [row["text"] for row in [*others, *rows]]
    first = len(others)
    near = {b - first for a, b in similarity.near_duplicates(texts, _NEAR, min_words=_NEAR_WORDS) if a < first <= b}
    return [row for index, row in enumerate(rows) if index not in near]


def columns(rows: Sequence[Mapping[str, Any]], *more: str) -> dict[str, list[Any]]:
    """Return the columns that models read, and those named."""
    from pipeline.stance import COLUMNS

    return {name: [row[name] for row in rows] for name in (*COLUMNS, *more)}
