"""Flipped quotes."""

from answered import answers

from pipeline.evaluation.flips import Answer, flips
from pipeline.evaluation.items import labels_and_probabilities

# Gold, what a says, what b says, and what that is.
CASES = ["ppp", "ppa", "pap", "pan", "aan", "nna"]
EXPECTED = [("broken", "q1"), ("broken", "q4"), ("broken", "q5"), ("fixed", "q2"), ("still wrong", "q3")]


def flipped(confidences=(0.8, 0.6)):
    a, b = (
        answers({"x": [case[0] + case[i] for case in CASES]}, confidence=c)
        for i, c in zip((1, 2), confidences, strict=True)
    )
    y_true, first = labels_and_probabilities(a)
    return flips(a, y_true, first, labels_and_probabilities(b)[1])


def test_what_changed_is_filed_by_what_it_is_for_the_second_model():
    found = flipped()
    assert [(flip.change, flip.statement_id) for flip in found] == EXPECTED


def test_a_flip_tells_quote_gold_and_both_answers():
    found = flipped()
    assert found[0].as_dict() == {
        "change": "broken",
        "statement_id": "q1",
        "article_id": "x",
        "target": "Quillon routers",
        "speaker": "Jon Tarrant",
        "text": "“quotation 1 of x”",
        "context": None,
        "label": "pro-restriction",
        "a": {"stance": "pro-restriction", "confidence": 0.8},
        "b": {"stance": "anti-restriction", "confidence": 0.6},
    }
    assert found[0].a == Answer("pro-restriction", 0.8)


def test_the_surest_comes_first():
    a = answers({"x": ["pp", "pp"]})
    b = [{**answers({"x": ["pa", "pa"]}, confidence=c)[i]} for i, c in enumerate((0.5, 0.9))]
    y_true, first = labels_and_probabilities(a)
    assert [flip.statement_id for flip in flips(a, y_true, first, labels_and_probabilities(b)[1])] == ["q1", "q0"]


def test_equal_models_flip_nothing():
    rows = answers({"x": [case[:2] for case in CASES]})
    y_true, y_prob = labels_and_probabilities(rows)
    assert flips(rows, y_true, y_prob, y_prob) == ()
