"""A scored folder, and every command that reads one: it is as good as the table of the same articles."""

import csv
import io
import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from scoring import OPTIONS, TALK, configured

from pipeline import stance
from pipeline.cli import main
from pipeline.labels.events import Label
from pipeline.labels.gold import read_gold
from pipeline.stages import annotate_run, score
from pipeline.storage import read_articles, read_table

TARGET = "Quillon routers in public networks"


@pytest.fixture
def scored(tmp_path, monkeypatch, labelled):
    """Go to a folder with ``folder/`` in several parts, and ``table.parquet``, of the same articles."""
    monkeypatch.chdir(tmp_path)
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), tmp_path / "model")
    rows = [
        {"id": str(n), "text": TALK.replace("Halden", f"Halden {n}"), "outlet": "Post", "published": f"2032-0{n}-01"}
        for n in range(1, 7)
    ]
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = configured(tmp_path / "model", shard_articles=1)
    for out in ("folder", "table.parquet"):
        score.run(config, ["news.jsonl"], out, targets=[TARGET])
    assert len(list((tmp_path / "folder").glob("part-*.parquet"))) > 2
    return tmp_path


def told(capsys, *arguments):
    """Run a command; return its standard output, once it has ended well."""
    capsys.readouterr()
    status = main(list(arguments))
    printed = capsys.readouterr()
    assert status == 0, printed.err
    return printed.out


def test_browse_shows_a_folder_as_it_shows_the_table(scored, capsys):
    for given, page in (("folder", "f.html"), ("folder/", "g.html"), ("table.parquet", "t.html")):
        told(capsys, "browse", given, "--out", page)
    pages = [(scored / name).read_text() for name in ("f.html", "g.html", "t.html")]
    assert pages[0] == pages[1]
    assert sorted(pages[0]) == sorted(pages[2])  # the order of rows differs alone
    assert "Mira Olsen" in pages[0]


@pytest.mark.parametrize("command", ["summary", "estimate", "network"])
def test_what_is_counted_in_a_folder_is_what_is_counted_in_the_table(scored, capsys, command):
    extra = {"estimate": ["--by", "target"], "network": ["--out", "nets"]}.get(command, [])
    found = [json.loads(told(capsys, command, given, *extra, "--json")) for given in ("folder", "table.parquet")]
    for one in found:
        for name in ("tables", "inputs", "outputs", "seconds", "config_hash", "manifest"):
            one.pop(name, None) if isinstance(one, dict) else None
    assert found[0] == found[1]


def test_a_folder_is_estimated_with_a_sample_of_itself(scored, capsys):
    told(capsys, "annotate", "sample", "folder", "--n", "6", "--out", "sample.parquet")
    drawn = read_table(scored / "sample.parquet")
    assert len(drawn) == 6
    assert {row["article_id"] for row in drawn} == {
        article.article_id for article in read_articles(scored / "sample.articles.parquet")
    }
    told(capsys, "annotate", "export", "sample.parquet", "--out", "sheet.csv")
    sheet = list(csv.DictReader(io.StringIO((scored / "sheet.csv").read_text("utf-8-sig"), newline="")))
    stances = {row["quote_id"]: row["stance"] for row in drawn}
    with (scored / "sheet.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(sheet[0]))
        writer.writeheader()
        writer.writerows(row | {"label": stances[row["statement_id"]]} for row in sheet)
    told(capsys, "annotate", "import", "sheet.csv", "--quotes", "folder", "--out", "ann.jsonl", "--coder", "ann")
    out = told(capsys, "estimate", "folder", "--sample", "sample.parquet", "--labels", "ann.jsonl", "--by", "target")
    assert TARGET[:10] in out


def test_why_tells_the_article_and_the_model_of_a_row_in_a_folder(scored, capsys):
    row = read_table(next((scored / "folder").glob("part-*.parquet")))[0]
    out = json.loads(told(capsys, "why", row["row_id"][:12], "--scored", "folder", "--model", "model", "--json"))
    assert out["quote"]["sentence"]["text"]
    assert out["article"]["raw_sha256"]
    assert out["model"]["folder"]
    assert not [line for line in out["missing"] if "articles" in line or "manifest" in line]


def test_statements_of_a_folder_are_handed_to_coders(scored, capsys):
    told(capsys, "annotate", "export", "folder", "--out", "sheet.csv")
    told(capsys, "annotate", "export", "table.parquet", "--out", "same.csv")
    sheets = [sorted((scored / name).read_text().splitlines()) for name in ("sheet.csv", "same.csv")]
    assert sheets[0] == sheets[1]
    assert len(sheets[0]) > 18
    told(capsys, "annotate", "next", "folder", "--count", "3", "--out", "next.parquet")
    assert len(read_table(scored / "next.parquet")) == 3
    assert read_articles(scored / "next.articles.parquet")


class Desk:
    """Says of every statement that it is neutral."""

    def ask(self, session, notes):
        if session.current is None:
            raise EOFError
        return Label("neutral")


def test_a_coder_works_through_a_folder(scored):
    task = annotate_run.Task(quotes=Path("folder"), out=Path("ann.jsonl"), coder="ann", limit=4)
    worked = annotate_run.run(task, nullcontext(Desk()))
    assert worked.manifest.counts["neutral"] == 4
    assert {gold.source for gold in read_gold(Path("ann.jsonl"))} <= {f"news.jsonl#{n}" for n in range(1, 7)}


def test_manifests_know_a_folder_by_the_hash_that_its_own_manifest_tells(scored, capsys):
    told(capsys, "annotate", "sample", "folder", "--n", "3", "--out", "sample.parquet")
    written = json.loads((scored / "folder.manifest.json").read_text())
    assert json.loads((scored / "sample.manifest.json").read_text())["inputs"]["folder"] == written["outputs"]["folder"]
