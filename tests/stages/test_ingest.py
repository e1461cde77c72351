import hashlib
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.config import IngestConfig, load_config
from pipeline.errors import InputError
from pipeline.stages.ingest import run
from pipeline.storage import read_articles, read_table

QUOTE = "“We will wait for the report of the auditors,”"
FILLER = " ".join(f"The harbour board of Marisport heard case number {n} on that evening." for n in range(30))
STORY = f"{FILLER} {QUOTE} said Ada Lindqvist of the ministry."
BRIEF = f"{FILLER[: len(FILLER) // 2]} {QUOTE} said Ada Lindqvist of the ministry."
OTHER = "Norvane’s masts stay. “The masts are ours, and they will be there in the spring,” said Bela Okafor of Norvane."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    for name, text in {"a.txt": STORY, "b.txt": BRIEF, "c.txt": OTHER, "d.txt": STORY}.items():
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    (tmp_path / "in" / "e.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(**values: Any) -> IngestConfig:
    return IngestConfig(**{"paths": ("in",), "out": Path("out/quotes.parquet")} | values)


def test_the_packaged_configuration_is_valid() -> None:
    loaded = load_config(IngestConfig, "ingest", ["strict=true", "columns.text=Volltext"])
    assert (loaded.strict, loaded.columns, loaded.out) == (True, {"text": "Volltext"}, Path("data/quotes.parquet"))


def test_a_folder_becomes_tables_rejects_and_a_manifest(folder: Path) -> None:
    manifest = run(config())
    rows = read_table(folder / "out/quotes.parquet")
    assert [(row["source"], row["speaker"]) for row in rows] == [
        ("a.txt", "Ada Lindqvist"), ("b.txt", "Ada Lindqvist"), ("c.txt", "Bela Okafor"), ("d.txt", "Ada Lindqvist"),
    ]  # fmt: skip
    articles = {article.article_id: article for article in read_articles(folder / "out/quotes.articles.parquet")}
    for row in rows:
        assert articles[row["article_id"]].text[row["start"] : row["end"]] == row["text"]
        assert articles[row["article_id"]].raw_span(row["start"], row["end"]) == (row["raw_start"], row["raw_end"])
    rejects = [json.loads(line) for line in (folder / "out/quotes.rejected.jsonl").read_text().splitlines()]
    assert [(r["file"], r["reason"]) for r in rejects] == [("in/e.jpg", "binary")]
    assert json.loads((folder / "out/quotes.manifest.json").read_text()) == manifest.as_dict()
    assert manifest.counts == {
        "documents": 4, "articles": 4, "quotes": 4, "statements": 4, "stories": 2, "rejects": 1
    }  # fmt: skip
    assert manifest.dropped["rejected-binary"] == 1


def test_copies_and_shortened_copies_share_a_story_and_others_do_not(folder: Path) -> None:
    run(config())
    rows = read_table(folder / "out/quotes.parquet")
    a, b, c, d = (row["story_id"] for row in rows)
    assert a == b == d != c
    articles = read_articles(folder / "out/quotes.articles.parquet")
    assert [article.story_id for article in articles] == [a, b, c, d]
    assert len({article.article_id for article in articles}) == 4


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_every_format_holds_the_same_rows_and_a_second_run_the_same_bytes(folder: Path, ending: str) -> None:
    run(config(out=Path(f"x/q.{ending}")))
    run(config(out=Path("y/q.parquet")))
    run(config(out=Path(f"z/q.{ending}")))
    assert read_table(folder / f"x/q.{ending}") == read_table(folder / "y/q.parquet")
    for name in (f"q.{ending}", "q.articles.parquet", "q.rejected.jsonl"):
        first, second = ((folder / d / name).read_bytes() for d in "xz")
        assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_progress_is_told_of_every_article(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    run(config(), progress=lambda articles, quotes: seen.append((articles, quotes)))
    assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_standard_input_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps({"text": STORY, "id": "n1"}).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    manifest = run(config(paths=("-",)))
    assert (manifest.counts["articles"], manifest.inputs) == (1, {})


def test_an_article_without_quotes_is_kept_and_the_table_has_its_columns(folder: Path) -> None:
    (folder / "plain.txt").write_text(FILLER)
    manifest = run(config(paths=("plain.txt",)))
    assert (manifest.counts["articles"], manifest.counts["quotes"]) == (1, 0)
    assert read_table(folder / "out/quotes.parquet") == []
    assert len(read_articles(folder / "out/quotes.articles.parquet")) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"strict": True}, "in/e.jpg: binary data"),
        ({"max_reject_share": 0.1}, "max_reject_share"),
        ({"paths": ("in/e.jpg",)}, "nothing could be read; in/e.jpg: binary data"),
        ({"paths": ("gone",)}, "gone: no such file or folder"),
        ({"out": Path("out/quotes.xls")}, "cannot tell the format"),
        ({"paths": ("in/n.jsonl",), "out": Path("in/../in/n.jsonl")}, "is read and would be overwritten"),
    ],
)
def test_an_error_leaves_no_output(folder: Path, values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        run(config(**values))
    assert "\n" not in str(caught.value)
    assert [path.name for path in folder.iterdir()] == ["in"]


def test_an_error_leaves_earlier_output_as_it_was(folder: Path) -> None:
    run(config())
    before = (folder / "out/quotes.parquet").read_bytes()
    with pytest.raises(InputError):
        run(config(strict=True))
    assert (folder / "out/quotes.parquet").read_bytes() == before


def test_an_interrupt_leaves_no_output(folder: Path) -> None:
    def interrupt(articles: int, quotes: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config(), progress=interrupt)
    assert not (folder / "out").exists()


def test_the_founding_documents_come_out_whole(shared: Path, folder: Path) -> None:
    seeds = sorted(str(path) for path in (shared / "seeds").glob("*.txt"))
    manifest = run(config(paths=tuple(seeds)))
    rows = read_table(folder / "out/quotes.parquet")
    assert (manifest.counts["documents"], manifest.counts["articles"], manifest.counts["rejects"]) == (5, 14, 0)
    raw = {Path(path).name: Path(path).read_text(encoding="utf-8") for path in seeds}
    assert all(row["source"] in raw for row in rows)
    assert all(
        row["text"][1:-1] in raw[row["source"]][row["raw_start"] : row["raw_end"]]
        for row in rows
        if row["text"].isascii()
    )
