"""``stance compare`` and ``stance promote`` at the command line: what is shown, streams and exit statuses."""

import json
import os
from pathlib import Path

import pytest
from answered import answers, mixed

from pipeline import tracking
from pipeline.cli import main
from pipeline.console_compare import say_comparison
from pipeline.evaluation.compare import Run, compare
from pipeline.evaluation.gate import Check, Decision, Standing
from pipeline.evaluation.paired import Draws
from pipeline.stages import evaluate, promote
from pipeline.stages.promote import RolledBack
from pipeline.storage import schema_of, write_table

DRAWS = Draws(resamples=200)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    return tmp_path


def report(name, rows):
    write_table(Path(name) / "predictions.parquet", rows, schema_of(evaluate.PREDICTION_COLUMNS))
    return name


def lines(text):
    """Return lines with cells apart by one tab, however wide the columns are."""
    return ["\t".join(cell.strip() for cell in line.split("  ") if cell.strip()) for line in text.splitlines()]


# Each of ten articles has a statement of each label; a says neutral throughout, b is right but for the first article.
GOLD = {f"a{i}": "anp" for i in range(10)}
A = answers({article: [g + "n" for g in gold] for article, gold in GOLD.items()})
B = answers(
    {article: [g + (g if article != "a0" else "a") for g in gold] for article, gold in GOLD.items()}, confidence=0.9
)


def test_compare_tells_the_verdict_first_then_figures_slices_and_flips(capsys):
    assert main(["compare", report("one", A), report("two", B), "--resamples", "200", "--no-log"]) == 0
    out, err = capsys.readouterr()
    told = lines(out)
    # F1 of a: 0, 2 * 10 / 40, 0. Of b, with its first article all anti: 2 * 10 / 22, 2 * 9 / 19, the same.
    assert told[0].startswith("two is better than one by 76.8 points of macro-F1 (")
    assert told[1] == (
        "on 30 quotes of 10 articles; intervals of 95% from 200 resamples of articles, p from as many swaps of them"
    )
    assert told[3] == "metric\tone\ttwo\tdifference\tinterval\tp"
    assert told[4].startswith("macro_f1\t0.1667\t0.9346\t0.7679\t0.")
    assert told[5].startswith("accuracy\t0.3333\t0.9333\t0.6\t0.4")
    assert "McNemar (exact), as if quotes were independent: 19 fixed, 1 broken, p <0.0001" in told
    assert "no slice is large enough to tell whether it got worse" in told
    broken = told.index("broken: 1")
    assert told[broken + 1] == "quote\tspeaker\ttarget\tgold\tone\ttwo"
    assert told[broken + 2] == (
        "“quotation 1 of a0”\tJon Tarrant\tQuillon routers\tneutral\tneutral 0.80\tanti-restriction 0.90"
    )
    assert "fixed: 19, the 10 of which two is surest (--json lists all)" in told
    assert "still wrong: 1" in told
    assert err.splitlines() == [
        "the parameters of one and two are not known; MLflow has those of its runs",
        "10 articles are few: intervals tend to be too narrow; mind the p-values",
    ]


def test_json_is_the_whole_comparison_and_alone_on_stdout(capsys):
    assert main(["compare", report("one", A), report("two", B), "--resamples", "200", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["metrics"]["accuracy"]["difference"] == 0.6
    assert len(told["flips"]) == 21


def shown(capsys, runs, **options):
    say_comparison(compare(runs, draws=DRAWS, **options))
    return lines(capsys.readouterr().out)


def test_parameters_that_differ_stand_under_names_and_ids(capsys):
    told = shown(capsys, [Run("a" * 32, {"c": "1"}, {}, "owl", A), Run("b" * 32, {"c": "4"}, {}, "ant", B)])
    assert told[3:5] == ["parameter\towl (aaaaaaaa)\tant (bbbbbbbb)", "c\t1\t4"]


def test_of_several_runs_each_has_a_line_with_the_corrected_p(capsys):
    runs = [Run("a", {}, {}, "owl", A), Run("b", {}, {}, "ant", B), Run("c", {}, {}, "bee", A)]
    told = shown(capsys, runs)
    assert told[0].startswith("ant is better than owl by ")
    assert told[1] == "owl and bee give every quote the same probabilities"
    at = told.index("macro_f1 of owl: 0.1667")
    assert told[at + 1] == "run\tmacro_f1\tdifference\tinterval\tp\tp (Holm)\tflipped"
    assert told[at + 2].split("\t")[-1] == "1 broken, 19 fixed, 1 still wrong"
    assert told[at + 3] == "bee\t0.1667\t0\t0 to 0\t1.0000\t1.0000\t-"
    assert "ant: no slice is large enough to tell whether it got worse" in told


def test_slices_that_got_worse_are_listed(capsys):
    def filed(rows):
        return [{**row, "kind": "mixed" if row["article_id"] < "a15" else "direct"} for row in rows]

    runs = [
        Run("a", {}, {}, "owl", filed(mixed(0, 0.7))),
        Run("b", {}, {}, "ant", filed(mixed(0, 0.7, wrong_in=range(15)))),
    ]
    told = shown(capsys, runs)
    at = next(i for i, line in enumerate(told) if line.startswith("slices that got significantly worse"))
    assert told[at + 1] == "slice\tvalue\tquotes\towl\tant\tdifference\tinterval\tp (Holm)"
    assert told[at + 2].startswith("kind\tmixed\t60\t0.")


def test_one_article_has_no_intervals_to_tell_of(capsys):
    rows = answers({"x": ["pp"]})
    assert main(["compare", report("a", rows), report("b", answers({"x": ["pn"]})), "--resamples", "100"]) == 0
    out, err = capsys.readouterr()
    assert "on 1 quote of 1 article\n" in out
    assert "1 statement is few" in err


def test_left_out_quotes_are_counted(capsys):
    other = [{**B[0], "label": "neutral"}, *B[1:20]]
    told = shown(capsys, [Run("a", {}, {}, "owl", A), Run("b", {}, {}, "ant", other)], shared=True)
    assert told[1].startswith(
        "on 19 quotes of 7 articles (left out: 11 of owl and 1 of ant, 1 of them with different gold labels); "
    )


def test_runs_that_cannot_be_tested_stand_side_by_side(capsys):
    logged = {"macro_f1": 0.5, "macro_f1_low": 0.4, "macro_f1_high": 0.6, "log_low": 1.0}
    told = shown(
        capsys, [Run("a" * 32, {"c": "1"}, logged, "owl"), Run("b" * 32, {"c": "4"}, {"macro_f1": 0.625}, "ant")]
    )
    assert told == [
        "not tested: owl and ant have no predictions; `stance evaluate` makes them",
        "",
        "parameter\towl (aaaaaaaa)\tant (bbbbbbbb)",
        "c\t1\t4",
        "",
        "metric\towl (aaaaaaaa)\tant (bbbbbbbb)",
        "macro_f1\t0.5 (0.4–0.6)\t0.625",
        "log_low\t1\t-",
    ]


def test_one_run_is_too_few(capsys):
    assert main(["compare", "aaaa"]) == 2
    assert "aaaa: a comparison needs two runs or more" in capsys.readouterr().err


def decision(*checks, **changes):
    values = {"alias": "champion", "model": Standing("2", "b" * 32, "ant"), "before": Standing("1", "a" * 32, "owl")}
    values |= {"checks": checks, "dry_run": False, "time": "2026-11-22T06:30:00+00:00", "gate": {}}
    return Decision(**values | changes)


GOOD, BAD = Check("macro_f1", True, "enough"), Check("slices", False, "one got worse")
# The decision, the exit status, what stands on stdout, and on stderr.
DECISIONS = [
    (
        decision(GOOD), 0,
        ["passed\tmacro_f1\tenough", "stance@champion moved from version 1 (run owl) to version 2 (run ant)"], "",
    ),
    (
        decision(GOOD, BAD), 1,
        ["passed\tmacro_f1\tenough", "FAILED\tslices\tone got worse",
         "stance@champion stays at version 1 (run owl); version 2 (run ant) was not promoted"],
        "error: the gate is shut: one got worse\n",
    ),
    (
        decision(GOOD, dry_run=True, before=None, model=Standing(None, "b" * 32, "ant")), 0,
        ["passed\tmacro_f1\tenough", "stance@champion would move from no model to the model of run ant"], "",
    ),
    (decision(before=Standing("2", "b" * 32, "ant")), 0, ["stance@champion is version 2 (run ant) already"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("found", "status", "out", "err"), DECISIONS)
def test_promote_tells_each_check_and_what_became_of_the_alias(found, status, out, err, monkeypatch, capsys):
    monkeypatch.setattr(promote, "run", lambda reference, config, dry_run: found)
    assert main(["promote", "ant"]) == status
    told = capsys.readouterr()
    assert (lines(told.out), told.err) == (out, err)
    assert main(["promote", "ant", "--json"]) == status
    told = capsys.readouterr()
    assert (json.loads(told.out), told.err) == (found.as_dict(), err)


def test_promote_passes_the_gate_and_the_wish_to_look_only(monkeypatch):
    seen = []

    def run(reference, config, dry_run):
        seen.append((reference, config.margin, config.behaviour.check, dry_run))
        return decision(GOOD)

    monkeypatch.setattr(promote, "run", run)
    assert main(["promote", "ant", "--dry-run", "--set", "margin=0.01", "--set", "behaviour.check=false"]) == 0
    assert seen == [("ant", 0.01, False, True)]


@pytest.mark.parametrize(("dry_run", "word"), [(False, "went"), (True, "would go")])
def test_rolling_back_tells_from_where_to_where(dry_run, word, monkeypatch, capsys):
    monkeypatch.setattr(
        promote, "roll_back", lambda config, dry_run: RolledBack(config.alias, "3", "2", "a" * 32, dry_run)
    )
    assert main(["promote", "--rollback", *["--dry-run"] * dry_run]) == 0
    assert capsys.readouterr().out == f"stance@champion {word} back from version 3 to version 2 (run aaaaaaaa)\n"
    assert main(["promote", "--rollback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["now"] == "2"


def test_looking_for_a_champion_makes_no_store(folder):
    assert tracking.aliased("champion") is None
    assert list(folder.iterdir()) == []
