"""The command line: help, streams, exit statuses, and errors as a new user meets them."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

import pipeline
from pipeline import __version__, stance, tracking
from pipeline.cli import app, main
from pipeline.errors import GateError, InputError
from pipeline.files import write_json
from pipeline.records import Manifest
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages import evaluate, export, ingest, label, scorer, train
from pipeline.storage import read_table
from pipeline.tracking import RunRecord

ROOT = Path(pipeline.__file__).parent.parent
COMMANDS = {"ingest", "label", "train", "tune", "evaluate", "export", "score", "quotes", "behaviour", "doctor"}
COMMANDS |= {"runs", "compare", "promote", "report"}
COMMANDS |= {f"annotate {name}" for name in ("agreement", "check", "export", "import", "next", "run", "sample")}
COMMANDS |= {"estimate", "actors propose"}
COMMANDS |= {"browse", "network", "summary", "why"}
TALK = "“The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of Halden. The vote is on Tuesday.\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(range(256)) * 4
OPTIONS = {
    "features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}},
    "c": 1.0,
    "class_weight": None,
    "max_iterations": 300,
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, environment):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    # The model that comes along is not found from here.
    monkeypatch.setattr(scorer, "model_folders", lambda name: [Path("models") / name])
    return tmp_path


@pytest.fixture
def model(folder, labelled):
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), folder / "models/default")
    return folder / "models/default"


@pytest.fixture
def article(folder):
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    return "talk.txt"


def commands(group, above=""):
    """Return every command by its name, those under another by both names."""
    found = {}
    for name, command in group.commands.items():
        under = commands(command, f"{above}{name} ") if hasattr(command, "commands") else {f"{above}{name}": command}
        found |= under
    return found


def parameters():
    for name, command in commands(typer.main.get_command(app)).items():
        for parameter in command.params:
            yield pytest.param(name, parameter, id=f"{name}-{parameter.name}")


def test_the_commands_are_those_of_the_contract():
    assert set(commands(typer.main.get_command(app))) == COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example_of_itself(name, capsys):
    command = commands(typer.main.get_command(app))[name]
    assert command.help.endswith(".")
    assert command.epilog.startswith(f"Example: stance {name}")
    assert main([*name.split(), "--help"]) == 0
    assert command.epilog[:30] in capsys.readouterr().out


@pytest.mark.parametrize(("name", "parameter"), list(parameters()))
def test_every_option_has_help_and_an_example_where_it_takes_a_value(name, parameter):
    assert parameter.help
    if not getattr(parameter, "is_flag", False):
        assert "e.g. " in parameter.help


def test_version_is_one_line_on_stdout(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"stance {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["score"], ["score", "x", "--outt", "y"], ["runs", "--limit", "0"]]
)
def test_wrong_usage_is_status_2_and_leaves_stdout_empty(arguments, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err


def a_missing_path(folder):
    return ["ingest", "absent", "--out", "out.parquet"], "absent: no such file or folder"


def an_empty_folder(folder):
    (folder / "empty").mkdir()
    return ["ingest", "empty", "--out", "out.parquet"], "empty: no files"


def a_picture(folder):
    (folder / "photo.jpg").write_bytes(JPEG)
    return ["ingest", "photo.jpg", "--out", "out.parquet"], "photo.jpg"


def a_table_without_text(folder):
    (folder / "prices.csv").write_text("item,price\nbread,2\n")
    return ["ingest", "prices.csv", "--out", "out.parquet"], "prices.csv"


def a_truncated_gzip(folder):
    (folder / "news.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": TALK}).encode())[:-12])
    return ["ingest", "news.jsonl.gz", "--out", "out.parquet"], "news.jsonl.gz"


def an_unknown_table_format(folder):
    return ["ingest", "talk.txt", "--out", "out.xlsx"], "out.xlsx: cannot tell the format"


def a_misspelt_key(folder):
    return ["label", "--set", "sede=7"], "unknown key 'sede'; known keys:"


def a_misspelt_key_in_a_file(folder):
    (folder / "my.yaml").write_text("paths: [talk.txt]\nout: out.parquet\nstrikt: true\n")
    return ["ingest", "--config", "my.yaml"], "my.yaml: unknown key 'strikt'"


def a_value_of_the_wrong_kind(folder):
    return ["evaluate", "--set", "resamples=many"], "evaluate.yaml with --set resamples=many: resamples:"


def an_override_without_value(folder):
    return ["score", "talk.txt", "--out", "out.parquet", "--set", "batch_rows"], "--set batch_rows: expected key=value"


def an_unknown_model_name(folder):
    return ["train", "--model", "nope"], "no configuration is called 'models/nope'; there are:"


def no_model_yet(folder):
    return [
        "score",
        "talk.txt",
        "--out",
        "out.parquet",
    ], "no model at models/starter or models/default; run `stance train`"


def no_statements_yet(folder):
    return ["train", "--set", "track=false"], "data/statements.parquet: no such table"


def an_unknown_run(folder):
    return ["compare", "aaaa", "bbbb"], "run aaaa: no such run"


def a_run_without_a_gate(folder):
    return ["promote"], "stance promote: name one run, or give --rollback"


def a_run_and_the_way_back(folder):
    return ["promote", "aaaa", "--rollback"], "stance promote: name one run, or give --rollback"


def a_misspelt_key_of_the_gate(folder):
    return ["promote", "aaaa", "--set", "slices.smalest=3"], "unknown key 'slices.smalest'; known keys: check, smallest"


def an_unknown_run_to_promote(folder):
    return ["promote", "aaaa"], "run aaaa: no such run"


def no_way_back(folder):
    return ["promote", "--rollback"], "stance@champion: points at no model"


def an_unknown_model_address(folder):
    return [
        "score",
        "talk.txt",
        "--out",
        "out.parquet",
        "--model",
        "models:/stance@champion",
    ], "models:/stance@champion"


FAULTS = [
    a_missing_path, an_empty_folder, a_picture, a_table_without_text, a_truncated_gzip, an_unknown_table_format,
    a_misspelt_key, a_misspelt_key_in_a_file, a_value_of_the_wrong_kind, an_override_without_value,
    an_unknown_model_name, no_model_yet, no_statements_yet, an_unknown_run, a_run_without_a_gate,
    a_run_and_the_way_back, a_misspelt_key_of_the_gate, an_unknown_run_to_promote, no_way_back,
    an_unknown_model_address,
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_users_mistake_is_one_line_status_2_and_no_output(fault, folder, article, capsys):
    arguments, message = fault(folder)
    before = {path for path in folder.rglob("*") if path.is_file()}
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1
    assert {path for path in folder.rglob("*") if path.is_file()} == before


def test_a_changed_model_is_refused(model, article, capsys):
    weights = next(path for path in model.iterdir() if path.suffix == ".npz")
    *head, last = weights.read_bytes()
    weights.write_bytes(bytes([*head, last ^ 1]))
    assert main(["score", article, "--out", "out.parquet"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: models/default: damaged model bundle, {weights.name} has changed")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--debug", "label"], ["label", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(arguments, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("error: ")


def test_behind_two_dashes_debug_is_a_name_like_any_other(capsys):
    assert main(["compare", "--", "--debug", "other"]) == 2
    assert capsys.readouterr().err.startswith("error: run --debug: no such run")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_stands_in_the_readme(name):
    assert f"stance {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def raising(error):
    def run(*_, **__):
        raise error

    return run


STATUSES = [
    (GateError("macro_f1 fell"), 1, "error: macro_f1 fell\n"),
    (InputError("two\nlines"), 2, "error: two lines\n"),
    (OSError(28, "No space left on device"), 2, "error: [Errno 28] No space left on device\n"),
    (KeyboardInterrupt(), 130, "stopped\n"),
]


@pytest.mark.parametrize(("error", "status", "line"), STATUSES, ids=["gate", "input", "system", "stopped"])
def test_errors_become_one_line_and_a_status(error, status, line, monkeypatch, capsys):
    monkeypatch.setattr(label, "run", raising(error))
    assert main(["label"]) == status
    assert capsys.readouterr() == ("", line)


def test_names_that_are_no_utf8_are_read_and_refused_for_outputs(folder, capsys):
    name = os.fsdecode(b"caf\xe9.txt")
    (folder / name).write_text(TALK, encoding="utf-8")
    assert main(["ingest", name, "--out", "out.csv"]) == 0
    assert "read        caf\ufffd.txt\n" in capsys.readouterr().out
    assert "caf\ufffd.txt" in json.loads((folder / "out.manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert main(["ingest", name, "--out", os.fsdecode(b"caf\xe9.csv")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("error: "), err.count("\n")) == ("", True, 1)
    assert "is no UTF-8 text; rename the file or folder" in err
    assert len(list(folder.iterdir())) == 5


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(label, "run", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["label"])


def test_the_command_line_wins_over_set_and_set_over_the_file(article, monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(ingest, "run", lambda config, progress: seen.append(config) or raising(InputError("stop"))())
    main(["ingest", article, "--out", "mine.csv", "--strict", "--set", "out=other.csv", "--set", "html_seconds=3"])
    assert (seen[0].paths, str(seen[0].out), seen[0].strict, seen[0].html_seconds) == (
        (article,),
        "mine.csv",
        True,
        3.0,
    )
    assert capsys.readouterr().err == "error: stop\n"


def test_ingest_writes_the_table_and_tells_what_it_did(article, capsys):
    assert main(["ingest", article, "--out", "quotes.jsonl"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    told = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (told["articles"], told["quotes"], told["rejects"]) == ("1", "1", "0")
    (row,) = read_table(Path("quotes.jsonl"), required=QUOTE_COLUMNS)
    assert row["speaker"] == "Mira Olsen"


def test_json_is_the_only_thing_on_stdout(article, model, capsys):
    assert main(["score", article, "--out", "scored.parquet", "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert (manifest["stage"], manifest["counts"]["rows"]) == ("score", 1)


def test_few_scored_statements_are_shown_and_more_are_not(article, model, capsys):
    assert main(["score", article, "--out", "scored.parquet"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-2].split() == ["speaker", "quote", "stance", "confidence"]
    assert shown[-1].startswith("Mira Olsen  “The ban on Quillon routers is overdue,”  pro-restriction  0.")
    assert main(["score", article, "--out", "scored.parquet", "--show", "0"]) == 0
    assert "Mira Olsen" not in capsys.readouterr().out


def test_another_models_stances_are_shown_beside(article, model, capsys):
    shutil.copytree(model, "models/starter")
    assert main(["score", article, "--out", "scored.parquet", "--beside", "models/default"]) == 0
    heads, row = capsys.readouterr().out.splitlines()[-2:]
    assert heads.split() == ["speaker", "quote", "models/starter", "models/default"]
    assert re.fullmatch(r"Mira Olsen  “The ban .*,”  (pro-restriction 0\.\d\d)  \1", row)
    assert main(["score", article, "--out", "other.parquet", "--beside", "models/absent"]) == 2
    assert "models/absent: no model bundle here" in capsys.readouterr().err
    assert not Path("other.parquet").exists()


def test_runs_without_a_store_says_so_and_makes_none(folder, capsys):
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("no runs yet at sqlite:///")
    assert list(folder.iterdir()) == []
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


RUNS = [
    RunRecord(
        run_id=letter * 32,
        name=name,
        start=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
        status="FINISHED",
        params={"model.classifier": "tfidf", "model.c": c},
        metrics={"macro_f1": macro_f1, "accuracy": 0.6},
        tags={},
    )
    for letter, name, c, macro_f1 in (("a", "calm-owl-1", "1.0", 0.5), ("b", "bold-ant-2", "4.0", 0.625))
]


def test_runs_are_listed_for_people_and_for_programs(monkeypatch, capsys):
    monkeypatch.setattr(tracking, "runs", lambda limit: RUNS[:limit])
    assert main(["runs", "--limit", "1"]) == 0
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == ["run", "name", "started", "status", "classifier", "macro_f1"]
    assert row.split()[:2] == ["aaaaaaaa", "calm-owl-1"]
    assert row.split()[-3:] == ["finished", "tfidf", "0.5"]
    assert main(["runs", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["metrics"]["macro_f1"] for run in told] == [0.5, 0.625]
    assert told[0]["start"] == "2026-11-22T06:30:00+00:00"


def manifest(stage):
    return Manifest(stage, {"train": 7}, {"unlabelled": 2}, {"in": "0"}, {"out": "1"}, "c", __version__, 7, 1.25)


def test_train_passes_the_model_its_overrides_and_the_wish_to_register(monkeypatch, capsys):
    seen = []

    def run(config, *, register):
        seen.append((config.model.classifier, config.model.c, config.seed, register))
        return manifest("train")

    monkeypatch.setattr(train, "run", run)
    assert main(["train", "--model", "tfidf", "--set", "model.c=4", "--set", "seed=7", "--register"]) == 0
    assert seen == [("tfidf", 4.0, 7, True)]
    told = capsys.readouterr().out.splitlines()
    assert told == ["train    7", "dropped  2 (unlabelled 2)", "seconds  1.2", "read     in", "wrote    out"]


EXPORTED = {"from": "finetuned", "precision": "int8", "dev_macro_f1": {"n": 9, "fp32": 0.5, "int8": 0.4979}}


def test_export_tells_which_weights_were_kept(monkeypatch, capsys):
    seen = []

    def run(config, model, out):
        seen.append((config.precision, config.statements, model, out))
        return manifest("export")

    monkeypatch.setattr(export, "run", run)
    monkeypatch.setattr(export, "exported", lambda out: EXPORTED)
    arguments = ["export", "models/own", "--out", "models/small"]
    assert main([*arguments, "--statements", "own.parquet", "--precision", "fp32"]) == 0
    assert seen == [("fp32", Path("own.parquet"), "models/own", Path("models/small"))]
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == "kept 8-bit weights: macro-F1 on dev (n = 9) 0.5000 with fp32, 0.4979 with int8"
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["export"] == EXPORTED
    assert main([*arguments, "--precision", "int4"]) == 2
    assert "precision: Input should be 'int8' or 'fp32'" in capsys.readouterr().err


def test_evaluate_shows_each_figure_with_its_interval_and_the_baseline(folder, monkeypatch, capsys):
    def run(config, *, curve, observe, progress):
        assert not curve
        figure = {"value": 0.5, "low": 0.4375, "high": 0.5625, "n": 9}
        document = {"test": {"macro_f1": figure, "f1_pro": figure}, "baseline": {"macro_f1": {**figure, "value": 0.25}}}
        write_json(config.out / "metrics.json", document)
        return manifest("evaluate")

    monkeypatch.setattr(evaluate, "run", run)
    assert main(["evaluate", "--set", f"out={folder}/here"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[-2:]]
    assert rows == [["metric", "test", "interval", "baseline"], ["macro_f1", "0.5", "0.4375–0.5625", "0.25"]]


def test_evaluate_shows_the_learning_curve_where_it_is_asked_for(folder, monkeypatch, capsys):
    def run(config, *, curve, observe, progress):
        assert curve
        observe(1, 1, 54, 0.5)
        write_json(
            config.out / "learning_curve.json", {"points": [], "verdict": "more labels are likely to help: a lot"}
        )
        write_json(config.out / "metrics.json", {"test": {}, "baseline": {}})
        return manifest("evaluate")

    monkeypatch.setattr(evaluate, "run", run)
    arguments = ["evaluate", "--learning-curve", "--set", f"out={folder}/here"]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out.endswith("more labels are likely to help: a lot\n")
    assert shown.err.startswith("learning curve: model 1 of 1, ")
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["learning_curve"]["points"] == []


FUNCTION = {"name": "asks", "labels": ["neutral", "pro-restriction"], "coverage": 0.25, "overlap": 0.125,
            "conflict": 0.0, "faults": 1, "gold": 4, "accuracy": 0.75}  # fmt: skip
WEAK = {
    "label_model": "dawid-skene",
    "asked": 8,
    "labelled": {"anti-restriction": 0, "neutral": 2, "pro-restriction": 1},
    "functions": [FUNCTION, {**FUNCTION, "name": "shouts", "labels": [], "gold": 0, "accuracy": None}],
    "dev": {"model": "tfidf", "n": 9, **{
        name: {"value": value, "low": value - 0.125, "high": value + 0.125}
        for name, value in (("without", 0.5), ("with", 0.625), ("difference", 0.125))
    }},
}  # fmt: skip
SHOWN = """\
function  votes for    coverage  overlap  conflict  faults  gold  accuracy
asks      neutral pro  0.25      0.125    0         1       4     0.75
shouts    -            0.25      0.125    0         1       0     -

3 of 8 statements got a label by dawid-skene: anti-restriction 0, neutral 2, pro-restriction 1

tfidf on dev, n = 9  macro_f1  interval
without weak labels  0.5       0.375 to 0.625
with weak labels     0.625     0.5 to 0.75
difference           0.125     0 to 0.25
"""


def test_label_shows_functions_and_what_their_labels_add(folder, monkeypatch, capsys):
    seen = []

    def run(config):
        seen.append((config.weak.enabled, [str(path) for path in config.weak.functions]))
        write_json(config.report, {"weak": WEAK})
        return manifest("label")

    monkeypatch.setattr(label, "run", run)
    assert main(["label"]) == 0
    assert "function" not in capsys.readouterr().out
    assert main(["label", "--functions", "own.py", "--functions", "more.py"]) == 0
    assert capsys.readouterr().out.endswith(f"\n\n{SHOWN}")
    assert main(["label", "--set", "weak.enabled=true", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weak"] == WEAK
    assert seen == [(False, []), (True, ["own.py", "more.py"]), (True, [])]
    monkeypatch.setitem(WEAK, "dev", {"left_out": "too few"})
    assert main(["label", "--functions", "own.py"]) == 0
    assert capsys.readouterr().out.endswith("pro-restriction 1\nnot measured on dev: too few\n")


def test_doctor_shows_what_is_found_and_fails_where_something_is_broken(model, capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for expected in (f"ok      stance: {__version__}", "ok      python: ", "ok      model: models/default ("):
        assert expected in out
    (model / "bundle.json").write_text("{}")
    assert main(["doctor"]) == 1
    assert "broken  model: models/default: damaged model bundle" in capsys.readouterr().out


def test_nothing_calls_home_unless_the_user_wants_it(capsys):
    os.environ.pop("DO_NOT_TRACK", None)
    os.environ["HF_HUB_OFFLINE"] = "0"
    assert main(["--version"]) == 0
    assert os.environ["DO_NOT_TRACK"] == "true"
    assert os.environ["HF_HUB_OFFLINE"] == "0"


def stance_process(*arguments, **options):
    code = "import sys; from pipeline.cli import main; sys.exit(main())"
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True, **options)


# Without a buffer writing fails in the middle; with one, when the process ends.
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_reader_that_goes_away_is_no_news(unbuffered):
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = stance_process("doctor", stdout=write_end, env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
    os.close(write_end)
    assert process.communicate(timeout=60)[1] == ""


def test_ctrl_c_ends_with_one_line_and_leaves_nothing(folder):
    # Standard input stays open: the stage waits for articles until it is stopped.
    process = stance_process(
        "ingest",
        "-",
        "--out",
        "out.parquet",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        # A job that a shell put in the background is deaf to Ctrl-C, and so are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while not any(folder.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert any(folder.iterdir()), "no temporary file yet"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "stopped\n")
    assert list(folder.iterdir()) == []
