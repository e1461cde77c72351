"""The starter corpus: offsets, values, sizes and shares hold, and the reader gives the texts that were annotated."""

import importlib.util
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.articles.readers import ReadOptions, read
from pipeline.files import sha256_text
from pipeline.labels.gold import CODER_TYPES, KINDS, Gold, read_gold
from pipeline.records import LABELS, Reject

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLES = SEEDS / "articles"

MIN_ARTICLES, MIN_QUOTES, MIN_DEBATES, MIN_SHARE = 80, 800, 8, 0.22
CLOSING = {"“": "”", "‘": "’", '"': '"', "'": "'"}
CODERS = {"starter-1": "model"}

# Words that are no name of a vendor, product or outlet in any other sense are enough to notice a slip.
REAL_NAMES = re.compile(
    r"\b(huawei|zte|hikvision|dahua|kaspersky|dji|tiktok|bytedance|wechat|tencent|alipay|alibaba|tp-link|byd|asml|tsmc"
    r"|smic|nvidia|qualcomm|cisco|nokia|ericsson|samsung|google|facebook|instagram|whatsapp|youtube|twitter|microsoft"
    r"|openai|anthropic|deepseek|mistral|clearview|illumina|bgi|tesla|reuters|bloomberg|bbc|cnn|xinhua"
    r"|associated press|new york times|financial times)\b",
    re.IGNORECASE,
)

needs_trafilatura = pytest.mark.skipif(
    importlib.util.find_spec("trafilatura") is None, reason="trafilatura is not installed (extra html)"
)


def twin(page: Path) -> Path:
    return page.with_name(f"{page.stem}.extracted.txt")


def annotated_texts() -> dict[str, str]:
    """Source string to the text that the offsets count in, without the reader."""
    texts = {f"txt/{path.name}": path.read_text(encoding="utf-8") for path in ARTICLES.glob("txt/*.txt")}
    texts |= {f"html/{path.name}": twin(path).read_text(encoding="utf-8") for path in ARTICLES.glob("html/*.html")}
    for source, record in records():
        texts[source] = record["text"]
    return texts


def records() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"jsonl/{path.name}#{record['id']}", record)
        for path in sorted(ARTICLES.glob("jsonl/*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if (record := json.loads(line))
    ]


def debate(source: str) -> str:
    return re.split(r"[-.]", source.partition("/")[2], maxsplit=1)[0]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return annotated_texts()


@pytest.fixture(scope="module")
def gold() -> list[Gold]:
    return read_gold(SEEDS / "gold.jsonl")


@pytest.fixture(scope="module")
def quotes(gold: list[Gold]) -> list[Gold]:
    return [row for row in gold if row.kind != "term"]


def test_every_span_lies_on_the_annotated_text_and_runs_from_mark_to_mark(gold: list[Gold], texts: dict[str, str]):
    wrong = []
    for row in gold:
        text = texts[row.source]
        span = text[row.start : row.end]
        if row.sha256 != sha256_text(text) or len(span) != row.end - row.start or span[-1] != CLOSING.get(span[0]):
            wrong.append((row.where, span))
    assert wrong == []


def test_spans_of_a_text_do_not_overlap_and_stand_in_order(gold: list[Gold]):
    for before, after in pairwise(gold):
        assert before.source != after.source or before.end <= after.start, after.where


def test_no_double_mark_outside_the_spans_is_left_uncoded(gold: list[Gold], texts: dict[str, str]):
    rest = {source: list(text) for source, text in texts.items()}
    for row in gold:
        rest[row.source][row.start : row.end] = "_" * (row.end - row.start)
    left = {source: "".join(chars) for source, chars in rest.items()}
    assert {source: text for source, text in left.items() if re.search('[“”"«»]', text)} == {}


def test_every_value_is_in_the_codebook(gold: list[Gold]):
    assert {row.label for row in gold} == set(LABELS)
    assert {row.kind for row in gold} == set(KINDS)
    assert {row.coder: row.coder_type for row in gold} == CODERS
    assert set(CODERS.values()) <= set(CODER_TYPES)
    assert {row.codebook for row in gold} == {"1"}


def test_every_quotation_has_a_speaker_named_in_its_article(quotes: list[Gold], texts: dict[str, str]):
    unnamed = [row.where for row in quotes if (row.speaker or "\0").casefold() not in texts[row.source].casefold()]
    assert unnamed == []


def test_every_article_holds_gold_and_sources_are_unique(gold: list[Gold], texts: dict[str, str]):
    assert {row.source for row in gold} == set(texts)
    ids = [source for source, _ in records()]
    assert len(ids) == len(set(ids))
    names = [path.name for path in SEEDS.rglob("*") if path.is_file()]
    assert len(names) == len(set(names))


def test_the_corpus_is_large_and_varied_enough(quotes: list[Gold], texts: dict[str, str]):
    assert len(texts) >= MIN_ARTICLES
    assert len(quotes) >= MIN_QUOTES
    assert len({debate(source) for source in texts}) >= MIN_DEBATES


def test_no_label_is_rare(quotes: list[Gold]):
    shares = {label: count / len(quotes) for label, count in Counter(row.label for row in quotes).items()}
    assert {label for label, share in shares.items() if share < MIN_SHARE} == set()


def test_some_speakers_stand_on_both_sides_and_many_are_also_neutral(quotes: list[Gold]):
    sides: dict[str | None, set[str | None]] = {}
    for row in quotes:
        sides.setdefault(row.speaker, set()).add(row.label)
    assert sum({"pro-restriction", "anti-restriction"} <= labels for labels in sides.values()) >= 10
    assert sum("neutral" in labels and len(labels) > 1 for labels in sides.values()) >= 50


def read_all(folder: str) -> dict[str, str]:
    rejects: list[Reject] = []
    found = {
        document.source: document.text for document in read([str(ARTICLES / folder)], ReadOptions(), rejects.append)
    }
    assert rejects == []
    return {f"{folder}/{source}": text for source, text in found.items()}


@pytest.mark.parametrize("folder", ["txt", "jsonl"])
def test_the_reader_gives_the_annotated_text(folder: str, texts: dict[str, str]):
    assert read_all(folder) == {source: text for source, text in texts.items() if source.startswith(f"{folder}/")}


@needs_trafilatura
def test_the_reader_extracts_the_twins_from_the_pages(texts: dict[str, str]):
    assert read_all("html") == {source: text for source, text in texts.items() if source.startswith("html/")}


def test_no_real_vendor_product_or_outlet_is_named():
    named = [
        (path.name, match[0])
        for path in SEEDS.rglob("*")
        if path.is_file()
        for match in [REAL_NAMES.search(path.read_text(encoding="utf-8"))]
        if match
    ]
    assert named == []


def test_the_datasheet_gives_the_counts_that_the_files_have(gold: list[Gold], texts: dict[str, str]):
    counted: dict[str, list[int]] = {}
    articles = Counter(debate(source) for source in texts)
    for name in articles:
        rows = [row for row in gold if debate(row.source) == name]
        labels = Counter(row.label for row in rows if row.kind != "term")
        terms = sum(row.kind == "term" for row in rows)
        counted[name] = [
            articles[name], *(labels[x] for x in ("pro-restriction", "anti-restriction", "neutral")), terms
        ]  # fmt: skip
    datasheet = (SEEDS / "README.md").read_text(encoding="utf-8")
    written = {
        match[1]: [int(number) for number in match[2].split("|")]
        for match in re.finditer(r"^\| `(\w+)` \|[^|]+\|((?: *\d+ *\|){4} *\d+) *\|$", datasheet, re.MULTILINE)
    }
    assert written == counted
