"""Annotate next: which statements of a table, what stands beside them, and what is refused."""

import json

import pytest

from pipeline.config import IngestConfig, NextConfig, load_config
from pipeline.errors import InputError
from pipeline.labels.gold import read_gold
from pipeline.stages import annotate_next, ingest
from pipeline.storage import SCORE_SCHEMA, read_articles, read_table, schema_of, side_path, write_table

ARTICLE = """Mayor weighs ban on Norvane masts

“We must take every Norvane mast down,” said Dana Lee, the mayor of Ostrel.

“The masts are safe and always were,” said Tom Quill, who sells them.

“The council meets on Monday at nine,” Ms Lee said. She called it a “network” matter.
"""
OTHER = """Drones over Ostrel

“Nobody should be allowed to fly these drones over our homes,” said Ruth Okafor, a teacher.
"""


@pytest.fixture
def table(tmp_path):
    """Return a quote table of four statements and a term in two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "masts.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "drones.txt").write_text(OTHER, encoding="utf-8")
    out = tmp_path / "quotes.parquet"
    ingest.run(load_config(IngestConfig, "ingest", [f'paths=["{folder}"]', f'out="{out}"', 'target="masts"']))
    return out


def settings(**values):
    return load_config(NextConfig, "next", [f"{key}={json.dumps(value)}" for key, value in values.items()])


def test_one_statement_a_story_with_its_articles_beside(table, tmp_path):
    out = tmp_path / "next.parquet"
    manifest = annotate_next.run(settings(), table, out)
    rows = read_table(out)
    assert manifest.counts == {"statements": 4, "labelled": 0, "chosen": 2}
    assert [row["rank"] for row in rows] == [1, 2]
    assert len({row["article_id"] for row in rows}) == 2
    assert all(row["is_statement"] for row in rows)
    assert {article.article_id for article in read_articles(side_path(out, "articles.parquet"))} == {
        row["article_id"] for row in rows
    }
    again = annotate_next.run(settings(), out, tmp_path / "again.jsonl")
    assert again.counts["chosen"] == 2, "what comes out goes in again"


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_the_least_sure_come_first_where_there_are_probabilities(table, tmp_path, ending):
    rows = [
        row | {"row_id": row["quote_id"], "p_anti": share, "p_neutral": 1 - share, "p_pro": 0.0}
        for row, share in zip(read_table(table), [0.9, 0.5, 0.6, 1.0, 0.99], strict=True)
    ]
    scored, out = tmp_path / f"scored{ending}", tmp_path / f"next{ending}"
    write_table(scored, rows, SCORE_SCHEMA)
    annotate_next.run(settings(diversity=0, per_story=5, count=3), scored, out)
    unsure = {row["row_id"]: row["uncertainty"] for row in read_table(out)}
    wanted = sorted((row for row in rows if row["is_statement"]), key=lambda row: abs(row["p_anti"] - 0.5))[:3]
    assert list(unsure) == [row["row_id"] for row in wanted]
    assert list(unsure.values()) == sorted(unsure.values(), reverse=True)
    assert not side_path(out, "articles.parquet").exists(), "there were none to copy"


def test_what_is_labelled_is_not_asked_for_again(table, tmp_path):
    rows = [row for row in read_table(table) if row["is_statement"]]
    gold = tmp_path / "gold.jsonl"
    lines = [
        {
            "source": row["source"], "sha256": "0" * 64, "start": row["raw_start"], "end": row["raw_end"],
            "kind": "statement", "target": target or row["target"], "label": "neutral", "coder": "dana",
            "coder_type": "human",
        }
        for row, target in zip(rows, [None, None, "another target", None], strict=True)
    ]  # fmt: skip
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert len(read_gold(gold)) == 4
    out = tmp_path / "next.jsonl"
    manifest = annotate_next.run(settings(), table, out, [gold])
    assert manifest.counts == {"statements": 4, "labelled": 3, "chosen": 1}
    assert [row["quote_id"] for row in read_table(out)] == [rows[2]["quote_id"]]


def test_no_more_of_a_target_than_is_wanted(table, tmp_path):
    out = tmp_path / "next.jsonl"
    annotate_next.run(settings(per_target=1, per_story=9), table, out)
    targets = [row["target"] for row in read_table(out)]
    assert sorted(targets) == sorted({row["target"] for row in read_table(table)})


def test_a_table_without_statements_gives_an_empty_one(table, tmp_path):
    empty = tmp_path / "empty.jsonl"
    write_table(
        empty, [row for row in read_table(table) if not row["is_statement"]], schema_of(list(read_table(table)[0]))
    )
    manifest = annotate_next.run(settings(), empty, tmp_path / "next.jsonl")
    assert manifest.counts == {"statements": 0, "labelled": 0, "chosen": 0}
    assert read_table(tmp_path / "next.jsonl") == []


@pytest.mark.parametrize("ending", [".parquet", ".jsonl", ".csv"])
def test_what_is_read_is_not_overwritten_nor_what_stands_beside_it(table, ending):
    articles = side_path(table, "articles.parquet").read_bytes()
    with pytest.raises(InputError, match="would be overwritten"):
        annotate_next.run(settings(), table, table.with_suffix(ending))
    assert side_path(table, "articles.parquet").read_bytes() == articles
    assert len(read_table(table)) == 5


def test_a_folder_of_parts_is_a_table_too(table, tmp_path):
    parts = tmp_path / "scored"
    parts.mkdir()
    for number, row in enumerate(read_table(table)):
        write_table(parts / f"part-{number:05}.parquet", [row], schema_of(list(row)))
    side_path(table, "articles.parquet").rename(tmp_path / "scored.articles.parquet")
    out = tmp_path / "next.jsonl"
    assert annotate_next.run(settings(), parts, out).counts["chosen"] == 2
    assert read_articles(side_path(out, "articles.parquet"))
