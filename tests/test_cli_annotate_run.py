"""``stance annotate run`` and ``--corrections`` at the command line."""

import io
import json
import sys
from pathlib import Path

import pytest
import typer
from town import COUNCIL, HARBOUR, TARGET, stock

import pipeline
from pipeline.cli import app, main
from pipeline.errors import InputError
from pipeline.labels.gold import read_gold
from pipeline.stages import score

ARGUMENTS = ["annotate", "run", "quotes.parquet", "--out", "labels/ann.jsonl", "--coder", "ann"]
README = Path(pipeline.__file__).parent.parent / "README.md"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, environment, capsys):
    """Work in a folder with a quote table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news/council.txt").write_text(COUNCIL, encoding="utf-8")
    (tmp_path / "news/harbour.txt").write_text(HARBOUR, encoding="utf-8")
    assert main(["ingest", "news", "--out", "quotes.parquet"]) == 0
    capsys.readouterr()
    return tmp_path


def run(monkeypatch, keys, *options):
    monkeypatch.setattr(sys, "stdin", io.StringIO(keys))
    return main([*ARGUMENTS, "--target", TARGET, *options])


def test_the_command_has_help_with_an_example_and_stands_in_the_readme(capsys):
    command = typer.main.get_command(app).commands["annotate"].commands["run"]
    assert command.help.endswith(".")
    assert command.epilog.startswith("Example: stance annotate run")
    for parameter in command.params:
        assert parameter.help
        assert getattr(parameter, "is_flag", False) or "e.g. " in parameter.help
    assert main(["annotate", "run", "--help"]) == 0
    assert "stance annotate run" in capsys.readouterr().out
    assert "stance annotate run" in README.read_text(encoding="utf-8")


def test_keys_come_by_a_pipe_and_the_summary_goes_to_stdout(folder, monkeypatch, capsys):
    assert run(monkeypatch, "p\nu\na\nc\nx\n") == 0
    out, err = capsys.readouterr()
    told = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (told["statements"], told["answered"], told["no_statement"], told["ambiguous"]) == ("5", "3", "1", "1")
    assert (told["pro-restriction"], told["neutral"]) == ("1 (50%)", "0 (0%)")
    assert told["wrote"] == "labels/ann.jsonl, labels/ann.corrections.jsonl"
    assert err.splitlines()[:2] == ["", "0 of 5 done, anti 0, neutral 0, pro 0."]
    assert err.splitlines()[-1] == "1 term is left out; a queue can name them"
    assert [gold.label for gold in read_gold(folder / "labels/ann.jsonl")] == [
        "pro-restriction",
        "anti-restriction",
        None,
    ]


def test_json_is_the_manifest_alone(monkeypatch, capsys):
    assert run(monkeypatch, "p\n", "--json", "--limit", "3") == 0
    manifest = json.loads(capsys.readouterr().out)
    assert (manifest["stage"], manifest["counts"]["statements"], manifest["counts"]["answered"]) == (
        "annotate-run",
        3,
        1,
    )


def test_what_was_answered_is_gone_on_with(monkeypatch, capsys):
    run(monkeypatch, "p\n")
    capsys.readouterr()
    run(monkeypatch, "a\n")
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (told["answered"], told["answers_this_time"]) == ("2", "1")


def another_coder(folder):
    return [
        "--coder",
        "ben",
    ], "labels/ann.jsonl:1: holds rows of coder 'ann', not 'ben'; coders do not see each other's"


def a_limit_of_nothing(folder):
    return ["--limit", "0"], "greater than or equal to 1"


def a_missing_queue(folder):
    return ["--queue", "absent.jsonl"], "absent.jsonl: no such table"


def a_guess_without_a_model(folder):
    return ["--show-guess"], "quotes.parquet: has no stances to show"


@pytest.mark.parametrize("fault", [another_coder, a_limit_of_nothing, a_missing_queue, a_guess_without_a_model])
def test_a_users_mistake_is_status_2_and_asks_nothing(fault, folder, monkeypatch, capsys):
    run(monkeypatch, "p\n")
    capsys.readouterr()
    options, message = fault(folder)
    assert run(monkeypatch, "a\n", *options) == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert message in err
    assert len(read_gold(folder / "labels/ann.jsonl")) == 1


COMMANDS = [
    ["ingest", "news", "--out", "again.jsonl"],
    ["quotes", "news", "--json"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_corrections_are_applied_by_the_option_and_by_the_configuration(command, folder, monkeypatch, capsys):
    assert run(monkeypatch, "c\ns\nIda Ferran\np\nc\ns\nAda Brandt\n", "--corrections", "mended.jsonl") == 0
    assert not (folder / "labels/ann.corrections.jsonl").exists()
    capsys.readouterr()
    for option in (["--corrections", "mended.jsonl"], ["--set", "corrections=[mended.jsonl]"]):
        assert main([*command, *option]) == 0
        out = capsys.readouterr().out
        shown = (folder / "again.jsonl").read_text() if command[0] == "ingest" else out
        assert '"Ida Ferran"' in shown
        assert 'Mira Olsen"' not in shown.replace('\\"', "")
    assert main([*command, "--corrections", "absent.jsonl"]) == 2
    assert capsys.readouterr().err.endswith("absent.jsonl: no such corrections file; check the path\n")


def test_score_takes_corrections_too(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(score, "run", lambda config, *_, **__: seen.append(config.corrections) or fail())
    options = ["--corrections", "a.jsonl", "--corrections", "b.jsonl"]
    assert main(["score", "news", "--out", "scored.csv", *options]) == 2
    assert (seen, capsys.readouterr().err) == ([(Path("a.jsonl"), Path("b.jsonl"))], "error: stop\n")


def fail():
    raise InputError("stop")


def test_stale_corrections_are_told_in_one_line(folder, monkeypatch, capsys):
    run(monkeypatch, "c\ns\nIda Ferran\n", "--corrections", "mended.jsonl")
    (folder / "news/council.txt").write_text(COUNCIL + "One line more.\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["quotes", "news", "--corrections", "mended.jsonl"]) == 0
    err = capsys.readouterr().err
    assert err.startswith("corrections not applied: 1 (article-changed 1), for instance mended.jsonl:L1: speaker of ")
    assert err.count("\n") == 1


def test_a_queue_of_ids_is_asked_in_its_order(folder, monkeypatch, capsys):
    items = stock()[0].items()
    ids = [items[4].row["quote_id"], items[0].row["quote_id"]]
    (folder / "queue.jsonl").write_text("".join(json.dumps({"statement_id": i}) + "\n" for i in ids))
    assert run(monkeypatch, "p\na\n", "--queue", "queue.jsonl") == 0
    assert [gold.statement_id for gold in read_gold(folder / "labels/ann.jsonl")] == ids
