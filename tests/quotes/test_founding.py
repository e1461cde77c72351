"""Floors on the founding documents, as they are, by the benchmark's own scorer."""

import importlib.util
import json

import pytest

from pipeline.articles.cleaning import clean
from pipeline.articles.readers import ReadOptions, read
from pipeline.quotes import find_quotes
from pipeline.records import quote_row

FLOORS = {"recall_exact": 0.97, "precision": 0.95, "speaker": 0.90}
MOST_TERMS = 3 / 17
DIGEST, ARTICLES_IN_DIGEST = "003_", 10


@pytest.fixture(scope="module")
def figures(shared):
    spec = importlib.util.spec_from_file_location("score_table", shared / "bench" / "score_table.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    paths = sorted((shared / "seeds").glob("*.txt"))
    rejects = []
    rows = [
        quote_row(article, quote)
        for document in read([str(path) for path in paths], ReadOptions(), rejects.append)
        for article in clean(document).articles
        for quote in find_quotes(article)
    ]
    assert rejects == []
    gold = [json.loads(line) for line in (shared / "seeds" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    figures, _ = scorer.score(rows, gold, {path.name: path.read_text(encoding="utf-8") for path in paths})
    return figures


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_a_figure_is_at_its_floor_or_above(figures, name, floor):
    assert figures[name] >= floor


def test_few_terms_come_out_as_statements(figures):
    assert figures["term_as_statement"] <= MOST_TERMS + 1e-4


def test_the_digest_becomes_its_articles(figures):
    assert {name[:4]: count for name, count in figures["articles"].items()} == {
        "000_": 1, "001_": 1, "002_": 1, DIGEST: ARTICLES_IN_DIGEST, "004_": 1,
    }  # fmt: skip
