"""The label stage from files to files."""

import json

import pytest

from pipeline.config import LabelConfig, load_config
from pipeline.errors import InputError, LabelError, LeakageError
from pipeline.files import sha256_text
from pipeline.records import LABELS, Article, Quote, Segment
from pipeline.rows import quote_row
from pipeline.stages import label
from pipeline.storage import ARTICLE_SCHEMA, QUOTE_SCHEMA, article_row, read_articles, read_table, write_table

STORIES = 12
FURNITURE = "Share this page\n"
SPOKEN = (
    "“The masts of number {n} will stand for years, whatever is decided,”",
    "“{n} times we asked the firm for its books and {n} times it smiled,”",
    "“a purse of {n} crowns for a road of sand”",
)


def story(number):
    """One article with three quotations, its quote rows and its gold."""
    surfaces = [text.format(n=f"word{number} other{number} third{number}") for text in SPOKEN]
    text = "\n\n".join(f"{surface} said Ana Ruiz." for surface in surfaces)
    raw = FURNITURE + text
    article = Article(
        article_id=f"a{number}",
        text=text,
        source=f"page{number}.txt",
        title=f"Story {number}",
        story_id=f"s{number}",
        raw_sha256=sha256_text(raw),
        segments=(Segment(0, len(text), len(FURNITURE), len(raw)),),
    )
    quotes = []
    for surface in surfaces[:2]:  # the extractor misses the third
        start = text.index(surface)
        quote = Quote(article.article_id, start, start + len(surface), surface, "direct", True, "u", "around")
        quotes.append(quote_row(article, quote))
    gold = [
        {
            "source": article.source,
            "sha256": article.raw_sha256,
            "start": raw.index(surface),
            "end": raw.index(surface) + len(surface),
            "speaker": "Ana Ruiz",
            "kind": "statement",
            "target": f"target {number % 2}",
            "label": LABELS[(number + i) % 3],
            "ambiguous": i == 2,
            "coder": "first",
            "coder_type": "human",
            "codebook": "1",
        }
        for i, surface in enumerate(surfaces)
    ]
    return article, quotes, gold


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Write twelve stories; return their gold rows for a test to change and write."""
    monkeypatch.chdir(tmp_path)
    stories = [story(number) for number in range(STORIES)]
    write_table(tmp_path / "data/quotes.parquet", [row for _, rows, _ in stories for row in rows], QUOTE_SCHEMA)
    articles = [article_row(article) for article, _, _ in stories]
    write_table(tmp_path / "data/quotes.articles.parquet", articles, ARTICLE_SCHEMA)
    return [row for _, _, rows in stories for row in rows]


def write_gold(rows, folder):
    (folder / "seeds").mkdir(exist_ok=True)
    (folder / "seeds/gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def config(*overrides):
    return load_config(LabelConfig, "label", overrides)


def outputs(folder):
    return sorted(p.name for p in folder.glob("*/*") if p.name.startswith(("statements", "label")))


def test_articles_survive_the_way_to_disk_and_back(corpus, tmp_path):
    assert read_articles(tmp_path / "data/quotes.articles.parquet") == [story(n)[0] for n in range(STORIES)]


def test_every_gold_statement_is_labelled_and_split(corpus, tmp_path):
    term = {**corpus[0], "kind": "term", "label": None, "target": None}
    write_gold([*corpus, term], tmp_path)
    manifest = label.run(config())
    rows = read_table(tmp_path / "data/statements.parquet")
    assert [(row["label"], row["target"], row["ambiguous"]) for row in rows] == [
        (row["label"], row["target"], row["ambiguous"]) for row in corpus
    ]
    assert [row["text"] for row in rows[:3]] == [t.format(n="word0 other0 third0") for t in SPOKEN]
    assert {row["split"] for row in rows} == {"train", "dev", "test"}
    assert len({(row["story_id"], row["split"]) for row in rows}) == STORIES
    assert manifest.counts == {
        "gold": 37,
        "terms": 1,
        "repeated": 0,
        "found_exactly": 24,
        "cut_from_article": 12,
        "found_by_extractor_only": 0,
        "revised": 0,
        "statements": 36,
    }
    assert json.loads((tmp_path / "data/statements.manifest.json").read_text())["counts"] == manifest.counts


def test_report_counts_by_split_label_and_target(corpus, tmp_path):
    write_gold(corpus, tmp_path)
    label.run(config())
    report = json.loads((tmp_path / "reports/label.json").read_text())
    assert report["statements"] == 36
    assert {name: sum(part.values()) for name, part in report["by_label"].items()} == dict.fromkeys(LABELS, 12)
    assert {name: sum(part.values()) for name, part in report["by_target"].items()} == {"target 0": 18, "target 1": 18}
    splits = report["splits"]
    assert {split: part["stories"] for split, part in splits.items()} == {"train": 7, "dev": 2, "test": 3}
    assert all(sum(part["labels"].values()) == part["statements"] == 3 * part["stories"] for part in splits.values())
    assert sum(part["ambiguous"] for part in splits.values()) == 12


def test_same_seed_gives_the_same_bytes(corpus, tmp_path):
    write_gold(corpus, tmp_path)
    written = []
    for seed in (1, 1, 2):
        label.run(config(f"seed={seed}"))
        written.append((tmp_path / "data/statements.parquet").read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"label": "against"},
            LabelError,
            r"^seeds/gold\.jsonl:5: label 'against' is not in the codebook; allowed: anti",
        ),
        ({"sha256": "0" * 64}, LabelError, r"^seeds/gold\.jsonl:5: page1\.txt has changed since it was annotated"),
    ],
)
def test_bad_gold_stops_the_stage_and_nothing_is_written(corpus, tmp_path, change, error, message):
    corpus[4] |= change
    write_gold(corpus, tmp_path)
    with pytest.raises(error, match=message):
        label.run(config())
    assert outputs(tmp_path) == []


def copied(number):
    """A story that repeats a quotation of story 0 under a name of its own."""
    article, _, gold = story(0)
    raw_sha = article.raw_sha256
    values = {
        **article_row(article),
        "article_id": f"c{number}",
        "story_id": f"t{number}",
        "source": f"copy{number}.txt",
    }
    return values, [{**row, "source": f"copy{number}.txt", "sha256": raw_sha} for row in gold]


@pytest.fixture
def corpus_with_copies(corpus, tmp_path):
    """Six stories more, which the story grouping is made to have missed."""
    copies = [copied(number) for number in range(6)]
    articles = [article_row(story(number)[0]) for number in range(STORIES)] + [values for values, _ in copies]
    write_table(tmp_path / "data/quotes.articles.parquet", articles, ARTICLE_SCHEMA)
    return corpus + [row for _, rows in copies for row in rows]


def test_near_duplicate_on_two_sides_stops_the_stage_and_nothing_is_written(corpus_with_copies, tmp_path):
    write_gold(corpus_with_copies, tmp_path)
    with pytest.raises(LeakageError, match=r"the quotation .* stands in .* leaks; .*join_duplicates=true"):
        label.run(config())
    assert outputs(tmp_path) == []


def test_near_duplicates_can_be_kept_on_one_side(corpus_with_copies, tmp_path):
    write_gold(corpus_with_copies, tmp_path)
    label.run(config("leakage.join_duplicates=true"))
    rows = read_table(tmp_path / "data/statements.parquet")
    assert len({row["split"] for row in rows if row["story_id"] in {"s0", *(f"t{n}" for n in range(6))}}) == 1


def test_unplaced_gold_is_kept_up_to_the_configured_share(corpus, tmp_path):
    for row in corpus[:4]:
        row["source"] = "nowhere.txt"
    write_gold(corpus, tmp_path)
    manifest = label.run(config("max_unplaced=0.2"))
    assert manifest.dropped == {"no-article": 4}
    rejects = [json.loads(line) for line in (tmp_path / "data/statements.rejected.jsonl").read_text().splitlines()]
    assert [reject["position"] for reject in rejects] == ["L1", "L2", "L3", "L4"]
    with pytest.raises(LabelError, match=r"4 of 36 annotations have no place, more than max_unplaced=0\.1 allows"):
        label.run(config("max_unplaced=0.1"))


def test_gold_of_another_corpus_is_refused(corpus, tmp_path):
    write_gold([{**row, "source": "nowhere.txt"} for row in corpus], tmp_path)
    with pytest.raises(
        LabelError, match=r"not one annotation has a place in the articles; .*no article of this source"
    ):
        label.run(config("max_unplaced=1"))


@pytest.mark.parametrize("name", ["data/quotes.parquet", "data/quotes.articles.parquet", "seeds/gold.jsonl"])
def test_missing_input_is_named(corpus, tmp_path, name):
    write_gold(corpus, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=f"^{name}: no such"):
        label.run(config())


def test_codings_of_several_coders_are_kept_beside_the_statements(corpus, tmp_path):
    write_gold(corpus, tmp_path)
    rows = [{**row, "coder": coder, "label": LABELS[0]} for row in corpus[:4] for coder in ("ana", "ben")]
    elsewhere = {**corpus[0], "coder": "ana", "start": 1, "end": 3}
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, elsewhere]), encoding="utf-8")
    manifest = label.run(config("codings=[two.jsonl]"))
    kept = read_table(tmp_path / "data/statements.codings.parquet")
    statements = {(row["statement_id"], row["target"]) for row in read_table(tmp_path / "data/statements.parquet")}
    assert sorted(row["coder"] for row in kept) == ["ana"] * 4 + ["ben"] * 4
    assert {(row["statement_id"], row["target"]) for row in kept} < statements
    assert {row["label"] for row in kept} == {LABELS[0]}
    assert (manifest.counts["codings"], manifest.counts["codings_elsewhere"]) == (8, 1)
    assert "two.jsonl" in manifest.inputs


def test_without_files_of_coders_the_codings_are_an_empty_table(corpus, tmp_path):
    write_gold(corpus, tmp_path)
    assert "codings" not in label.run(config()).counts
    assert read_table(tmp_path / "data/statements.codings.parquet") == []
