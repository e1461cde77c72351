"""``stance behaviour`` as people and programs meet it."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from pipeline import stance
from pipeline.cli import main
from pipeline.console_behaviour import scoring
from pipeline.stages import asked, scorer
from pipeline.stages import behaviour as stage

OPTIONS = {
    "features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}},
    "c": 1.0,
    "class_weight": None,
    "max_iterations": 300,
}
OWN = """\
capability: sarcasm
target: Quillon routers
anti-restriction:
  - "A needless rule, as ever."
neutral:
  - "How needless of them to be late."
"""


@pytest.fixture(autouse=True)
def model(tmp_path, monkeypatch, labelled):
    """Work beside a small model of words, in an environment that ends with the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(scorer, "model_folders", lambda name: [Path("models") / name])
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), tmp_path / "models/default")
    return tmp_path / "models/default"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_failures_are_told_by_capability_with_examples(capsys):
    Path("own.yaml").write_text(OWN, encoding="utf-8")
    assert main(["behaviour", "models/default", "--cases", "own.yaml"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[:5] == [
        "capability  kind  cases  failures  rate   interval",
        "sarcasm     MFT   2      1         0.500  0.095–0.905",
        "all         -     2      1         0.500  0.095–0.905",
        "",
        "sarcasm: 1 of 1 failures",
    ]
    assert out.splitlines()[5:7] == [
        "  sarcasm.01",
        '    asked    "How needless of them to be late." [Quillon routers]',
    ]
    assert out.splitlines()[7].startswith("             expected neutral, predicted anti-restriction (anti 0.")


def test_pairs_are_told_with_what_was_before(capsys):
    text = 'capability: a\ntarget: t\npro-restriction: [{text: "Not safe.", from: {anti-restriction: "Safe."}}]\n'
    Path("own.yaml").write_text(text, encoding="utf-8")
    assert main(["behaviour", "--cases", "own.yaml"]) == 0
    shown = [line.split('"')[0] for line in capsys.readouterr().out.splitlines()[5:]]
    assert shown[1:4:2] == ["    before   ", "    changed  "]


def test_without_a_model_the_default_one_is_asked_all_that_comes_along(capsys):
    assert main(["behaviour", "--failures", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("vocabulary ")
    assert lines[-1].startswith("all ")
    assert len(lines) == 1 + 17 + 1


def test_json_has_the_whole_report_and_the_same_bytes_each_time(capsys):
    said = []
    for _ in range(2):
        assert main(["behaviour", "models/default", "--capability", "negation", "--json"]) == 0
        said.append(capsys.readouterr().out)
    told = json.loads(said[0])
    assert said[0] == said[1]
    assert list(told["capabilities"]) == ["negation"]
    assert told["n"] == 38
    assert set(told["capabilities"]["negation"]["kinds"]) == {"MFT", "DIR"}


MISTAKES = [
    (["--capability", "telepathy"], "no capability is called 'telepathy'; there are: vocabulary, negation, "),
    (["--cases", "none.yaml"], "none.yaml: no such file of cases"),
    (["--cases", "bad.yaml"], "bad.yaml:2: unknown key 'pro'; known keys: capability, scenes"),
    (["models/none"], "models/none: "),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_a_users_mistake_is_one_line_and_status_2(arguments, message, capsys):
    Path("bad.yaml").write_text("capability: a\npro: [x]\n", encoding="utf-8")
    assert main(["behaviour", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_batches_are_told_and_change_nothing(monkeypatch):
    steps = []
    whole = stage.run("models/default", capability="vocabulary")
    monkeypatch.setattr(asked, "_BATCH", 20)
    batched = stage.run("models/default", capability="vocabulary", progress=lambda *step: steps.append(step))
    assert steps == [(20, 42), (40, 42), (42, 42)]
    assert batched.as_dict() == whole.as_dict()


def test_progress_is_for_terminals_and_goes_to_stderr(monkeypatch, capsys):
    with scoring() as show:
        assert show is None
    monkeypatch.setenv("TERM", "xterm")
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    with scoring() as show:
        show(20, 42)
    assert "20/42" in sys.stderr.getvalue()
    assert sys.stdout.getvalue() == ""
