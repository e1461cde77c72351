"""``stance why``: what is behind a scored row, and what is not recorded."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from corpus import cells
from town import COUNCIL, TARGET, article, rows_of

from pipeline import stance
from pipeline.cli import main
from pipeline.files import sha256_file, write_json
from pipeline.findings.nearest import nearest
from pipeline.stages.statements import table as columns_of
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA, article_row, schema_of, write_table
from pipeline.tracking import RunRecord

OPTIONS = {
    "features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}},
    "c": 1.0,
    "class_weight": None,
    "max_iterations": 300,
}
COLUMNS = ("statement_id", "article_id", "story_id", "text", "context", "title", "target", "speaker", "label", "coder")
COLUMNS += ("coder_type", "ambiguous", "split")
SCORES = {"stance": "neutral", "p_anti": 0.2, "p_neutral": 0.5, "p_pro": 0.3, "confidence": 0.5, "abstained": False}
PAGE = replace(article(), url="https://halden.example/council", outlet="Halden Post", published="2032-03-01")


def statement(number, text, label="neutral", split="train", **values):
    row = dict.fromkeys(COLUMNS, "") | {"statement_id": f"s{number}", "article_id": f"b{number}", "text": text}
    return row | {"label": label, "split": split, "coder": "ana", "coder_type": "human", "ambiguous": False} | values


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, labelled):
    """Work in a folder with a scored table, its articles, the model that scored it, and what that was trained on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.stages.why.model_folders", lambda name: [tmp_path / "models" / name])
    quotes = rows_of(PAGE)
    known = [statement(i, text, y) for i, (text, y) in enumerate(zip(labelled[0]["text"], labelled[1], strict=True))]
    known.append(statement(90, "“The ban on Quillon routers is OVERDUE”", "pro-restriction"))
    known.append(statement(91, quotes[2]["text"], split="test", statement_id=quotes[2]["quote_id"], target=TARGET))
    write_table(tmp_path / "data/statements.parquet", known, schema_of(COLUMNS))
    coded = [{"statement_id": quotes[2]["quote_id"], "target": TARGET, "coder": "ben", "label": "anti-restriction"}]
    codings = schema_of(("statement_id", "target", "coder", "coder_type", "label"))
    write_table(tmp_path / "data/statements.codings.parquet", coded, codings)
    train = [row for row in known if row["split"] == "train"]
    training = {"sha256": sha256_file(tmp_path / "data/statements.parquet")}
    fitted = stance.fit("tfidf", OPTIONS, columns_of(train), [row["label"] for row in train], training=training)
    stance.save(fitted, tmp_path / "models/default")
    name = f"tfidf-{stance.fingerprint(tmp_path / 'models/default')[:12]}"
    rows = [row | SCORES | {"row_id": f"{i}abc{i}", "model": name} for i, row in enumerate(quotes)]
    rows.append(rows[0] | {"row_id": "0abd"})
    write_table(tmp_path / "scored.parquet", rows, SCORE_SCHEMA)
    write_table(tmp_path / "scored.articles.parquet", [article_row(PAGE)], ARTICLE_SCHEMA)
    return tmp_path


def asked(capsys, row_id, *more):
    assert main(["why", row_id, "--scored", "scored.parquet", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_row_leads_to_its_place_in_both_texts(capsys):
    told = asked(capsys, "0abc")
    quote, sentence = told["quote"], told["quote"]["sentence"]
    assert COUNCIL[quote["raw_start"] : quote["raw_end"]] == quote["text"]
    assert PAGE.text[sentence["start"] : sentence["end"]] == sentence["text"]
    assert sentence["text"] == f"{quote['text']} said Mira Olsen, the mayor of Halden."
    assert COUNCIL[sentence["raw_start"] : sentence["raw_end"]] == sentence["text"]
    assert told["article"]["url"] == "https://halden.example/council"
    assert (told["speaker"]["speaker_mention"], told["speaker"]["cue"]) == ("Mira Olsen", "said")


def test_a_copy_in_the_training_data_is_told(capsys):
    told = asked(capsys, "0abc")
    assert told["trained_on"] == "copy"
    first, *others = told["nearest"]
    assert (first["statement_id"], first["similarity"], first["label"]) == ("s90", 1.0, "pro-restriction")
    assert [near["copy"] for near in others] == sorted((near["copy"] for near in others), reverse=True)
    assert sum(not near["copy"] for near in others) <= 5
    assert told["training"]["same_data"] is True


def test_labels_of_the_row_come_with_their_coders_and_test_rows_are_not_trained_on(capsys):
    told = asked(capsys, "2")
    assert [(label["coder"], label["label"], label["counts"]) for label in told["labels"]] == [
        ("ana", "neutral", True), ("ben", "anti-restriction", False),
    ]  # fmt: skip
    assert told["trained_on"] == "no"


def test_the_run_is_told_only_by_a_pointer_to_this_model(folder, capsys, monkeypatch):
    monkeypatch.setattr("pipeline.tracking.is_known", lambda run_id: False)
    sha256 = asked(capsys, "2")["model"]["fingerprint"]
    assert sha256 == stance.fingerprint(folder / "models/default")
    pointer = folder / "models/default.run.json"
    write_json(pointer, {"run_id": "77aa", "store": "sqlite:///x.db", "model_sha256": sha256})
    assert asked(capsys, "2")["training"]["run_id"] == "77aa"
    write_json(pointer, {"run_id": "77aa", "store": "sqlite:///x.db", "model_sha256": "0" * 64})
    told = asked(capsys, "2")
    assert told["training"]["run_id"] is None
    assert any("tells no run of this model" in line for line in told["missing"])


def test_the_git_commit_is_that_of_the_run(folder, capsys, monkeypatch):
    sha256 = stance.fingerprint(folder / "models/default")
    write_json(folder / "models/default.run.json", {"run_id": "77aa", "store": "x", "model_sha256": sha256})
    tags = {"mlflow.source.git.commit": "c0ffee"}
    run = RunRecord("77aa", "calm-fox", datetime(2032, 3, 1, tzinfo=UTC), "FINISHED", {}, {}, tags)
    monkeypatch.setattr("pipeline.tracking.is_known", lambda run_id: run_id == "77aa")
    monkeypatch.setattr("pipeline.tracking.find_run", lambda run_id: run)
    assert asked(capsys, "2")["training"]["git_commit"] == "c0ffee"


def test_a_model_named_wrongly_is_told(capsys):
    told = asked(capsys, "2", "--model", "models/else")
    assert told["model"]["card"]["classifier"] == "tfidf"
    assert any(line.startswith("models/else: is not the model of this row") for line in told["missing"])


ADDRESS = "models:/stance@champion"


@pytest.fixture
def registered(folder, monkeypatch):
    """Return the fingerprint of the row's model, which is nowhere but in the registry."""
    sha256 = stance.fingerprint(folder / "models/default")
    shutil.move(folder / "models/default", folder / "logged")
    outputs = {"scored.parquet": sha256_file(folder / "scored.parquet")}
    write_json(folder / "scored.manifest.json", {"inputs": {ADDRESS: sha256}, "outputs": outputs})
    tags = {"mlflow.source.git.commit": "c0ffee", "model_sha256": sha256, "model": "models:/stance/7"}
    run = RunRecord("77aa", "calm-fox", datetime(2032, 3, 1, tzinfo=UTC), "FINISHED", {}, {}, tags)
    monkeypatch.setattr("pipeline.tracking.is_empty", lambda: False)
    monkeypatch.setattr("pipeline.tracking.is_known", lambda run_id: run_id == "77aa")
    monkeypatch.setattr("pipeline.tracking.find_run", lambda run_id: run)
    monkeypatch.setattr("pipeline.tracking.trained", lambda wanted: run if wanted == sha256 else None)
    monkeypatch.setattr("pipeline.tracking.resolve_model", {ADDRESS: folder / "logged"}.__getitem__)
    return sha256


def test_a_model_from_the_registry_is_looked_up_there(registered, capsys):
    told = asked(capsys, "2")
    assert (told["model"]["fingerprint"], told["model"]["address"]) == (registered, ADDRESS)
    assert told["model"]["card"]["classifier"] == "tfidf"
    assert (told["training"]["run_id"], told["training"]["git_commit"]) == ("77aa", "c0ffee")
    assert told["training"]["same_data"] is True
    assert told["missing"] == []


def test_a_model_whose_alias_has_moved_on_is_taken_from_its_run(registered, folder, capsys, monkeypatch, labelled):
    stance.save(stance.fit("tfidf", OPTIONS, *labelled, training={}), folder / "other")
    places = {ADDRESS: folder / "other", "models:/stance/7": folder / "logged"}
    monkeypatch.setattr("pipeline.tracking.resolve_model", places.__getitem__)
    told = asked(capsys, "2")
    assert told["model"]["folder"] == str(folder / "logged")
    (line,) = told["missing"]
    assert line.startswith(f"{ADDRESS}: is another model ({stance.fingerprint(folder / 'other')[:12]})")


def test_a_registry_that_is_not_here_is_told_and_none_is_made(registered, folder, capsys, monkeypatch):
    for name, value in (("is_empty", True), ("trained", None)):
        monkeypatch.setattr(f"pipeline.tracking.{name}", lambda *_, value=value: value)
    told = asked(capsys, "2", "--statements", "absent.parquet")
    assert (told["model"]["fingerprint"], told["model"]["folder"]) == (registered, None)
    lines = "\n".join(told["missing"])
    assert f"{ADDRESS}: no MLflow store at " in lines
    assert "set MLFLOW_TRACKING_URI to the one that the table was scored with" in lines
    assert not (folder / "mlflow.db").exists()
    # The same model in a folder will do, and then nothing about the registry is missing.
    shutil.move(folder / "logged", folder / "models/default")
    told = asked(capsys, "2")
    assert told["model"]["folder"] == str(folder / "models/default")
    assert not any(ADDRESS in line for line in told["missing"])


def test_a_moved_model_may_be_named_by_its_address(registered, folder, capsys):
    (folder / "scored.manifest.json").unlink()
    assert asked(capsys, "2", "--model", ADDRESS)["model"]["fingerprint"] == registered


def remade(folder, labelled, **training):
    """Have the rows scored by a model that tells this of its training, as one that comes along does."""
    stance.save(stance.fit("tfidf", OPTIONS, *labelled, training=training), folder / "models/default")
    name = f"tfidf-{stance.fingerprint(folder / 'models/default')[:12]}"
    rows = [row | SCORES | {"row_id": f"{i}abc{i}", "model": name} for i, row in enumerate(rows_of(PAGE))]
    write_table(folder / "scored.parquet", rows, SCORE_SCHEMA)


def test_what_a_model_tells_of_its_training_without_texts_is_shown_field_by_field(folder, capsys, labelled):
    remade(folder, labelled, rows_sha256="ab" * 32, rows=6849, made_by="make.py", git_commit="0ff1ce")
    told = asked(capsys, "2")
    training = told["training"]
    assert {name: training[name] for name in ("rows_sha256", "rows", "git_commit", "sha256", "data", "command")} == {
        "rows_sha256": "ab" * 32, "rows": 6849, "git_commit": "0ff1ce", "sha256": None, "data": None, "command": None,
    }  # fmt: skip
    assert any("its card does not tell sha256, data, command of the training data" in line for line in told["missing"])
    assert main(["why", "2", "--scored", "scored.parquet"]) == 0
    out, err = capsys.readouterr()
    lines = dict(line.split(maxsplit=1) for line in out.splitlines() if line.startswith("  "))
    assert (lines["rows_sha256"], lines["command"]) == ("ab" * 32, "not recorded by this model")
    assert lines["run_id"] == "not recorded"
    assert "most similar statements of data/statements.parquet: " in out
    assert err.count("the statements that this model learned from do not come with it") == 1
    assert "which it has not learned from" in err


def test_a_model_that_comes_along_needs_no_statements_to_be_named(folder, capsys, labelled):
    remade(folder, labelled, fitted_again_on=6849)
    told = asked(capsys, "2", "--statements", "absent.parquet")
    assert told["training"]["rows"] == 6849
    lines = "\n".join(told["missing"])
    assert "do not come with it: no similar ones are shown" in lines
    assert "name them with --statements" not in lines


def test_another_model_or_table_of_that_name_is_not_taken_for_the_right_one(folder, capsys):
    other = [cells(1, row_id="q1", model="tfidf-0123456789ab")]
    write_table(folder / "scored.parquet", other, SCORE_SCHEMA)
    write_json(folder / "scored.manifest.json", {"inputs": {"models/x": "0123456789ab" + "0" * 52}, "outputs": {}})
    told = asked(capsys, "q1", "--statements", "absent.parquet")
    assert (told["model"]["fingerprint"], told["model"]["folder"], told["model"]["card"]) == (None, None, None)
    assert (told["quote"]["sentence"], told["nearest"], told["labels"]) == (None, None, None)
    lines = "\n".join(told["missing"])
    for part in ("is of another table", "its folder is not found", "no article with this quotation", "absent.parquet"):
        assert part in lines


def test_people_see_the_marked_sentence_and_what_is_not_recorded(capsys):
    assert main(["why", "0abc", "--scored", "scored.parquet"]) == 0
    out, err = capsys.readouterr()
    assert "[1A “The ban on Quillon routers is overdue,”] _said_" in out
    assert "We think this order" not in out.partition("\nrow\n")[0]
    assert "run_id                not recorded" in out
    assert "a copy or near-copy of it is in the train split" in out
    assert "scored.manifest.json: no manifest here" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0ab", "--scored", "scored.parquet"], "2 rows have an id that begins with '0ab' (0abc0, 0abd)"),
        (["zz", "--scored", "scored.parquet"], "no row has the id 'zz'"),
        (["zz", "--scored", "absent"], "absent: no such table"),
        (["s1", "--scored", "data/statements.parquet"], "no scored table, or one of another version"),
    ],
)
def test_what_cannot_be_answered_is_one_line(arguments, message, capsys):
    assert main(["why", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_texts_without_a_word_in_common_are_no_neighbours():
    rows = [{"text": "“Trade is up.”"}, {"text": "“No masts here”"}, {"text": "…"}]
    assert [near.row["text"] for near in nearest("“Masts stay”", rows, 5)] == ["“No masts here”"]
    assert nearest("“Masts”", [{"text": "…"}], 5) == []
