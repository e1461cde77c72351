"""The export stage, with the exporter itself replaced: that one has tests of its own."""

from dataclasses import fields
from pathlib import Path

import pytest

from pipeline import stance
from pipeline.config import ExportConfig, load_config
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.files import read_json
from pipeline.records import Statement
from pipeline.stages import export
from pipeline.storage import schema_of, write_table

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}}}
TOLD = {"from": "tfidf", "precision": "int8", "dev_macro_f1": None}


@pytest.fixture
def project(tmp_path, monkeypatch, labelled):
    """Work in a folder with a model, ``models/own``, and 60 statements, every third of them in dev."""
    monkeypatch.chdir(tmp_path)
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0"}, seed=5), tmp_path / "models/own")
    rows = [
        {column: values[i] for column, values in table.items()}
        | {"label": y[i] if i != 3 else None, "split": "dev" if i % 3 == 0 else "train", "statement_id": str(i)}
        for i in range(60)
    ]
    write_table(Path("data/statements.parquet"), rows, schema_of([field.name for field in fields(Statement)]))
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """Return what the exporter was asked for; it writes the model as it is, with a word about the export."""
    seen = []

    def exporter(model, folder, *, dev, precision):
        seen.append((model, dev, precision))
        exported = stance.StanceModel(
            model.classifier, model.calibration, model.options, {**model.training, "export": TOLD}, model.seed
        )
        stance.save(exported, folder)
        return exported

    monkeypatch.setattr(export, "export_onnx", exporter)
    return seen


def config(*overrides):
    return load_config(ExportConfig, "export", overrides)


def test_the_model_is_checked_on_the_labelled_statements_of_dev(project, asked, labelled):
    export.run(config("precision=fp32"), "models/own", Path("models/small"))
    ((model, (table, y), precision),) = asked
    assert (model.name, model.seed, precision) == ("tfidf", 5, "fp32")
    expected = [i for i in range(0, 60, 3) if i != 3]
    assert y == [labelled[1][i] for i in expected]
    assert table.pop("speaker") == [None] * len(expected), "nobody speaks in that corpus"
    assert table == {name: [labelled[0][name][i] for i in expected] for name in stance.COLUMNS if name != "speaker"}


def test_a_manifest_lies_beside_the_new_folder_and_the_card_has_the_figures(project, asked):
    manifest = export.run(config(), "models/own", Path("models/own.onnx"))
    assert read_json(Path("models/own.onnx.manifest.json"), "manifest") == manifest.as_dict()
    assert (manifest.stage, manifest.counts, manifest.seed) == ("export", {"dev": 19}, 5)
    assert set(manifest.inputs) == {"models/own", "data/statements.parquet"}
    assert set(manifest.outputs) == {"models/own.onnx"}
    assert export.exported(Path("models/own.onnx")) == TOLD
    assert not Path("models/own.manifest.json").exists()


def test_without_statements_nothing_is_checked(project, asked):
    manifest = export.run(config("statements=null"), "models/own", Path("models/small"))
    assert asked[0][1] is None
    assert set(manifest.inputs) == {"models/own"}


# Overrides, model, output, and the error.
FAULTS = [
    ([], "models/own", "models/own", InputError, "is the model itself and would be overwritten"),
    ([], "models/absent", "out", ModelError, "models/absent: no model bundle here"),
    (["statements=absent.parquet"], "models/own", "out", InputError, r"absent\.parquet: no such table"),
    ([], "models/own", "out", InputError, r"no labelled statement is in the dev split; .* --set statements=null"),
]


@pytest.mark.parametrize(("overrides", "model", "out", "error", "message"), FAULTS)
def test_a_fault_is_told_and_nothing_is_written(project, asked, labelled, overrides, model, out, error, message):
    if "dev split" in message:
        write_table(Path("data/statements.parquet"), [], schema_of([field.name for field in fields(Statement)]))
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(error, match=message) as caught:
        export.run(config(*overrides), model, Path(out))
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_a_kind_that_cannot_be_exported_is_told(project):
    with pytest.raises(ModelError, match="a model of kind tfidf cannot be exported"):
        export.run(config(), "models/own", Path("out"))


def test_other_precisions_are_refused():
    with pytest.raises(ConfigError, match="precision: Input should be 'int8' or 'fp32'"):
        config("precision=int4")
