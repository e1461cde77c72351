"""What people see of an evaluation."""

import pytest

from pipeline.console_evaluate import note_fit, say_evaluation, say_learning_curve


def figure(value, low=None, high=None, n=40):
    return {"value": value, "low": low, "high": high, "n": n}


def part(value, n=40):
    return {"n": n, "small": n < 30, "macro_f1": figure(value, value - 0.1, value + 0.1), "accuracy": figure(0.5)}


def shared(stories=0, copies=0, speakers=0):
    return {
        "stories": {"shared": stories, "statements": stories},
        "near_duplicates": {"shared": copies, "statements": 1},
        "speakers": {"shared": speakers, "statements": 3 * speakers},
    }


METRICS = {
    "test": {"macro_f1": figure(0.5, 0.4, 0.6)},
    "baseline": {"macro_f1": figure(0.2)},
    "n": 80,
    "articles": 9,
    "signature": {
        "test_sha256": "0123456789abcdef", "model_sha256": "f" * 64, "seed": 13, "resamples": 100, "level": 0.95,
        "versions": {"python": "3.11.7"},
    },
    "slices": {
        "target": {"drones": part(0.75), "masts": part(0.25), "ferries": part(0.1, n=9)},
        "year": {"2031": part(0.2, n=80)},
    },
    "human_ceiling": {"left_out": "nobody labelled twice"},
    "leakage": {"test_train": shared(speakers=2), "dev_train": shared(), "test_dev": shared()},
    "notes": ["80 test statements: few"],
}  # fmt: skip
AGREED = {
    "coders": ["ana", "ben"],
    "n": 30,
    "articles": 8,
    **{side: {"macro_f1": figure(value, value - 0.05, value + 0.05)} for side, value in
       (("human", 0.8), ("model", 0.6), ("labels", 0.65), ("difference", 0.2))},
}  # fmt: skip


def told(capsys, **changes):
    say_evaluation({**METRICS, **changes})
    return capsys.readouterr()


def test_slices_stand_worst_first_and_small_ones_are_counted(capsys):
    lines = told(capsys).out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("slice"))
    assert [line.split()[1] for line in lines[at + 1 : at + 3]] == ["masts", "drones"]
    assert lines[at + 3] == "one slice has too few statements to say much; metrics.json has them, too"
    assert "0.15–0.35" in lines[at + 1]


def test_the_ceiling_stands_beside_the_model_or_its_reason(capsys):
    assert "human ceiling: not known, nobody labelled twice" in told(capsys).out
    shown = told(capsys, human_ceiling=AGREED).out
    assert (
        "macro-F1 of one person against another 0.800 (0.75–0.85), on 30 statements of 8 articles, by ana, ben" in shown
    )
    assert "  the model against one person 0.600 (0.55–0.65); difference 0.200 (0.15–0.25)" in shown


LEAKS = [
    (METRICS["leakage"], "leakage: no story and no near-copy of a quotation is shared between the parts\n"
                         "  2 of the test speakers speak in train, too, and say 6 of the 80 test statements\n"),
    ({**METRICS["leakage"], "test_train": shared(1, 4, 1)},
     "leakage: test and train: 1 shared story (1 statement), 4 pairs of near-copies (1 statement)\n"
     "  one test speaker speaks in train, too, and says 3 of the 80 test statements\n"),
]  # fmt: skip


@pytest.mark.parametrize(("leakage", "sentence"), LEAKS)
def test_the_certificate_is_a_sentence(capsys, leakage, sentence):
    assert sentence in told(capsys, leakage=leakage).out


def test_the_signature_is_one_line_and_notes_go_to_stderr(capsys):
    shown = told(capsys)
    line = "n:80 articles:9 test:0123456789ab model:ffffffffffff seed:13 resamples:100 level:0.95 python:3.11.7"
    assert f"signature: {line}\n" in shown.out
    assert shown.err == "note: 80 test statements: few\n"


def test_one_statement_has_no_interval_and_is_the_one_that_its_speaker_says(capsys):
    leakage = {**METRICS["leakage"], "test_train": shared(speakers=1)}
    shown = told(capsys, n=1, test={"macro_f1": figure(1.0)}, leakage=leakage).out
    assert ["macro_f1", "1", "-", "0.2"] in [line.split() for line in shown.splitlines()]
    assert "  one test speaker speaks in train, too, and says the one test statement\n" in shown


def test_figures_of_an_older_run_have_no_more_than_their_table(capsys):
    older = {name: METRICS[name] for name in ("test", "baseline", "n", "articles")}
    say_evaluation(older)
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_the_learning_curve_is_a_table_and_a_verdict(capsys):
    points = [
        {"share": 0.5, "trained_on": 27.5, "macro_f1": figure(0.5, 0.4, 0.6), "parts": 2, "least": 0.45, "most": 0.55},
        {"share": 1, "trained_on": 54.0, "macro_f1": figure(0.75), "parts": 1, "least": 0.75, "most": 0.75},
    ]
    say_learning_curve({"points": points, "verdict": "more labels are likely to help: a lot"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["trained", "on", "parts", "macro_f1", "interval", "least", "most"]
    assert lines[2].split() == ["28", "2", "0.5", "0.4–0.6", "0.45", "0.55"]
    assert lines[3].split() == ["54", "1", "0.75", "-", "0.75", "0.75"]
    assert lines[4] == "more labels are likely to help: a lot"
    note_fit(3, 16, 120, 0.4567)
    assert capsys.readouterr().err == "learning curve: model 3 of 16, trained on 120 statements, macro-F1 0.457\n"
