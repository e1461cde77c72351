"""Scored tables from disk: what is read, what is refused in one line, what is told."""

import json
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.rows import SCORE_COLUMNS
from pipeline.stages.scored import read_scored
from pipeline.storage import SCORE_SCHEMA, write_table

ROW = dict.fromkeys(SCORE_COLUMNS) | {
    "row_id": "r1",
    "quote_id": "a1:0-9",
    "article_id": "a1",
    "story_id": "a1",
    "start": 0,
    "end": 9,
    "text": "“Not now”",
    "kind": "direct",
    "is_statement": True,
    "utterance_id": "a1:0-9",
    "context": "“Not now”",
    "source": "a.txt",
    "published": "2032-03-01",
    "stance": "neutral",
    "p_anti": 0.2,
    "p_neutral": 0.5,
    "p_pro": 0.3,
    "confidence": 0.5,
    "abstained": False,
    "model": "tfidf-1",
}


def saved(folder: Path, *rows, name="scored.jsonl"):
    path = folder / name
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        write_table(path, rows, SCORE_SCHEMA)
    return path


@pytest.mark.parametrize("name", ["scored.parquet", "scored.jsonl", "scored.csv"])
def test_a_table_is_the_same_in_every_format(tmp_path, name):
    second = ROW | {"row_id": "r2", "published": None, "speaker_start": 3, "speaker": "Ann Lee", "abstained": True}
    (one, two) = read_scored([saved(tmp_path, ROW, second, name=name)]).rows
    assert (one.probabilities, one.confidence, str(one.date), one.speaker) == ((0.2, 0.5, 0.3), 0.5, "2032-03-01", None)
    assert (two.date, two.speaker_start, two.speaker, two.abstained) == (None, 3, "Ann Lee", True)


def test_a_csv_that_a_spreadsheet_saved_is_read(tmp_path):
    path = saved(tmp_path, ROW, name="scored.csv")
    text = path.read_text(encoding="utf-8").replace("True", "TRUE").replace("False", "FALSE")
    path.write_text(text, encoding="utf-8-sig")
    assert len(read_scored([path]).statements) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stance": "Pro"}, "row 1: stance 'Pro' is not one of anti-restriction, neutral, pro-restriction"),
        ({"stance": None}, "row 1: stance None is not one of"),
        ({"p_pro": float("nan")}, "row 1: p_pro is nan, no probability"),
        ({"p_pro": None}, "row 1: p_pro is None, no probability"),
        ({"p_pro": "0.3"}, "row 1: p_pro is '0.3', no probability"),
        ({"p_pro": 0.4}, "do not sum to 1"),
        ({"row_id": None}, "row 1: row_id is empty"),
        ({"start": None}, "row 1: start is None, no offset"),
        ({"cue_start": -1}, "row 1: cue_start is -1, no offset"),
        ({"is_statement": None}, "neither true nor false"),
        ({"speaker": 7}, "speaker is 7, no text"),
        ({"speaker_confidence": float("inf")}, "speaker_confidence is inf"),
    ],
)
def test_a_damaged_row_is_one_line_with_its_place(tmp_path, values, message):
    path = saved(tmp_path, ROW | values)
    with pytest.raises(InputError, match=r"write the table again with `stance score`$") as error:
        read_scored([path])
    assert str(error.value).startswith(f"{path}: row 1: ")
    assert message in str(error.value)


def test_further_damaged_rows_are_counted(tmp_path):
    bad = ROW | {"stance": "none"}
    with pytest.raises(InputError, match=r"row 2: .*\(1 more rows are damaged\)"):
        read_scored([saved(tmp_path, ROW, bad | {"row_id": "r2"}, bad | {"row_id": "r3"})])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({k: v for k, v in ROW.items() if k not in ("model", "outlet")}, "lacks the columns outlet, model: no scored"),
        ({k: v for k, v in ROW.items() if not k.startswith(("stance", "p_"))}, "is a quote table without stances"),
        (ROW | {"rank": 1, "uncertainty": 0.5, "novelty": 1.0}, "`stance annotate next` has chosen"),
        ({"a": 1}, "no scored table, or one of another version"),
        (ROW | {"is_statement": False}, "no statement in it, only terms and titles"),
    ],
)
def test_another_table_is_one_line(tmp_path, row, message):
    with pytest.raises(InputError, match=message.replace("`", ".")):
        read_scored([saved(tmp_path, row)])


def test_no_quotes_and_no_table_are_one_line(tmp_path):
    with pytest.raises(InputError, match="no quotation in it"):
        read_scored([saved(tmp_path, name="scored.parquet")])
    for name in ("absent.parquet", "absent"):
        with pytest.raises(InputError, match="no such table"):
            read_scored([tmp_path / name])


def test_columns_that_came_later_may_be_missing_and_are_told(tmp_path):
    old = {k: v for k, v in ROW.items() if k not in ("stance_set", "speaker_id")}
    corpus = read_scored([saved(tmp_path, old)])
    assert corpus.rows[0].speaker_id is None
    assert corpus.warnings == ("a table of an older version, without speaker_id, stance_set",)


def test_repeated_rows_count_once_and_two_models_on_one_row_are_refused(tmp_path):
    one, two = saved(tmp_path, ROW, ROW | {"row_id": "r2"}), saved(tmp_path, ROW, name="b.jsonl")
    corpus = read_scored([one, two])
    assert [row.row_id for row in corpus.rows] == ["r1", "r2"]
    assert corpus.warnings == ("1 repeated row counts once",)
    other = saved(tmp_path, ROW | {"p_pro": 0.2, "p_neutral": 0.6}, name="c.jsonl")
    with pytest.raises(InputError, match=r"c.jsonl: row 1: row_id r1 is another stance at .*scored.jsonl: row 1"):
        read_scored([one, other])


def test_dates_that_are_missing_or_none_keep_their_rows_and_are_counted(tmp_path):
    rows = [
        ROW | {"row_id": f"r{n}", "published": told} for n, told in enumerate(["2032-03", None, "", "soon", "late"])
    ]
    corpus = read_scored([saved(tmp_path, *rows)])
    assert [str(row.date) for row in corpus.rows] == ["2032-03", "None", "None", "None", "None"]
    assert corpus.rows[3].published == "soon"
    assert corpus.warnings == (
        "2 of 5 rows have no published date; they count under “no date”",
        "2 rows have a published date that is none (the first: 'soon'); they count under “no date”",
    )


def test_two_models_in_a_corpus_are_told(tmp_path):
    corpus = read_scored([saved(tmp_path, ROW, ROW | {"row_id": "r2", "model": "tfidf-2"})])
    assert corpus.warnings == ("2 models have scored these rows (tfidf-1, tfidf-2); their errors differ",)


def test_articles_are_read_where_they_are_wanted_and_there(tmp_path):
    path = saved(tmp_path, ROW)
    assert read_scored([path]).warnings == ()
    (warning,) = read_scored([path], articles=True).warnings
    assert "scored.articles.parquet: not there" in warning


def test_a_folder_of_parts_is_a_table(tmp_path):
    folder = tmp_path / "scored"
    folder.mkdir()
    saved(folder, ROW, name="part-00000.parquet")
    saved(folder, ROW | {"row_id": "r2"}, name="part-00001.parquet")
    assert len(read_scored([folder]).rows) == 2
