"""The founding documents: what the whole way from text to quotations and speakers must reach on them."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.articles.cleaning import clean
from pipeline.quotes import find_quotes
from pipeline.records import Document
from pipeline.rows import quote_row

FLOORS = {"recall_exact": 0.97, "precision": 0.95, "speaker": 0.90}
TERMS_AS_STATEMENTS = 3
ARTICLES_OF_THE_DIGEST = 10


def rows_of(name: str, text: str) -> list[dict[str, Any]]:
    """Return the quote table of one document."""
    articles = clean(Document(text=text, source=name)).articles
    return [quote_row(article, quote) for article in articles for quote in find_quotes(article)]


@pytest.fixture
def result(shared: Path) -> dict[str, Any]:
    """Return the figures that the documents' own script gives to our rows."""
    gold, script = shared / "seeds" / "gold.jsonl", shared / "bench" / "score_table.py"
    for path in (gold, script):
        if not path.is_file():
            pytest.skip(f"{path} is not here; set QUOTESTANCE_SHARED to the folder that holds seeds/ and bench/")
    spec = importlib.util.spec_from_file_location("score_table", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(gold.parent.glob("*.txt"))}
    annotations = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    rows = [row for name, text in texts.items() for row in rows_of(name, text)]
    figures, errors = module.score(rows, annotations, texts)
    terms = sum(row["kind"] == "term" for row in annotations)
    return figures | {"errors": errors, "terms": round(figures["term_as_statement"] * terms)}


def test_spans_terms_and_speakers_reach_their_floors(result: dict[str, Any]) -> None:
    assert result["n"] == 102
    short = {name: result[name] for name, floor in FLOORS.items() if result[name] < floor}
    assert not short, result["errors"]
    assert result["terms"] <= TERMS_AS_STATEMENTS, result["errors"]


def test_the_digest_becomes_its_articles(result: dict[str, Any]) -> None:
    assert max(result["articles"].values()) == ARTICLES_OF_THE_DIGEST
