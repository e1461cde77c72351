"""``stance annotate sample``, ``estimate`` and ``actors`` from files to files, as an analyst uses them."""

import csv
import io
import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.files import read_json, sha256_text, write_jsonl
from pipeline.records import Article, Segment
from pipeline.rows import SCORE_COLUMNS
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA, article_row, read_table, write_table

STANCES = ("anti-restriction", "neutral", "neutral", "pro-restriction")
SHARES = {"anti-restriction": (0.8, 0.1, 0.1), "neutral": (0.1, 0.8, 0.1), "pro-restriction": (0.1, 0.1, 0.8)}
WORDS = ("harbour", "ferry", "lantern", "meadow", "granite", "orchard", "signal", "copper", "willow", "anchor")
PEOPLE = ("Mira Olsen", "Oru Baptista", "M. Olsen", None)


def article(number):
    """Return an article with two quotations and their rows."""
    said = [f"“Every {WORDS[number % 10]} and {w} of town number {number} needs this {number * 3 + k},”"
            for k, w in enumerate((WORDS[number // 10], "mast"))]  # fmt: skip
    text = f"{said[0]} said one. {said[1]} said another."
    made = Article(
        article_id=f"{number:016x}",
        text=text,
        source=f"town{number}.txt",
        title="Masts",
        outlet=("Halden Post", "Marisport Echo")[number % 2],
        published=f"2032-{1 + 2 * (number % 3):02d}-{1 + number % 28:02d}",
        raw_sha256=sha256_text(text),
        segments=(Segment(0, len(text), 0, len(text)),),
    )
    rows = []
    for k, quote in enumerate(said):
        start = text.index(quote)
        stance = STANCES[(number + k) % 4]
        speaker = PEOPLE[(number + k) % 4]
        quote_id = f"{made.article_id}:{start}-{start + len(quote)}"
        anti, neutral, pro = SHARES[stance]
        rows.append(
            dict.fromkeys(SCORE_COLUMNS)
            | {
                "row_id": sha256_text(quote_id)[:16],
                "quote_id": quote_id,
                "article_id": made.article_id,
                "story_id": made.article_id,
                "start": start,
                "end": start + len(quote),
                "raw_start": start,
                "raw_end": start + len(quote),
                "text": quote,
                "kind": "direct",
                "is_statement": True,
                "region": "body",
                "utterance_id": quote_id,
                "speaker": speaker,
                "speaker_id": speaker and speaker.lower().replace(".", "").replace(" ", "-"),
                "speaker_type": speaker and "person",
                "context": text,
                "target": "Quillon masts",
                "title": made.title,
                "outlet": made.outlet,
                "published": made.published,
                "source": made.source,
                "stance": stance,
                "p_anti": anti,
                "p_neutral": neutral,
                "p_pro": pro,
                "confidence": 0.8,
                "abstained": False,
                "model": "tfidf-0123456789ab",
            }
        )
    return made, rows


@pytest.fixture
def folder(tmp_path, monkeypatch, environment):
    """Work in a folder with a scored corpus of a hundred articles, in two tables."""
    monkeypatch.chdir(tmp_path)
    made = [article(number) for number in range(100)]
    for name, part in (("one", made[:60]), ("two", made[60:])):
        write_table(Path(f"{name}.parquet"), [row for _, rows in part for row in rows], SCORE_SCHEMA)
        write_table(Path(f"{name}.articles.parquet"), [article_row(a) for a, _ in part], ARTICLE_SCHEMA)
    return tmp_path


TABLES = ("one.parquet", "two.parquet")


def sample(*arguments, out="sample.parquet"):
    return main(["annotate", "sample", *TABLES, "--out", out, *arguments])


def coded(label_of, out="gold.jsonl"):
    """Label the sample by a sheet, the way coders do, and import it."""
    assert main(["annotate", "export", "sample.parquet", "--out", "sheet.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("sheet.csv").read_bytes().decode("utf-8-sig"), newline="")))
    stances = {row["quote_id"]: row["stance"] for row in read_table(Path("sample.parquet"))}
    for row in rows:
        row["label"] = label_of(stances[row["statement_id"]])
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    Path("sheet.csv").write_text(sheet.getvalue(), encoding="utf-8")
    assert main(["annotate", "import", "sheet.csv", "--quotes", "sample.parquet", "--out", out, "--coder", "ana"]) == 0


def estimate(capsys, *arguments):
    capsys.readouterr()
    status = main(["estimate", *TABLES, *arguments])
    return status, *capsys.readouterr()


def estimated(capsys, *arguments):
    status, out, _ = estimate(capsys, "--json", *arguments)
    assert status == 0
    return json.loads(out, parse_constant=pytest.fail)


def leaning(stance):
    """Return the actual label: the model takes those who are against the restriction for half pro and half anti."""
    return "anti-restriction" if stance == "pro-restriction" else stance


def test_from_a_sample_over_a_coder_to_corrected_shares(folder, capsys):
    assert sample("--n", "80", "--strata", "stance,outlet") == 0
    coded(leaning)
    found = estimated(
        capsys, "--sample", "sample.parquet", "--labels", "gold.jsonl", "--by", "outlet", "--out", "s.csv"
    )
    whole = found["whole"]
    assert (found["statements"], found["labelled"], whole["n"], whole["articles"]) == (200, 80, 200, 100)
    assert whole["naive"]["anti-restriction"]["value"] == 0.25
    anti = whole["corrected"]["anti-restriction"]
    assert anti["value"] == pytest.approx(0.5, abs=0.06)
    assert anti["low"] < 0.5 < anti["high"]
    assert [(group["outlet"], group["n"]) for group in found["groups"]] == [
        ("Halden Post", 100),
        ("Marisport Echo", 100),
    ]
    rows = read_table(Path("s.csv"))
    assert [row["outlet"] for row in rows[::3]] == [None, "Halden Post", "Marisport Echo"]
    assert float(rows[0]["share"]) == pytest.approx(anti["value"])


def test_the_sample_tells_its_design_and_keeps_its_articles(folder, capsys):
    assert sample("--n", "60", "--strata", "stance", "--seed", "7") == 0
    told = capsys.readouterr().out
    assert "stance=neutral" in told
    design = read_json(Path("sample.manifest.json"), "manifest")["design"]
    assert (design["seed"], design["strata"], design["n"]) == (7, ["stance"], 60)
    assert design["by_stratum"]["stance=neutral"] == {"rows": 100, "drawn": 30, "inclusion_probability": 0.3}
    rows = read_table(Path("sample.parquet"))
    assert {row["inclusion_probability"] for row in rows if row["stance"] == "neutral"} == {0.3}
    kept = {row["article_id"] for row in read_table(Path("sample.articles.parquet"))}
    assert kept == {row["article_id"] for row in rows}
    first = Path("sample.parquet").read_bytes()
    assert sample("--n", "60", "--strata", "stance", "--seed", "7", out="again.parquet") == 0
    assert Path("again.parquet").read_bytes() == first


def test_what_was_chosen_and_not_drawn_is_refused(folder, capsys):
    assert main(["annotate", "next", "one.parquet", "--out", "next.parquet", "--count", "20"]) == 0
    status, _, err = estimate(capsys, "--sample", "next.parquet")
    assert status == 2
    assert "next.parquet: holds statements chosen by `stance annotate next`" in err
    capsys.readouterr()
    assert main(["estimate", "next.parquet"]) == 2
    assert "name the scored table that they were chosen from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sample", "one.parquet"], "one.parquet: lacks stratum, stratum_rows"),
        (["--labels", "gold.jsonl"], "--labels needs --sample"),
        (["--by", "mood"], "--by mood: is none"),
        (["--count", "week"], "--count week: is none"),
        (["--method", "magic"], "--method magic: is none"),
        (["--out", "one.parquet"], "is read and would be overwritten"),
        (["--out", "shares.txt"], "cannot tell the format"),
        (["--actors", "absent.csv"], "absent.csv"),
    ],
)
def test_what_cannot_be_is_one_line(folder, capsys, arguments, message):
    status, out, err = estimate(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_sample_of_another_corpus_is_one_line(folder, capsys):
    assert sample("--n", "40") == 0
    capsys.readouterr()
    assert main(["estimate", "one.parquet", "--sample", "sample.parquet"]) == 2
    assert "are not in this corpus" in capsys.readouterr().err


def test_people_roll_up_to_organisations_without_scoring_anew(folder, capsys):
    assert main(["actors", "propose", *TABLES, "--out", "actors.csv"]) == 0
    assert "proposals in actors.csv" in capsys.readouterr().out
    before = Path("actors.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(before.decode("utf-8-sig"), newline="")))
    assert all(row["approved"] == "" for row in rows)
    lines = [
        "alias,actor,organisation,valid_to,approved",
        "M. Olsen,Mira Olsen,,,yes",
        "Mira Olsen,Mira Olsen,Halden Board,2032-03,yes",
        "Oru Baptista,Oru Baptista,Tessaly,,",
    ]
    Path("mine.csv").write_text("\n".join(lines), encoding="utf-8")
    found = estimated(capsys, "--actors", "mine.csv", "--by", "speaker")
    assert {group["speaker"]: group["n"] for group in found["groups"]} == {
        "Mira Olsen": 100,
        "Oru Baptista": 50,
        "no full name": 50,
    }
    assert "mine.csv: 1 lines are not approved and not applied; write yes under approved" in found["notes"]
    found = estimated(capsys, "--actors", "mine.csv", "--by", "organisation")
    march = sum(row["published"] < "2032-04" and (row["speaker"] or "").endswith("Olsen")
                for name in TABLES for row in read_table(Path(name)))  # fmt: skip
    assert {group["organisation"]: group["n"] for group in found["groups"]}["Halden Board"] == march


def test_proposals_are_added_to_a_file_and_decisions_stay(folder, capsys):
    rows = [
        row | {"speaker": "Mirra Olsen", "speaker_id": "mirra-olsen"} for row in read_table(Path("one.parquet"))[:3]
    ]
    others = read_table(Path("one.parquet"))[3:]
    write_table(Path("one.parquet"), [*rows, *others], SCORE_SCHEMA)
    Path("actors.csv").write_text("alias,actor,approved\nMirra Olsen,Mira Olsen,no\n", encoding="utf-8")
    assert main(["actors", "propose", *TABLES, "--out", "actors.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kept"] == 1
    assert ("Mirra Olsen", "Mira Olsen") not in {(one["alias"], one["actor"]) for one in told["new"]}
    kept = list(csv.DictReader(io.StringIO(Path("actors.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert (kept[0]["alias"], kept[0]["approved"]) == ("Mirra Olsen", "no")


def test_a_file_of_actors_that_contradicts_itself_is_one_line(folder, capsys):
    Path("actors.csv").write_text("alias,actor\nA B,C D\nC D,A B\n", encoding="utf-8")
    status, _, err = estimate(capsys, "--actors", "actors.csv")
    assert status == 2
    assert "actors.csv:3: leads in a circle, A B → C D → A B" in err


def test_missing_months_are_no_data_and_changes_are_told(folder, capsys):
    status, out, _ = estimate(capsys, "--by", "month", "--changes")
    assert status == 0
    assert "2032-02  0" in out
    assert "no data" in out
    assert "%" not in next(line for line in out.splitlines() if "2032-02" in line)
    assert "of 3 speakers and targets with enough dated articles changed" in out
    found = estimated(capsys, "--changes")
    assert {change["speaker"] for change in found["changes"]} == {"Mira Olsen", "Oru Baptista", "M. Olsen"}


def test_gold_that_names_no_id_finds_its_rows_by_their_place(folder, capsys):
    assert sample("--n", "60") == 0
    coded(leaning)
    gold = [json.loads(line) | {"statement_id": None} for line in Path("gold.jsonl").read_text("utf-8").splitlines()]
    write_jsonl(Path("placed.jsonl"), gold)
    by_id = estimated(capsys, "--sample", "sample.parquet", "--labels", "gold.jsonl")
    assert estimated(capsys, "--sample", "sample.parquet", "--labels", "placed.jsonl")["whole"] == by_id["whole"]
    # Two coders who agree are one label each; who disagree are to be decided.
    assert estimate(capsys, "--sample", "sample.parquet", "--labels", "gold.jsonl", "--labels", "placed.jsonl")[0] == 0
    write_jsonl(Path("other.jsonl"), [gold[0] | {"label": "pro-restriction", "coder": "ben"}, *gold[1:]])
    status, _, err = estimate(capsys, "--sample", "sample.parquet", "--labels", "gold.jsonl", "--labels", "other.jsonl")
    assert status == 2  # nobody labels pro-restriction above
    assert "other.jsonl:1: is pro-restriction, and" in err


def test_names_that_begin_like_formulas_are_guarded_in_a_table_for_spreadsheets(folder, capsys):
    rows = [row | {"outlet": "=1+1"} for row in read_table(Path("one.parquet"))]
    write_table(Path("formula.parquet"), rows, SCORE_SCHEMA)
    assert main(["estimate", "formula.parquet", "--by", "outlet", "--out", "shares.csv"]) == 0
    with Path("shares.csv").open(encoding="utf-8", newline="") as file:
        assert {row["outlet"] for row in csv.DictReader(file)} == {"", "'=1+1"}


def test_halves_of_characters_stop_nothing(folder, capsys):
    rows = [row | {"outlet": "Halden \ud800"} for row in read_table(Path("one.parquet"))]
    Path("half.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["annotate", "sample", "half.jsonl", "--n", "10", "--out", "drawn.parquet"]) == 0
    assert main(["estimate", "half.jsonl", "--by", "outlet", "--out", "shares.jsonl"]) == 0
    assert "Halden \ufffd" in capsys.readouterr().out
    assert main(["browse", "half.jsonl", "--out", "half.html", "--title", "Half \ud800"]) == 0
