"""Studies on disk: what is proposed, what counts, and that they can be gone on with."""

import math
import subprocess
import sys

import pytest

from pipeline.errors import InputError, ModelError
from pipeline.search import Choices, Numbers, open_study

pytest.importorskip("optuna", reason="needs pip install -e '.[tune]'")

RANGES = {"c": Numbers(0.01, 100, log=True), "n": Numbers(1, 5, whole=True), "w": Choices(("balanced", None, [1, 2]))}
FIRST = {"c": 1.0, "n": 2, "w": "balanced"}


def objective(number, values):
    return -((math.log10(values["c"]) - 1) ** 2) + values["n"] / 10 + (values["w"] is None)


def opened(path, name="s", ranges=RANGES, better=True, seed=3):
    return open_study(path, name, ranges, higher_is_better=better, seed=seed)


def search(path, trials, **options):
    with opened(path, **options) as study:
        for _ in range(trials):
            study.run(objective, first=FIRST)
        return study.trials


def test_the_first_trial_is_what_is_configured_and_all_lie_in_their_ranges(tmp_path):
    trials = search(tmp_path / "a.db", 13)
    assert trials[0].values == FIRST
    assert trials[0].figure == pytest.approx(-1 + 0.2)
    assert [trial.number for trial in trials] == list(range(13))
    assert all(0.01 <= trial.values["c"] <= 100 for trial in trials)
    assert {type(trial.values["n"]) for trial in trials} == {int}
    tried = [trial.values["w"] for trial in trials]
    assert all(value in ("balanced", None, [1, 2]) for value in tried)
    assert None in tried
    assert [1, 2] in tried


def test_a_study_gone_on_with_proposes_what_it_would_have_in_one_go(tmp_path):
    # More trials than those that are drawn at random, so that the estimator has a say.
    whole = search(tmp_path / "a b%20?#1" / "a.db", 13)
    assert search(tmp_path / "b.db", 4) == whole[:4]
    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "b.db") as study:
        study.run(interrupt, first=FIRST)
    assert search(tmp_path / "b.db", 9) == whole
    assert (tmp_path / "a b%20?#1" / "a.db").is_file()


def interrupt(number, values):
    raise KeyboardInterrupt


def test_another_seed_proposes_others(tmp_path):
    assert search(tmp_path / "a.db", 3)[1:] != search(tmp_path / "b.db", 3, seed=4)[1:]


def test_a_first_trial_broken_off_comes_again(tmp_path):
    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "a.db") as study:
        study.run(interrupt, first=FIRST)
    assert search(tmp_path / "a.db", 1)[0].values == FIRST


def test_configured_values_outside_the_ranges_are_not_tried(tmp_path):
    with opened(tmp_path / "a.db") as study:
        trial = study.run(objective, first=FIRST | {"n": 9})
    assert 1 <= trial.values["n"] <= 5


@pytest.mark.parametrize(("better", "best"), [(True, 1), (False, 2)])
def test_the_best_is_the_first_of_the_best_in_the_direction_of_the_metric(tmp_path, better, best):
    figures = [0.5, 0.9, 0.1, 0.9, 0.1]
    with opened(tmp_path / "a.db", better=better) as study:
        assert study.best is None
        for _ in figures:
            study.run(lambda number, values: figures[number], first=FIRST)
        assert study.best.number == best


def test_values_that_do_not_fit_are_a_failed_trial_but_the_first_one_tells(tmp_path):
    def failing(number, values):
        if number == 2:
            return math.nan
        raise ModelError("nothing found")

    with opened(tmp_path / "a.db") as study:
        with pytest.raises(ModelError, match="nothing found"):
            study.run(failing, first=FIRST)
        assert study.trials == []
        study.run(objective, first=FIRST)
        assert study.run(failing, first=FIRST).fault == "nothing found"
        assert study.run(failing, first=FIRST).fault == "its figure is not defined"
        assert [trial.figure is None for trial in study.trials] == [False, True, True]
        assert study.best.number == 0


def test_studies_of_one_file_are_apart_and_remember(tmp_path):
    with opened(tmp_path / "a.db", name="one") as study:
        study.run(objective, first=FIRST)
        study.remember("run_id", "abc")
    with opened(tmp_path / "a.db", name="two") as study:
        assert (study.trials, study.remembered("run_id")) == ([], None)
    with opened(tmp_path / "a.db", name="one") as study:
        assert (len(study.trials), study.remembered("run_id")) == (1, "abc")


def test_a_file_that_is_no_study_is_told_in_one_line(tmp_path):
    (tmp_path / "a.db").write_text("certainly no database, but long enough to look at " * 20)
    with (
        pytest.raises(InputError, match=r"a\.db: cannot be used for a study \(.+\); move it away") as caught,
        opened(tmp_path / "a.db"),
    ):
        pytest.fail("it was opened")
    assert "\n" not in str(caught.value)


def test_without_optuna_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"needs Optuna; pip install 'quotestance\[tune\]'"), opened(tmp_path / "a.db"):
        pytest.fail("it was opened")


def test_nothing_is_chattered(tmp_path):
    code = (
        "import sys; from pathlib import Path; from pipeline.search import *\n"
        "with open_study(Path(sys.argv[1]), 's', {'c': Numbers(0, 1)}, higher_is_better=True) as study:\n"
        "    study.run(lambda n, v: v['c'], first={'c': 0.5}); study.run(lambda n, v: v['c'], first={})"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "a.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
