"""Runs compared: pairs, Holm over them, what is told, and what is refused."""

import json

import pytest
from answered import answers, mixed

from pipeline.errors import InputError
from pipeline.evaluation.compare import Run, compare
from pipeline.evaluation.items import items_hash, labels_and_probabilities
from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.paired import Draws, mcnemar

DRAWS = Draws(resamples=1000)
OWL = Run("a" * 32, {"seed": "13", "c": "1.0"}, {"macro_f1": 0.5, "accuracy": 0.6}, "owl", mixed(0, 0.5))
ANT = Run("b" * 32, {"seed": "13", "c": "4.0", "extra": "yes"}, {"macro_f1": 0.7}, "ant", mixed(0, 0.9))
BEE = Run("c" * 32, {"seed": "14", "c": "1.0"}, {"macro_f1": 0.5}, "bee", mixed(0, 0.55))
FRESH = Run("d" * 32, {"seed": "15", "c": "1.0"}, {"dev_macro_f1": 0.4}, "fresh")


@pytest.fixture(scope="module")
def two():
    return compare([OWL, ANT], draws=DRAWS)


@pytest.fixture(scope="module")
def three():
    return compare([OWL, ANT, BEE], draws=DRAWS)


def test_only_parameters_that_differ_are_listed(two):
    assert two.params == {"c": ("1.0", "4.0"), "extra": (None, "yes")}


def test_logged_figures_stand_side_by_side_macro_f1_first(two):
    assert list(two.logged.items()) == [("macro_f1", (0.5, 0.7)), ("accuracy", (0.6, None))]


def test_the_document_has_what_a_program_asks_for(two):
    told = json.loads(json.dumps(two.as_dict(), allow_nan=False))
    assert told["runs"] == [{"run_id": "a" * 32, "name": "owl"}, {"run_id": "b" * 32, "name": "ant"}]
    assert told["n"] == 120
    assert list(told["metrics"]) == list(METRICS)
    for figure in told["metrics"].values():
        assert set(figure) == {"a", "b", "difference", "low", "high", "p", "p_holm"}
        assert figure["difference"] == pytest.approx(figure["b"] - figure["a"], abs=2e-6)
    assert told["verdict"].startswith("ant is better than owl by ")
    assert told["items"]["sha256"] == items_hash(OWL.predictions)
    assert told["draws"] == {"resamples": 1000, "level": 0.95, "seed": 13}
    assert {"slices", "flips", "params", "mcnemar", "more", "changes", "logged", "notes"} <= set(told)
    assert told["not_tested"] is None
    assert "pairs" not in told


def test_flips_are_counted_by_kind_as_mcnemar_counts_them(two):
    (pair,) = two.pairs
    y_true, a = labels_and_probabilities(OWL.predictions)
    assert pair.mcnemar == mcnemar(y_true, a, labels_and_probabilities(ANT.predictions)[1])
    changes = pair.changes()
    assert (changes["fixed"], changes["broken"]) == (pair.mcnemar.fixed, pair.mcnemar.broken)
    assert sum(changes.values()) == len(pair.flips) > 0


def test_the_same_seed_gives_the_same_document(two):
    assert compare([OWL, ANT], draws=DRAWS).as_dict() == two.as_dict()


def test_of_three_runs_the_first_is_compared_with_each_and_p_is_corrected(three):
    told = three.as_dict()
    assert [(pair["a"], pair["b"]) for pair in told["pairs"]] == [("owl", "ant"), ("owl", "bee")]
    assert "flips" not in told
    for name in METRICS:
        first, second = (pair.metrics[name].p for pair in three.pairs)
        low, high = sorted((first, second))
        corrected = {low: min(2 * low, 1.0)} | {high: min(max(2 * low, high), 1.0)}
        assert [pair.p_holm[name] for pair in three.pairs] == pytest.approx([corrected[first], corrected[second]])
    assert three.verdict == "; ".join(pair["verdict"] for pair in told["pairs"])
    assert "bee and owl are not distinguishable" in three.verdict


def test_a_pair_has_the_same_figures_alone_and_among_others(two, three):
    assert three.pairs[0].metrics == two.pairs[0].metrics


def test_holm_may_take_a_verdict_back():
    others = [Run(str(i), {}, {}, f"run {i}", mixed(0, 0.56)) for i in range(3)]
    alone = compare([OWL, others[0]], draws=DRAWS)
    assert 0.05 / 3 < alone.pairs[0].metrics["macro_f1"].p < 0.05  # so the correction matters
    assert "is better than" in alone.verdict
    assert all("not distinguishable" in pair.verdict for pair in compare([OWL, *others], draws=DRAWS).pairs)


def test_without_predictions_nothing_is_tested_and_the_reason_is_told():
    comparison = compare([OWL, FRESH], draws=DRAWS)
    assert comparison.not_tested == "fresh has no predictions; `stance evaluate` makes them"
    told = comparison.as_dict()
    assert (told["n"], told["items"], told["metrics"], told["flips"]) == (0, None, {}, [])
    assert told["verdict"] == "not tested: fresh has no predictions; `stance evaluate` makes them"
    assert told["params"] == {"seed": ["13", "15"]}
    assert told["logged"]["dev_macro_f1"] == [None, 0.4]


def test_a_folder_tells_no_parameters():
    comparison = compare([OWL, Run("/reports", None, {}, "reports", ANT.predictions)], draws=DRAWS)
    assert comparison.params == {}
    assert comparison.notes[0] == "the parameters of reports are not known; MLflow has those of its runs"


def test_two_runs_of_one_name_are_told_apart():
    twin = Run("e" * 32, {}, {}, "owl", ANT.predictions)
    assert compare([OWL, twin], draws=DRAWS).names == ("owl (aaaaaaaa)", "owl (eeeeeeee)")


def test_what_the_first_runs_rows_lack_is_taken_from_the_others():
    rows = [{**row, "kind": "direct" if i < 60 else "mixed"} for i, row in enumerate(ANT.predictions)]
    (pair,) = compare([OWL, Run("f", {}, {}, "newer", rows)], draws=DRAWS).pairs
    assert {part.value for part in pair.slices if part.name == "kind"} == {"direct", "mixed"}


# Predictions of two runs, and the beginnings of the notes.
SMALL = [
    (answers({"x": ["pp", "aa", "nn"]}), ["1 article: too few to test", "3 statements are few"]),
    (answers({"x": ["pp"]}), ["1 article: too few to test", "1 statement is few", "no statement is labelled anti-"]),
    (
        answers({str(i): ["pp"] for i in range(10)}),
        ["10 articles are few", "10 statements are few", "no statement is labelled anti-restriction or neutral"],
    ),
]


@pytest.mark.parametrize(("rows", "notes"), SMALL)
def test_small_test_sets_give_figures_with_their_warning(rows, notes):
    other = [{**row, "p_anti": 0.8, "p_neutral": 0.1, "p_pro": 0.1} for row in rows]
    comparison = compare([Run("1", {}, {}, "one", rows), Run("2", {}, {}, "two", other)], draws=DRAWS)
    json.dumps(comparison.as_dict(), allow_nan=False)
    told = [note for note in comparison.notes if note != "no parameter differs"]
    assert len(told) == len(notes)
    assert all(note.startswith(start) for note, start in zip(told, notes, strict=True))


@pytest.mark.parametrize(
    ("runs", "message"), [([], "not 0"), ([OWL], "not 1"), ([OWL, OWL], f"{OWL.run_id} is named twice")]
)
def test_fewer_than_two_different_runs_are_refused(runs, message):
    with pytest.raises(InputError, match=message):
        compare(runs)
