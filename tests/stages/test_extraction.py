import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import ReadingConfig, Topic
from pipeline.errors import InputError
from pipeline.records import Article, Reject
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.extraction import RejectLog, cleaning_counts, extract

TOPICS = (
    Topic(target="Norvane in 5G networks", aliases=("Norvane",), description=""),
    Topic(target="Loopi", aliases=("Loopi",), description=""),
)
TEXT = (
    "Norvane’s masts stay for now. “We will wait for the report of the auditors,” said Ada Lindqvist of the ministry."
)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return tmp_path / "news.jsonl"


def extracted(
    path: Path, rows: list[dict[str, Any]], targets: tuple[str, ...] = (), **config: Any
) -> tuple[list[tuple[Article, list[dict[str, Any]]]], list[Reject], Counter[str]]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    rejects: list[Reject] = []
    counts: Counter[str] = Counter()
    found = extract([str(path)], ReadingConfig(**config), TOPICS, rejects.append, counts, targets=targets)
    return list(found), rejects, counts


@pytest.mark.parametrize(
    ("row", "targets", "default", "expected"),
    [
        ({"target": "own"}, ("given",), "default", ["own"]),
        ({}, ("given",), "default", ["given"]),
        ({}, ("given", "second"), "default", ["given", "second"]),
        ({}, (), "default", ["Norvane in 5G networks"]),
        ({"text": TEXT.replace("Norvane", "Harbour")}, (), "default", ["default"]),
        ({"text": TEXT.replace("Norvane", "Harbour")}, (), None, [None]),
        ({"title": "Loopi, Loopi"}, (), None, ["Loopi"]),
    ],
)
def test_the_nearest_target_wins(
    news: Path, row: dict[str, Any], targets: tuple[str, ...], default: str | None, expected: list[str | None]
) -> None:
    [(article, rows)], _, _ = extracted(news, [{"text": TEXT} | row], targets, target=default)
    assert [r["target"] for r in rows] == expected
    assert article.target == expected[0]


def test_rows_fit_the_quote_table_and_are_counted(news: Path) -> None:
    [(article, rows)], rejects, counts = extracted(news, [{"text": TEXT, "id": "n1"}])
    assert [tuple(row) for row in rows] == [QUOTE_COLUMNS]
    assert (rows[0]["source"], rows[0]["speaker"], rows[0]["article_id"]) == (
        "news.jsonl#n1",
        "Ada Lindqvist",
        article.article_id,
    )
    counted, _ = cleaning_counts(counts)
    assert (counted, rejects) == ({"documents": 1, "articles": 1, "quotes": 1, "statements": 1}, [])


def test_equal_texts_from_two_sources_have_ids_of_their_own_and_equal_records_are_rejected(news: Path) -> None:
    rows = [{"text": TEXT, "id": "a"}, {"text": TEXT, "id": "b"}, {"text": TEXT, "id": "a"}, {"text": TEXT, "id": "b"}]
    found, rejects, counts = extracted(news, rows)
    ids = [article.article_id for article, _ in found]
    assert len(set(ids)) == len(ids) == counts["articles"] == 2
    assert all(row["quote_id"].startswith(article.article_id) for article, rows in found for row in rows)
    assert [(r.file, r.position, r.reason) for r in rejects] == [
        (str(news), "a", "repeated"),
        (str(news), "b", "repeated"),
    ]


def test_an_article_keeps_its_id_when_others_come_before_it(news: Path) -> None:
    other = {"text": TEXT.replace("Ada", "Ida"), "id": "z"}
    [(alone, _)], _, _ = extracted(news, [{"text": TEXT}])
    found, _, _ = extracted(news, [other, {"text": TEXT}])
    assert found[1][0].article_id == alone.article_id


def test_a_text_of_nothing_but_furniture_is_a_reject(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.articles.cleaning import clean

    monkeypatch.setattr("pipeline.stages.extraction.clean", lambda document: replace(clean(document), articles=()))
    found, rejects, counts = extracted(news, [{"text": TEXT, "id": "n1"}])
    assert (found, counts["articles"]) == ([], 0)
    assert [(r.file, r.position, r.reason) for r in rejects] == [(str(news), "n1", "no-article")]


def reject(reason: str = "empty") -> Reject:
    return Reject("a.jsonl", "L2", reason, "no text in it")


@pytest.mark.parametrize(
    ("articles", "rejects", "share", "message"),
    [
        (0, 1, 1.0, "nothing could be read; a.jsonl:L2: no text in it"),
        (0, 3, 1.0, r"nothing could be read; a.jsonl:L2: no text in it \(and 2 more rejects\)"),
        (3, 1, 0.2, "1 rejects to 3 articles, more than max_reject_share=0.2 allows; a.jsonl:L2"),
        (3, 1, 0.25, None),
        (1, 99, 1.0, None),
        (1, 0, 0.0, None),
    ],
)
def test_too_many_rejects_are_an_error(articles: int, rejects: int, share: float, message: str | None) -> None:
    kept: list[Reject] = []
    log = RejectLog(kept.append)
    for _ in range(rejects):
        log(reject())
    assert (len(kept), log.reasons["empty"]) == (rejects, rejects)
    if message is None:
        log.check(articles, share)
    else:
        with pytest.raises(InputError, match=message):
            log.check(articles, share)


def test_strict_makes_the_first_reject_an_error() -> None:
    with pytest.raises(InputError, match=r"a\.jsonl:L2: no text in it"):
        RejectLog(lambda _: None, strict=True)(reject())
