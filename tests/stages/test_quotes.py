"""From files to what is shown of them."""

import json
from collections import Counter

import pytest

from pipeline.config import IngestConfig, load_config
from pipeline.errors import InputError
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages import quotes as stage

TEXT = "“The ban on lamp {n} is overdue,” said Mira Olsen, the mayor of Halden."


def config(path, **values):
    return load_config(
        IngestConfig, "ingest", [f"{k}={json.dumps(v)}" for k, v in {"paths": [str(path)], **values}.items()]
    )


@pytest.fixture
def news(tmp_path):
    """Return a table of five articles and a record that is none."""
    records = [json.dumps({"text": TEXT.format(n=n), "title": f"Lamp {n}", "id": n}) for n in range(5)]
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join([*records[:2], "{broken", *records[2:]]), encoding="utf-8")
    return path


def test_articles_come_in_their_order_up_to_the_limit_and_the_rest_is_counted(news):
    shown = stage.run(config(news), limit=3)
    assert [view.title for view in shown.views] == ["Lamp 0", "Lamp 1", "Lamp 2"]
    assert shown.notes[0] == "2 more articles are left out; raise --limit to see more"
    assert shown.notes[1].startswith(f"not read: 1 (broken-json 1), for instance {news}:L3: not valid JSON")


@pytest.mark.parametrize(
    ("limit", "notes"),
    [(5, []), (9, []), (4, ["1 more article is left out; raise --limit to see more"])],
)
def test_the_limit_is_met_exactly(news, limit, notes):
    shown = stage.run(config(news), limit=limit)
    assert len(shown.views) == min(limit, 5)
    assert list(shown.notes[:-1]) == notes


def test_what_is_far_beyond_the_limit_is_not_read(news, monkeypatch):
    monkeypatch.setattr(stage, "_COUNTED", 2)
    seen = Counter()
    shown = stage.run(config(news), limit=1, progress=lambda articles, quotes: seen.update([articles]))
    assert shown.notes[0] == "more than 2 more articles are left out; raise --limit to see more"
    assert sorted(seen) == [1, 2, 3, 4]


def test_json_holds_the_text_and_the_rows_of_the_quote_table(news):
    first, second = stage.run(config(news), limit=2).as_list()
    assert (first["title"], second["source"]) == ("Lamp 0", "news.jsonl#1")
    (row,) = first["quotes"]
    assert tuple(row) == QUOTE_COLUMNS
    assert first["text"][row["start"] : row["end"]] == row["text"] == "“The ban on lamp 0 is overdue,”"
    assert json.loads(json.dumps([first, second])) == [first, second]


def test_the_page_shows_the_same_and_what_is_left_out(news, tmp_path):
    out = tmp_path / "new" / "page.html"
    shown = stage.run(config(news), limit=2, html=out)
    source = out.read_text(encoding="utf-8")
    assert source == out.read_bytes().decode()
    for view in shown.views:
        assert view.title in source
    assert "3 more articles are left out" in source
    assert "Lamp 2" not in source


def a_folder(folder, news):
    return config(news), folder, "is a folder; name a file in it"


def below_a_file(folder, news):
    return config(news), news / "page.html", "cannot write here"


def the_article_itself(folder, news):
    return config(news), news, "is read and would be overwritten; choose another --html"


def standard_output(folder, news):
    from pathlib import Path

    return config(news), Path("-"), "a page is written to a file"


def strict(folder, news):
    return config(news, strict=True), folder / "new/page.html", "with --strict every reject is an error"


def nothing_to_read(folder, news):
    (folder / "empty.txt").write_text("")
    return config(folder / "empty.txt"), folder / "new/page.html", "nothing could be read"


@pytest.mark.parametrize(
    "fault", [a_folder, below_a_file, the_article_itself, standard_output, strict, nothing_to_read]
)
def test_a_fault_leaves_nothing_behind(tmp_path, news, fault):
    settings, out, message = fault(tmp_path, news)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=message):
        stage.run(settings, limit=10, html=out)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "new").exists()
