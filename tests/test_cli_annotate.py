"""``stance annotate export`` and ``import`` from files to files, as people use them."""

import csv
import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import stance
from pipeline.cli import main
from pipeline.files import read_json, sha256_text
from pipeline.labels.gold import read_gold
from pipeline.stages import scorer
from pipeline.storage import read_articles, read_table

SEEDS = Path(__file__).parent.parent / "seeds"
# Cleaning has something to do here: furniture, spaces, an accent made of two characters.
TALK = (
    "Share this page\n"
    "“The ban on  Quillon masts is overdue,” said Mira Olsén, the mayor of Halden. The vote is on Tuesday.\n\n"
    "Oru Baptista, who makes them, called that “a purse of crowns for a road of sand”. They sell “smart masts”.\n\n"
    "“We say this licence rule is needless,” he told reporters. “=1+1 is two, and they know it,” he added.\n"
).replace("é", "e\u0301")
PAGE = (
    "<html><head><title>Masts</title></head><body><article><h1>Masts</h1>"
    + "<p>“The Tessaly order is reckless &amp; unfair to all of us here,” said Ilse Brandt of the harbour board.</p>"
    + "<p>The harbour board of Marisport met again on that long evening, and heard every case.</p>" * 3
    + "</article></body></html>"
)
TARGET = "Quillon masts"
SURFACES = [
    "“The ban on  Quillon masts is overdue,”",
    "“a purse of crowns for a road of sand”",
    "“We say this licence rule is needless,”",
    "“=1+1 is two, and they know it,”",
]


@pytest.fixture
def folder(tmp_path, monkeypatch, environment):
    """Work in a folder with a quote table of a text and a page."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/talk.txt").write_text(TALK, encoding="utf-8")
    Path("in/page.html").write_text(PAGE, encoding="utf-8")
    assert main(["ingest", "in", "--out", "quotes.parquet", "--set", f"target={TARGET}"]) == 0
    return tmp_path


def export(*arguments, out="sheet.csv", quotes="quotes.parquet"):
    return main(["annotate", "export", quotes, "--out", out, *arguments])


def take(*files, out="gold.jsonl", arguments=("--coder", "ana")):
    return main(["annotate", "import", *files, "--quotes", "quotes.parquet", "--out", out, *arguments])


def sheet(path="sheet.csv"):
    return list(csv.DictReader(io.StringIO(Path(path).read_bytes().decode("utf-8-sig"), newline="")))


def save(rows, path="sheet.csv", *, encoding="utf-8-sig", delimiter=",", errors="strict"):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    Path(path).write_bytes(out.getvalue().encode(encoding, errors))


def filled(label="neutral", **values):
    return [row | {"label": label, **values} for row in sheet()]


def rejects(out="gold.rejected.jsonl"):
    return [json.loads(line) for line in Path(out).read_text(encoding="utf-8").splitlines()]


def place_of(gold):
    """Return the annotated text as it stands in the source."""
    if gold.source == "talk.txt":
        assert gold.sha256 == sha256_text(TALK)
        return TALK[gold.start : gold.end]
    (page,) = (article for article in read_articles(Path("quotes.articles.parquet")) if article.source == "page.html")
    assert gold.sha256 == page.raw_sha256
    return page.text[slice(*page.clean_span(gold.start, gold.end))]


def test_a_sheet_goes_out_and_comes_back_as_gold_on_its_places(folder, capsys):
    assert export("--target", TARGET) == 0
    rows = sheet()
    assert len(rows) == 5
    assert [row["statement_id"] for row in rows if row["quote"].startswith("“=1")] != []
    save(filled())
    assert take("sheet.csv") == 0
    gold = read_gold(Path("gold.jsonl"))
    assert [place_of(row) for row in gold if row.source == "talk.txt"] == SURFACES
    assert [place_of(row) for row in gold if row.source == "page.html"] == [
        "“The Tessaly order is reckless & unfair to all of us here,”"
    ]
    assert {(row.coder, row.coder_type, row.target) for row in gold} == {("ana", "human", TARGET)}
    assert {row.speaker for row in gold} >= {unicodedata.normalize("NFC", "Mira Olse\u0301n"), "Ilse Brandt"}
    assert rejects() == []
    manifest = read_json(Path("gold.manifest.json"), "manifest")
    assert (manifest["stage"], manifest["counts"]["gold"], manifest["counts"]["rejects"]) == ("annotate import", 5, 0)
    assert set(manifest["outputs"]) == {"gold.jsonl", "gold.rejected.jsonl"}
    assert "neutral" in capsys.readouterr().out


def test_imported_gold_is_read_by_label(folder, capsys):
    export("--format", "jsonl", out="sheet.jsonl")
    lines = [json.loads(line) for line in Path("sheet.jsonl").read_text(encoding="utf-8").splitlines()]
    Path("sheet.jsonl").write_text("".join(json.dumps(line | {"label": "neutral"}) + "\n" for line in lines))
    assert take("sheet.jsonl", arguments=["--coder", "ana", "--coder-type", "human"]) == 0
    paths = {"quotes": "quotes.parquet", "gold": "gold.jsonl", "out": "statements.parquet", "report": "label.json"}
    settings = [f"{key}={value}" for key, value in paths.items()]
    capsys.readouterr()
    # Two stories do not fill three splits; that it comes so far means that every annotation has its place.
    assert main(["label", *(part for setting in settings for part in ("--set", setting))]) == 2
    assert "no statements left for" in capsys.readouterr().err


def test_a_table_in_any_form_gives_the_same_sheet(folder):
    export(out="parquet.csv")
    for ending in ("jsonl", "csv"):
        main(["ingest", "in", "--out", f"quotes.{ending}", "--set", f"target={TARGET}"])
        assert export(out=f"{ending}.csv", quotes=f"quotes.{ending}") == 0
        assert Path(f"{ending}.csv").read_bytes() == Path("parquet.csv").read_bytes()


def test_the_same_export_twice_gives_the_same_bytes(folder):
    for out in ("one.json", "two.json"):
        assert export(out=out) == 0
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()
    assert Path("one.config.xml").read_text(encoding="utf-8").startswith("<View>")


def test_terms_are_left_out_unless_asked_for(folder, capsys):
    export("--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["counts"]["exported"], told["dropped"]) == (5, {"terms": 1})
    export("--terms")
    assert [row["kind"] for row in sheet()].count("term") == 1


def test_targets_and_gold_come_along(folder):
    export("--target", "Norvane", "--target", "Karrow")
    assert [row["target"] for row in sheet()[:2]] == ["Norvane", "Karrow"]
    export()
    save(filled(note="dry", ambiguous="yes"))
    take("sheet.csv")
    assert export("--gold", "gold.jsonl", out="again.csv") == 0
    again = sheet("again.csv")
    assert {(row["label"], row["note"], row["coder"], row["exported"]) for row in again} == {
        ("neutral", "dry", "ana", "neutral (ambiguous)")
    }
    assert take("again.csv", out="again.jsonl", arguments=[]) == 0
    assert Path("again.jsonl").read_bytes() == Path("gold.jsonl").read_bytes()


def test_the_starter_corpus_goes_out_and_comes_back_row_by_row(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gold = read_gold(SEEDS / "gold.jsonl")
    assert main(["ingest", str(SEEDS / "articles"), "--out", "quotes.parquet"]) == 0
    texts = {row["quote_id"]: row["text"] for row in read_table(Path("quotes.parquet"))}
    for name in ("sheet.csv", "sheet.jsonl"):
        assert export("--gold", str(SEEDS / "gold.jsonl"), "--terms", out=name) == 0
        assert take(name, arguments=[]) == 0
        found = {(row.source, row.start, row.end): row for row in read_gold(Path("gold.jsonl"))}
        assert len(found) == len(gold)
        for row in gold:
            back = found[row.source, row.start, row.end]
            speaker = row.speaker or back.speaker  # where gold names none, the sheet shows the extractor's
            assert back.quote == texts.get(back.statement_id, back.quote) != ""
            assert replace(back, where="", statement_id=None, quote=None) == replace(row, where="", speaker=speaker)


@pytest.fixture
def scored(folder, labelled, monkeypatch):
    """Score the text, so that there are stances."""
    words = {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}
    options = {"features": {"words": words}, "c": 1.0, "class_weight": None, "max_iterations": 300}
    stance.save(stance.fit("tfidf", options, *labelled, training={"sha256": "0" * 64}), Path("models/default"))
    monkeypatch.setattr(scorer, "model_folders", lambda name: [Path("models") / name])
    arguments = ["score", "in/talk.txt", "--model", "models/default", "--show", "0"]
    assert main([*arguments, "--out", "scored.parquet", "--target", TARGET, "--target", "Norvane"]) == 0
    assert main([*arguments, "--out", "parts", "--target", TARGET]) == 0


def test_predictions_are_shown_where_asked_for_and_label_nothing(scored):
    export(quotes="scored.parquet")
    assert "stance" not in sheet()[0]
    assert len(sheet()) == 8
    export("--predictions", quotes="scored.parquet")
    stances = {(row["quote_id"], row["target"]): row["stance"] for row in read_table(Path("scored.parquet"))}
    assert {row["stance"] for row in sheet()} <= set(stances.values())
    assert all(row["stance"] == stances[row["statement_id"], row["target"]] for row in sheet())
    assert {row["label"] for row in sheet()} == {""}
    export("--predictions", "--target", TARGET, quotes="parts", out="tasks.json")
    tasks = read_json(Path("tasks.json"), "tasks")
    assert len(tasks) == 4
    assert all(task["predictions"][0]["model_version"].startswith("tfidf-") for task in tasks)
    export(quotes="parts", out="tasks.json")
    assert {len(task["predictions"]) for task in read_json(Path("tasks.json"), "tasks")} == {0}


ENCODED = [
    ("utf-8", ",", "sheet.csv"),
    ("utf-8-sig", ";", "sheet.csv"),
    ("cp1252", ";", "sheet.csv"),
    ("utf-16", "\t", "sheet.txt"),
    ("utf-8", "\t", "sheet.tsv"),
]


@pytest.mark.parametrize(("encoding", "delimiter", "name"), ENCODED)
def test_sheets_that_spreadsheets_have_saved_are_read(folder, encoding, delimiter, name):
    export()
    save(filled(note="schön “gesagt” – ja"), name, encoding=encoding, delimiter=delimiter, errors="replace")
    assert take(name) == 0
    gold = read_gold(Path("gold.jsonl"))
    assert [row.note for row in gold] == ["schön “gesagt” – ja"] * 5
    assert "Mira Olsén" in {row.speaker for row in gold}
    assert rejects() == []


def test_several_files_and_forms_make_one_gold_file(folder, capsys):
    export()
    save(filled()[:2], "ana.csv")
    save([row | {"coder": "ben"} for row in filled("pro-restriction")], "ben.csv")
    export(out="tasks.json")
    tasks = read_json(Path("tasks.json"), "tasks")
    answer = {"from_name": "label", "to_name": "context", "type": "choices", "value": {"choices": ["neutral"]}}
    said = {"id": 1, "completed_by": 3, "result": [answer], "updated_at": "2032-03-01T08:30:00Z", "lead_time": 4.5}
    Path("eva.json").write_text(json.dumps([task | {"id": 1, "annotations": [said]} for task in tasks]))
    assert take("ana.csv", "ben.csv", "eva.json", arguments=["--coder", "ana", "--coder", "3=eva", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.split("wrote")[-1].partition("\n")[2])
    assert (told["counts"]["gold"], told["counts"]["statements"], told["counts"]["coders"]) == (12, 5, 3)
    gold = read_gold(Path("gold.jsonl"))
    assert [row.coder for row in gold] == ["ana"] * 2 + ["ben"] * 5 + ["eva"] * 5
    assert (gold[-1].seconds, gold[-1].time) == (4.5, "2032-03-01T08:30:00Z")


def test_agreement_reads_imported_gold_and_the_sheets_themselves(folder, capsys):
    export()
    rows = sheet()
    for name, labels in (("ana", ["neutral"] * 5), ("ben", ["neutral"] * 4 + ["pro-restriction"])):
        save([row | {"label": label, "coder": name} for row, label in zip(rows, labels, strict=True)], f"{name}.csv")
    assert take("ana.csv", "ben.csv", arguments=[]) == 0
    capsys.readouterr()
    told = []
    for files in (["gold.jsonl"], ["ana.csv", "ben.csv"]):
        assert main(["annotate", "agreement", *files, "--resamples", "100", "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert [each["counts"]["disputed"] for each in told] == [1, 1]
    assert [each["counts"]["labelled_twice"] for each in told] == [5, 5]


def test_gold_files_are_put_together(folder):
    export("--terms")
    rows = sheet()
    for name, label in (("ana", "neutral"), ("ben", "pro-restriction")):
        save([row | {"label": label if row["kind"] != "term" else "", "coder": name} for row in rows], f"{name}.csv")
        assert take(f"{name}.csv", out=f"{name}.jsonl", arguments=[]) == 0
    assert take("ana.jsonl", "ben.jsonl", arguments=[]) == 0
    assert Path("gold.jsonl").read_text() == Path("ana.jsonl").read_text() + Path("ben.jsonl").read_text()
    assert len(read_gold(Path("gold.jsonl"))) == 12


def test_what_cannot_be_used_is_kept_and_counted(folder, capsys):
    export()
    rows = filled()
    rows[0]["label"] = "pro"
    rows[1]["label"] = ""
    save(rows)
    capsys.readouterr()
    assert take("sheet.csv") == 0
    (reject,) = rejects()
    assert (reject["reason"], reject["file"], reject["position"]) == ("bad-label", "sheet.csv", "L2")
    assert rows[0]["statement_id"] in reject["record"]
    assert "unlabelled        1" in capsys.readouterr().out
    assert read_json(Path("gold.manifest.json"), "manifest")["dropped"] == {"bad-label": 1}


def nothing_filled(folder):
    export()
    return ["sheet.csv"], "sheet.csv: holds no label yet"


def all_wrong(folder):
    export()
    save(filled("positive"))
    return [
        "sheet.csv"
    ], "not one of 5 rows can be used; the first: sheet.csv:2: label 'positive' is not in the codebook"


def another_project(folder):
    task = {"id": 1, "data": {"text": "hello"}, "annotations": [{"id": 1, "result": []}]}
    Path("other.json").write_text(json.dumps([task]))
    return ["other.json"], "has no statement_id; it is not a task of `stance annotate export`, but of another project"


def another_table(folder):
    export()
    rows = filled()
    Path("in/talk.txt").write_text(TALK.replace("Tuesday", "Monday"), encoding="utf-8")
    main(["ingest", "in/talk.txt", "--out", "quotes.parquet", "--set", f"target={TARGET}"])
    save([row for row in rows if row["source"] == "talk.txt"])
    return ["sheet.csv"], "talk.txt is another version than in the quote table"


def no_coder(folder):
    export()
    save(filled())
    return ["sheet.csv", "--coder-type", "human"], "names no coder; say whose label it is with --coder"


def half_an_export(folder):
    Path("half.json").write_text('[{"id": 1, "data": {')
    return ["half.json"], "half.json: not valid JSON"


def a_workbook(folder):
    Path("sheet.xlsx").write_bytes(b"PK")
    return ["sheet.xlsx"], "sheet.xlsx: cannot tell the format; save it as .csv"


def a_renamed_workbook(folder):
    Path("sheet.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9)
    return ["sheet.csv"], "sheet.csv: binary data, not text"


def a_missing_file(folder):
    return ["absent.csv"], "absent.csv: no such sheet; check the path"


def another_type(folder):
    return ["x.csv", "--coder-type", "robot"], "--coder-type 'robot' is none; give one of human, model, weak"


def two_coders(folder):
    return ["x.csv", "--coder", "a", "--coder", "b"], "name one coder; others as KNOWN=NAME"


def one_coder_twice(folder):
    return ["x.csv", "--coder", "1=a", "--coder", "1=b"], "gives one coder two names; import their files one by one"


def gold_as_csv(folder):
    return ["x.csv", "--out", "gold.csv"], "gold.csv: gold is written as JSON lines"


def itself(folder):
    Path("gold.jsonl").write_text("{}\n")
    return ["gold.jsonl"], "gold.jsonl: is read and would be overwritten"


BAD_IMPORTS = (
    nothing_filled, all_wrong, another_project, another_table, no_coder, half_an_export, a_workbook, a_renamed_workbook,
    a_missing_file, another_type, two_coders, one_coder_twice,
    gold_as_csv, itself,
)  # fmt: skip


@pytest.mark.parametrize("case", BAD_IMPORTS)
def test_what_cannot_be_imported_is_one_line_and_writes_nothing(folder, capsys, case):
    arguments, said = case(folder)
    if not {"--coder", "--coder-type"} & set(arguments):
        arguments += ["--coder", "ana"]
    before = sorted(Path().iterdir())
    capsys.readouterr()
    out = [] if "--out" in arguments else ["--out", "gold.jsonl"]
    assert main(["annotate", "import", *arguments, "--quotes", "quotes.parquet", *out]) == 2
    shown, error = capsys.readouterr()
    assert (shown, error.count("\n")) == ("", 1)
    assert said in error
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["quotes.parquet", "--out", "sheet.ods"], "sheet.ods: cannot tell the format"),
        (["quotes.parquet", "--out", "sheet.csv", "--format", "excel"], "--format excel is none"),
        (["quotes.parquet", "--out", "sheet.csv", "--delimiter", "#"], "--delimiter '#'"),
        (["quotes.parquet", "--out", "in", "--format", "csv"], "in: is a folder"),
        (["quotes.parquet", "--out", "quotes.jsonl", "--gold", "quotes.jsonl"], "is read and would be overwritten"),
        (
            ["quotes.parquet", "--out", "sheet.csv", "--predictions"],
            "--predictions shows those of a table of `stance score`",
        ),
        (["absent.parquet", "--out", "sheet.csv"], "absent.parquet: no such table"),
        (["quotes.articles.parquet", "--out", "sheet.csv"], "lacks the columns quote_id"),
        (["empty", "--out", "sheet.csv"], "empty: holds no quotation"),
        (["untold.jsonl", "--out", "sheet.csv"], "leaves nothing to annotate; "),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_writes_nothing(folder, capsys, arguments, said):
    Path("empty").mkdir()
    row = read_table(Path("quotes.parquet"))[0] | {"target": None}
    Path("untold.jsonl").write_text(json.dumps(row) + "\n")
    Path("untold.articles.parquet").write_bytes(Path("quotes.articles.parquet").read_bytes())
    before = sorted(Path().iterdir())
    capsys.readouterr()
    assert main(["annotate", "export", *arguments]) == 2
    shown, error = capsys.readouterr()
    assert (shown, error.count("\n")) == ("", 1)
    assert said in error
    assert sorted(Path().iterdir()) == before
