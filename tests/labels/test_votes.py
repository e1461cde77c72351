"""The vote matrix, the table of functions, and faults."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import by_functions

from pipeline.errors import LabelError, ModelError
from pipeline.labels.functions import LabellingFunction
from pipeline.labels.votes import FunctionReport, Votes, apply, report
from pipeline.records import LABELS, Statement

A, N, P = range(3)  # of LABELS


def statements(n):
    return [Statement(f"q{i}", "a", "s", f"“{i}”", "", "", "drones") for i in range(n)]


def saying(name, *votes, many=False):
    """A function that gives these votes in turn; an error among them is raised."""

    def vote(statement):
        given = votes[int(statement.text.strip("“”"))]
        if isinstance(given, BaseException):
            raise given
        return given

    return LabellingFunction(name, vote, (lambda asked: list(map(vote, asked))) if many else None)


@pytest.mark.parametrize("many", [False, True])
def test_votes_become_indices_of_labels_and_no_vote_is_minus_one(many):
    functions = [saying("one", *LABELS, None, many=many), saying("two", None, None, "neutral", "neutral", many=many)]
    votes = apply(functions, statements(4), max_faults=0)
    assert votes.names == ("one", "two")
    assert votes.matrix.dtype == np.int8
    assert votes.matrix.tolist() == [[A, -1], [N, -1], [P, N], [-1, N]]
    assert votes.faults == (0, 0)


# Two statements of five on which a function fails.
FAULTY = (KeyError("x"), "neutral", "neutral", "pro", None)


@pytest.mark.parametrize("many", [False, True])
def test_a_fault_is_counted_with_its_function_which_abstains_there(many):
    votes = apply([saying("fine", *["neutral"] * 5), saying("bad", *FAULTY, many=many)], statements(5), max_faults=0.4)
    assert votes.faults == (0, 2)
    assert votes.matrix[:, 1].tolist() == [-1, N, N, -1, -1]


def test_more_faults_than_allowed_are_an_error_with_the_first_of_them():
    with pytest.raises(LabelError) as caught:
        apply([saying("bad", *FAULTY)], statements(5), max_faults=0.39)
    assert str(caught.value) == (
        "labelling function bad failed on 2 of 5 statements, first on q0 (KeyError: 'x'); "
        "mend it, or raise weak.max_faults=0.39"
    )


@pytest.mark.parametrize("wrong", ["pro", 1, True, "", ["neutral"], np.str_("against")])
def test_what_is_no_label_is_a_fault_that_says_what_is_allowed(wrong):
    with pytest.raises(LabelError, match=r"is no label; return anti-restriction, neutral, pro-restriction or None"):
        apply([saying("bad", wrong)], statements(1), max_faults=0)


def test_a_models_own_error_is_no_fault_of_a_statement():
    with pytest.raises(ModelError, match="no address"):
        apply([saying("llm", ModelError("no address"), many=True)], statements(1), max_faults=1)


def test_two_functions_of_one_name_are_refused():
    with pytest.raises(LabelError, match="two labelling functions are called 'one'; rename one"):
        apply([saying("one"), saying("two"), saying("one")], [], max_faults=0)


def test_no_statements_are_a_matrix_without_rows():
    votes = apply([saying("one"), saying("two")], [], max_faults=0)
    assert votes.matrix.shape == (0, 2)
    assert [astuple(row)[2:] for row in report(votes, np.empty(0, np.int8))] == [(0, 0, 0, 0, 0, None)] * 2


# Six statements, three functions, and the gold of four of them; counted by hand.
MATRIX = [[P, P, -1], [P, A, -1], [-1, -1, -1], [A, -1, -1], [-1, N, N], [P, A, A]]
GOLD = [P, A, N, A, -1, -1]
TABLE = [
    FunctionReport("first", (LABELS[A], LABELS[P]), 4 / 6, 3 / 6, 2 / 6, 0, 3, 2 / 3),
    FunctionReport("second", LABELS, 4 / 6, 4 / 6, 2 / 6, 1, 2, 1.0),
    FunctionReport("third", (LABELS[A], LABELS[N]), 2 / 6, 2 / 6, 1 / 6, 0, 0, None),
]


def test_the_table_of_functions():
    votes = Votes(("first", "second", "third"), np.array(MATRIX, dtype=np.int8), (0, 1, 0))
    assert report(votes, np.array(GOLD, dtype=np.int8)) == TABLE


# `label_model_oracles.py snorkel` (snorkel 0.10.0, LFAnalysis) on 4,000 planted statements.
SNORKEL = {
    "coverage": [0.15125, 0.113, 0.228, 0.17525, 0.16325, 0.16375],
    "overlap": [0.0835, 0.0735, 0.10275, 0.093, 0.0845, 0.0985],
    "conflict": [0.0545, 0.0445, 0.0545, 0.04475, 0.0465, 0.0605],
    "accuracy": [0.824793, 0.710177, 0.804825, 0.764622, 0.85758, 0.648855],
}


def test_the_table_is_that_of_snorkel():
    planted = by_functions()
    table = report(Votes(tuple("abcdef"), planted.votes, (0,) * 6), planted.y_true.astype(np.int8))
    for name, wanted in SNORKEL.items():
        assert [getattr(row, name) for row in table] == pytest.approx(wanted, abs=1e-6)


@given(st.lists(st.tuples(*[st.integers(-1, 2)] * 4), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_functions_and_statements_changes_nothing(rows, random):
    matrix = np.array(rows, dtype=np.int8)[:, :3]
    gold = np.array(rows, dtype=np.int8)[:, 3]
    order, columns = random.sample(range(len(rows)), len(rows)), random.sample(range(3), 3)
    names = ("a", "b", "c")
    table = {row.name: row for row in report(Votes(names, matrix, (0, 1, 2)), gold)}
    moved = Votes(tuple(names[j] for j in columns), matrix[order][:, columns], tuple(columns))
    assert {row.name: row for row in report(moved, gold[order])} == table
    assert all(row.conflict <= row.overlap <= row.coverage for row in table.values())
