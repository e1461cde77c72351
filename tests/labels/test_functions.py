"""Labelling functions: the decorator, models as functions, and files of the user's."""

import sys

import numpy as np
import pytest

from pipeline.errors import InputError, ModelError
from pipeline.labels.functions import ABSTAIN, Fault, attempt, labelling_function, load_functions, model_function
from pipeline.records import Statement

GOOD = '''\
"""Functions of somebody's own."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.labels.functions import labelling_function


@dataclass
class Word:
    letters: str


@labelling_function
def speaks_of_masts(statement):
    return "neutral" if Word("mast").letters in statement.text else None


@labelling_function
def asks(statement):
    return "neutral" if "?" in statement.text else None


again = asks


def no_labelling_function(statement):
    return "neutral"
'''


def statement(text="“The mast stands,”", target="drones"):
    return Statement("q1", "a1", "s1", text, f"{text} she said.", "Masts", target)


def write(folder, text, name="my_functions.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_decorator_makes_a_plain_function_a_labelling_function_of_its_name():
    @labelling_function
    def shouts(statement):
        return "pro-restriction" if statement.text.isupper() else ABSTAIN

    assert shouts.name == "shouts"
    assert [shouts(statement(text)) for text in ("STOP", "stop")] == ["pro-restriction", None]


# Probabilities of a model, and its vote where it has to be at least 0.6 sure.
PROBABILITIES = [([0.7, 0.2, 0.1], "anti-restriction"), ([0.2, 0.6, 0.2], "neutral"), ([0.3, 0.11, 0.59], None)]


def test_a_model_votes_where_it_is_sure_enough():
    seen = []

    def predict_proba(table):
        seen.append({name: list(values) for name, values in table.items()})
        return np.array([PROBABILITIES[int(text)][0] for text in table["text"]])

    function = model_function("own_model", predict_proba, min_probability=0.6)
    statements = [statement(str(number)) for number in range(3)]
    wanted = [vote for _, vote in PROBABILITIES]
    assert function.name == "own_model"
    assert list(function.vote_all(statements)) == wanted
    assert [function(one) for one in statements] == wanted
    assert seen[0] == {
        "text": ["0", "1", "2"], "context": ["0 she said.", "1 she said.", "2 she said."], "title": ["Masts"] * 3,
        "target": ["drones"] * 3, "speaker": [None] * 3,
    }  # fmt: skip


def test_functions_of_a_file_come_in_its_order_and_once(tmp_path):
    functions = load_functions(write(tmp_path, GOOD))
    assert [function.name for function in functions] == ["speaks_of_masts", "asks"]
    assert [function(statement()) for function in functions] == ["neutral", None]
    assert [path.name for path in tmp_path.iterdir()] == ["my_functions.py"]  # no cache beside it


def test_a_file_that_has_changed_is_read_anew(tmp_path):
    load_functions(write(tmp_path, GOOD))
    assert [f.name for f in load_functions(write(tmp_path, GOOD.replace("def asks", "def queries").replace(
        "again = asks", "")))] == ["speaks_of_masts", "queries"]  # fmt: skip


def test_two_files_of_one_name_are_two(tmp_path):
    (tmp_path / "b").mkdir()
    one, two = write(tmp_path, GOOD), write(tmp_path / "b", GOOD.replace("mast", "tower"))
    first, second = load_functions(one)[0], load_functions(two)[0]
    assert (first(statement()), second(statement())) == ("neutral", None)


FAULTS = [
    ("x = 1\n", r"my_functions\.py: holds no labelling function; put @labelling_function before one"),
    ("def broken(:\n", r"my_functions\.py: these labelling functions cannot be loaded \(SyntaxError: .*\); mend"),
    ("import nonesuch_package\n", r"cannot be loaded \(ModuleNotFoundError: No module named 'nonesuch_package'\)"),
    ("raise KeyError('two\\nlines')\n", r"cannot be loaded \(KeyError: 'two\\nlines'\)"),
    ("import sys\nsys.exit(3)\n", r"cannot be loaded \(SystemExit: 3\)"),
    ("import neighbour\n", r"No module named 'neighbour'"),  # the folder is not searched
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_file_that_cannot_be_used_is_named_with_the_reason_in_one_line(tmp_path, text, message):
    write(tmp_path, GOOD, "neighbour.py")
    before = set(sys.modules)
    with pytest.raises(InputError, match=message) as caught:
        load_functions(write(tmp_path, text))
    assert "\n" not in str(caught.value)
    assert {name for name in set(sys.modules) - before if "labelling" in name} <= {
        name for name in sys.modules if name.startswith("_labelling_functions_") and "no labelling" in message
    }


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.py: no such file of labelling functions"):
        load_functions(tmp_path / "none.py")


def raising(error):
    def call():
        raise error

    return call


def test_a_fault_of_foreign_code_is_told_and_a_users_mistake_or_ctrl_c_passes():
    assert attempt(lambda: 3) == 3
    assert attempt(raising(KeyError("x"))) == Fault("KeyError: 'x'")
    assert attempt(raising(ValueError())) == Fault("ValueError")
    with pytest.raises(ModelError):
        attempt(raising(ModelError("no model")))
    with pytest.raises(KeyboardInterrupt):
        attempt(raising(KeyboardInterrupt()))
