"""Which test items runs have in common."""

import hashlib

import pytest
from answered import answers

from pipeline.errors import InputError
from pipeline.evaluation.items import align, items_hash, labels_and_probabilities, shared_items

FIRST = answers({"x": ["pp", "an"], "y": ["nn"]})
SECOND = answers({"x": ["pn", "aa"], "y": ["np"]})


def test_the_hash_is_over_the_sorted_ids_targets_and_labels():
    written = (
        '[["q0", "Quillon routers", "pro-restriction"], ["q1", "Quillon routers", "anti-restriction"], '
        '["q2", "Quillon routers", "neutral"]]'
    )
    assert items_hash(FIRST) == hashlib.sha256(written.encode()).hexdigest()
    assert items_hash(FIRST[::-1]) == items_hash(SECOND) == items_hash(FIRST)


@pytest.mark.parametrize("change", [{"statement_id": "q9"}, {"target": None}, {"label": "neutral"}])
def test_another_id_target_or_label_is_another_set(change):
    assert items_hash([{**FIRST[0], **change}, *FIRST[1:]]) != items_hash(FIRST)


def test_rows_stand_in_the_order_of_the_first_run():
    items, (first, second) = align({"one": FIRST, "two": SECOND[::-1]})
    assert (items.n, items.articles, items.of, items.left_out, items.relabelled) == (3, 2, (3, 3), (0, 0), 0)
    assert items.sha256 == items_hash(FIRST)
    assert [row["statement_id"] for row in second] == [row["statement_id"] for row in first] == ["q0", "q1", "q2"]
    assert [row["stance"][0] for row in second] == ["n", "a", "p"]


def test_other_items_are_told_and_compared_where_that_is_asked_for():
    other = [{**SECOND[0], "label": "neutral"}, SECOND[1], {**SECOND[2], "statement_id": "q7"}]
    with pytest.raises(InputError) as caught:
        align({"one": FIRST, "two": other})
    assert str(caught.value) == (
        "the runs were evaluated on different statements (one on 3, two on 3): 1 are shared, 1 more with another gold "
        "label; --shared compares on those 1"
    )
    items, tables = align({"one": FIRST, "two": other}, shared=True)
    assert [[row["statement_id"] for row in rows] for rows in tables] == [["q1"], ["q1"]]
    assert items.as_dict() == {
        "sha256": items_hash(FIRST[1:2]), "shared": 1, "articles": 1, "of": [3, 3], "left_out": [2, 2], "relabelled": 1,
    }  # fmt: skip
    assert shared_items(FIRST, other) == 1


def test_of_three_runs_the_items_of_all_are_taken():
    items, _ = align({"one": FIRST, "two": SECOND[:2], "three": FIRST[1:]}, shared=True)
    assert (items.n, items.of, items.left_out) == (1, (3, 2, 2), (2, 1, 1))


# Rows of the second run, whether the shared are asked for, and the line.
FAULTS = [
    (answers({"z": ["pp"]}, prefix="r"), True, "one and two share no test statement with the same label"),
    (answers({"z": ["pp"]}, prefix="r"), False, "0 are shared; evaluate them on one test split"),
    ([*SECOND, SECOND[1]], False, "run two: q1 stands in its predictions twice"),
]


@pytest.mark.parametrize(("rows", "shared", "message"), FAULTS)
def test_what_cannot_be_compared_is_told_in_one_line(rows, shared, message):
    with pytest.raises(InputError, match=message):
        align({"one": FIRST, "two": rows}, shared=shared)


def test_labels_and_probabilities_stand_in_the_codebooks_order():
    y_true, y_prob = labels_and_probabilities(FIRST)
    assert y_true.tolist() == [2, 0, 1]
    assert y_prob.round(2).tolist() == [[0.1, 0.1, 0.8], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]]
