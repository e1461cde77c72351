"""``stance browse``, ``network`` and ``summary`` at the command line."""

import csv
import json

import networkx as nx
import pytest
from corpus import ANTI, NEUTRAL, PRO, cells

from pipeline.cli import main
from pipeline.rows import SCORE_COLUMNS
from pipeline.stages.network import STATEMENT_COLUMNS
from pipeline.stages.summary import GROUP_COLUMNS, QUOTE_COLUMNS
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA, write_table

FORMULA = "=cmd()\r\n+1"
ROWS = [
    cells(1, PRO, article_id="x", published="2032-01-05"),
    cells(2, PRO, article_id="x", published="2032-01-05", speaker="Oru Baptista"),
    cells(3, ANTI, published="2032-03", speaker="Ines Okafor"),
    cells(4, NEUTRAL, published="soon", speaker=None, text="“[bold]quiet[/bold]”"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a scored table."""
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "scored.parquet", ROWS, SCORE_SCHEMA)
    return tmp_path


def read(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_browse_writes_one_page_and_says_what_is_on_it(folder, capsys):
    assert main(["browse", "scored.parquet", "--out", "page.html", "--title", "Masts & more"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["quotes    4", "articles  3", "wrote     page.html"]
    assert "no published date" not in err
    assert "'soon'" in err
    assert "<title>Masts &amp; more</title>" in (folder / "page.html").read_text(encoding="utf-8")


def test_browse_takes_addresses_from_the_articles_beside(folder):
    article = dict.fromkeys(ARTICLE_SCHEMA.names)
    article |= {
        "article_id": "x",
        "text": "T",
        "source": "x",
        "url": "https://a.example/x",
        "has_raw": True,
        "segments": [],
    }
    write_table(folder / "scored.articles.parquet", [article], ARTICLE_SCHEMA)
    assert main(["browse", "scored.parquet", "--out", "page.html"]) == 0
    assert '"url":"https://a.example/x"' in (folder / "page.html").read_text(encoding="utf-8")


def test_network_writes_a_folder_that_other_programs_read(folder, capsys):
    assert main(["network", "scored.parquet", "--out", "nets", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["networks"] == {
        "two-mode": {"nodes": 4, "edges": 3}, "congruence": {"nodes": 2, "edges": 1},
        "conflict": {"nodes": 3, "edges": 2},
    }  # fmt: skip
    assert told["left_out"] == {"no speaker named": 1}
    assert sorted(path.name for path in (folder / "nets").iterdir()) == sorted(path[5:] for path in told["outputs"])
    graph = nx.read_graphml(folder / "nets" / "two-mode.graphml")
    assert graph.edges["actor:ines-okafor", "concept:restrict Quillon masts"]["disagree"] == 1
    statements = read(folder / "nets" / "statements.csv")
    assert tuple(statements[0]) == STATEMENT_COLUMNS
    assert [(row["person"], row["agreement"], row["time"]) for row in statements] == [
        ("Mira Olsen", "1", "2032-01-05"), ("Oru Baptista", "1", "2032-01-05"), ("Ines Okafor", "0", "2032-03"),
    ]  # fmt: skip


def test_a_threshold_lists_every_actor_that_has_an_edge_somewhere(folder):
    rows = [*ROWS, *[cells(k, PRO) for k in range(10, 13)]]
    write_table(folder / "more.jsonl", rows, SCORE_SCHEMA)
    assert main(["network", "more.jsonl", "--out", "nets", "--min-weight", "4"]) == 0
    nodes = {row["label"] for row in read(folder / "nets" / "nodes.csv")}
    assert nodes == {"Mira Olsen", "Oru Baptista", "Ines Okafor", "restrict Quillon masts"}


@pytest.mark.parametrize("ending", ["graphml", "csv", "svg"])
def test_network_writes_one_file_of_one_mode(folder, ending):
    assert main(["network", "scored.parquet", "--out", f"c.{ending}", "--mode", "conflict"]) == 0
    text = (folder / f"c.{ending}").read_text(encoding="utf-8")
    assert "Ines Okafor" in text
    assert "restrict Quillon masts" not in text


def test_summary_prints_tables_in_which_texts_are_no_markup(capsys):
    assert main(["summary", "scored.parquet"]) == 0
    out = capsys.readouterr().out
    assert "[bold]quiet[/bold]" in out
    lines = [line.split("  ") for line in out.splitlines()]
    assert ["2032-02", "no data"] in [[cell for cell in line if cell][:2] for line in lines]
    assert "2, 100% (34 to 100)" not in out  # two quotations of one article are not two draws
    assert "Mira Olsen" in out


def test_summary_in_json_has_null_for_what_is_not_defined(capsys):
    assert main(["summary", "scored.parquet", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["overall"]["counts"] == {ANTI: 1, NEUTRAL: 1, PRO: 2}
    february = told["months"][1]
    assert (february["name"], february["n"], february["counts"]) == ("2032-02", None, None)
    assert february["shares"][PRO] == {"value": None, "low": None, "high": None}


def test_cells_that_begin_like_formulas_are_guarded(folder):
    odd = cells(9, PRO, speaker=FORMULA, outlet="@sum", target="-masts", title="\tx", text="+1 for it")
    write_table(folder / "odd.jsonl", [odd], SCORE_SCHEMA)
    assert main(["summary", "odd.jsonl", "--csv", "tables"]) == 0
    assert main(["network", "odd.jsonl", "--out", "nets"]) == 0
    tables = [*(folder / "tables").glob("*.csv"), *(folder / "nets").glob("*.csv")]
    values = [value for path in tables for row in read(path) for value in row.values()]
    assert [value for value in values if value[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    assert {"'@sum", "'-masts", "'+1 for it"} <= set(values)
    assert tuple(read(folder / "tables" / "speakers.csv")[0]) == GROUP_COLUMNS
    assert tuple(read(folder / "tables" / "quotes.csv")[0]) == QUOTE_COLUMNS


def test_the_analysts_file_says_who_is_one_actor(folder, capsys):
    lines = "alias,actor,type,organisation,country\nOru Baptista,Mira Olsen,person,Halden council,HA\n"
    (folder / "actors.csv").write_text(lines, encoding="utf-8")
    assert main(["network", "scored.parquet", "--out", "n.csv", "--actors", "actors.csv"]) == 0
    weights = {row["source_label"]: row["weight"] for row in read(folder / "n.csv")}
    assert weights == {"Ines Okafor": "1", "Mira Olsen": "2"}
    capsys.readouterr()
    assert main(["summary", "scored.parquet", "--json", "--actors", "actors.csv"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [group["name"] for group in told["speakers"]] == ["Mira Olsen", "Ines Okafor", "no speaker named"]
    assert main(["browse", "scored.parquet", "--out", "page.html", "--actors", "actors.csv"]) == 0
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert '"facts":"Halden council, HA"' in page
    assert '"name":"Oru Baptista"' not in page
    assert main(["summary", "scored.parquet", "--csv", ".", "--actors", "speakers.csv"]) == 2


# Command, what the one line says.
BAD = [
    (["browse", "scored.parquet", "--out", "page.txt"], "end the name in .html"),
    (["browse", "absent.parquet", "--out", "page.html"], "no such table"),
    (["browse", "scored.parquet", "--out", "page.html", "--count", "week"], "actor-month"),
    (["network", "scored.parquet", "--out", "x.gexf"], ".graphml"),
    (["network", "scored.parquet", "--out", "x.svg", "--mode", "three"], "two-mode"),
    (["network", "scored.parquet", "--out", "scored.csv", "--count", "once"], "utterance"),
    (["summary", "scored.parquet", "--csv", "scored.parquet"], "is a file"),
    (["summary", "quotes.jsonl"], "quote table"),
    (["summary", "old.jsonl"], "another version"),
    (["summary", "empty.jsonl"], "no quotation"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD, ids=[" ".join(arguments[:3]) for arguments, _ in BAD])
def test_bad_input_is_one_line(folder, capsys, arguments, told):
    quote = {name: value for name, value in ROWS[0].items() if name in SCORE_COLUMNS and name != "stance"}
    (folder / "quotes.jsonl").write_text(json.dumps(quote), encoding="utf-8")
    (folder / "old.jsonl").write_text(json.dumps({"stance": PRO, "text": "x"}), encoding="utf-8")
    (folder / "empty.jsonl").write_text("", encoding="utf-8")
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    assert told in err


def test_one_speaker_without_sides_is_told_and_drawn(folder, capsys):
    write_table(folder / "quiet.jsonl", [cells(1)], SCORE_SCHEMA)
    assert main(["network", "quiet.jsonl", "--out", "nets"]) == 0
    assert "the two-mode network has no edge of weight 1 or more" in capsys.readouterr().err
    assert (folder / "nets" / "two-mode.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    "command",
    [
        ("browse", "--out", "page.html"),
        ("network", "--out", "networks"),
        ("summary", "--csv", "tables"),
        ("estimate", "--out", "shares.csv"),
        ("annotate", "sample", "--n", "2", "--out", "sample.csv"),
    ],
    ids=lambda command: " ".join(command[:-2]),
)
def test_stances_toward_nothing_are_one_line(folder, capsys, command):
    write_table(folder / "aimless.parquet", [row | {"target": None} for row in ROWS], SCORE_SCHEMA)
    assert main([*command, "aimless.parquet"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error: aimless.parquet: no statement has a target, so no stance means anything; score with --target"
    ]
    assert [path.name for path in folder.iterdir() if path.stem != "scored"] == ["aimless.parquet"]
