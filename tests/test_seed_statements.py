"""The invented statements of seeds/statements.jsonl, and that they are nobody else's text."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.records import LABELS

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "seeds" / "statements.jsonl").read_text(encoding="utf-8").splitlines()
]
STOCK_WORDS = 11  # a run this long is no stock phrase any more


def test_every_row_marks_one_quotation():
    for row in ROWS:
        quotation = row["context"][row["start"] : row["end"]]
        assert re.fullmatch("“[^“”]+”", quotation), row["id"]
        assert row["label"] in LABELS, row["id"]
        assert row["target"].strip(), row["id"]


def test_ids_are_unique_and_labels_balanced():
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    shares = Counter(row["label"] for row in ROWS)
    assert all(0.3 < shares[label] / len(ROWS) < 0.4 for label in LABELS)


def test_no_long_run_of_words_stands_in_real_news(shared):
    def runs(text: str) -> set[int]:
        words = re.findall(r"\w+", text.lower())
        return {hash(tuple(words[at : at + STOCK_WORDS])) for at in range(len(words) - STOCK_WORDS + 1)}

    real: set[int] = set()
    for name in ("news_articles", "polnear_dev"):
        path = shared / "data" / f"{name}.jsonl.gz"
        if not path.exists():
            pytest.skip(f"{path} is not here")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                real |= runs(json.loads(line)["text"])
    copied = [row["id"] for row in ROWS if runs(row["context"]) & real]
    assert copied == []
