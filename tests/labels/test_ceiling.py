"""The human ceiling, worked out by hand and by scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from pipeline.labels.agreement import MISSING
from pipeline.labels.ceiling import ceiling
from pipeline.labels.reliability import Codes, Draws
from pipeline.records import LABELS

# A letter a statement: what two people and a model say of six statements from three articles.
ANA, BEN, MODEL = "ppnnaa", "pnnnap", "ppnaaa"
# Ana with Ben: anti 2 * 1 / (2 + 1), neutral 2 * 2 / (2 + 3), pro 2 * 1 / (2 + 2).
HUMAN = (2 / 3 + 4 / 5 + 1 / 2) / 3
# The model with Ana: 4 / 5, 2 / 3, 1; with Ben 1 / 2 throughout.
WITH_ANA, WITH_BEN = (4 / 5 + 2 / 3 + 1) / 3, 1 / 2
# They agree on four of six, by chance on a third; the model with Ana on five, with Ben on three (chance 10 / 36).
HUMAN_KAPPA, KAPPAS = 1 / 2, (3 / 4, 4 / 13)
ARTICLES = ("x", "x", "y", "y", "z", "z")


def coded(letters):
    return np.array([MISSING if letter == "." else "anp".index(letter) for letter in letters])


def codes(coders, articles=ARTICLES):
    """Return codes of coders by name and type."""
    return Codes(
        labels=LABELS,
        coders=tuple(name for name, _, _ in coders),
        types=tuple(kind for _, kind, _ in coders),
        codes=np.stack([coded(letters) for _, _, letters in coders], axis=1),
        units=tuple((f"q{i}", None) for i in range(len(coders[0][2]))),
        clusters=articles[: len(coders[0][2])],
    )


def found(*coders, model=MODEL, labels=ANA, articles=ARTICLES, resamples=400):
    return ceiling(codes(coders, articles), coded(model), coded(labels), Draws(resamples=resamples))


def test_two_people_and_the_model_beside_them():
    told = found(("ana", "human", ANA), ("ben", "human", BEN))
    assert (told.coders, told.n, told.articles) == (("ana", "ben"), 6, 3)
    assert told.human["macro_f1"].value == pytest.approx(HUMAN)
    assert told.model["macro_f1"].value == pytest.approx((WITH_ANA + WITH_BEN) / 2)
    assert told.labels["macro_f1"].value == pytest.approx(WITH_ANA)
    assert told.difference["macro_f1"].value == pytest.approx(HUMAN - (WITH_ANA + WITH_BEN) / 2)
    assert told.human["kappa"].value == pytest.approx(HUMAN_KAPPA)
    assert told.model["kappa"].value == pytest.approx(sum(KAPPAS) / 2)
    assert told.human["macro_f1"].low < HUMAN < told.human["macro_f1"].high


def test_the_figures_are_those_of_scikit_learn():
    rng = np.random.default_rng(4)
    ana, ben, model = ("".join("anp"[i] for i in rng.integers(0, 3, 90)) for _ in range(3))
    articles = tuple(f"a{i // 3}" for i in range(90))
    told = found(("ana", "human", ana), ("ben", "human", ben), model=model, labels=ana, articles=articles)
    assert told.human["macro_f1"].value == pytest.approx(f1_score(coded(ana), coded(ben), average="macro"))
    assert told.human["kappa"].value == pytest.approx(cohen_kappa_score(coded(ana), coded(ben)))
    both = [f1_score(coded(one), coded(model), average="macro") for one in (ana, ben)]
    assert told.model["macro_f1"].value == pytest.approx(np.mean(both))


def test_a_model_that_says_what_the_other_person_says_lacks_nothing():
    told = found(("ana", "human", ANA), ("ben", "human", BEN), model=BEN)
    assert told.model["macro_f1"].value == pytest.approx((HUMAN + 1) / 2)
    assert told.difference["macro_f1"].value < 0
    assert told.difference["macro_f1"].high <= 0  # where both people agree nothing is lacked


def test_only_statements_of_two_people_count_and_models_do_not():
    told = found(("ana", "human", ANA), ("ben", "human", "pn...."), ("bot", "model", "aaaaaa"))
    assert (told.coders, told.n, told.articles) == (("ana", "ben"), 2, 1)
    # Pro once together, once Ana alone; neutral Ben alone.
    assert told.human["macro_f1"].value == pytest.approx((2 / 3 + 0) / 2)
    assert math.isnan(told.human["macro_f1"].low)


def test_three_people_are_averaged_over_their_pairs():
    told = found(("ana", "human", "pp...."), ("ben", "human", "pnnn.."), ("cy", "human", "..np.."))
    # Ana and Ben: (2/3 + 0) / 2; Ben and Cy: the same with neutral and pro; Ana and Cy share nothing.
    assert told.n == 4
    assert told.human["macro_f1"].value == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("coders", "reason"),
    [
        (
            [("bot", "model", ANA), ("bot-2", "model", BEN), ("ana", "human", "......")],
            "bot and bot-2 are models; agreement of two models is no human ceiling",
        ),
        ([("ana", "human", "ppp..."), ("ben", "human", "...nnn")], "ana and ben labelled no test statement in common"),
        (
            [("ana", "human", ANA), ("bot", "model", BEN)],
            "ana is the only person who labelled test statements; a ceiling takes two",
        ),
        ([("bot", "model", ANA)], "no person labelled a test statement; a ceiling takes two who label the same ones"),
    ],
)
def test_why_there_is_none(coders, reason):
    assert found(*coders) == reason


def test_equal_seeds_give_equal_intervals():
    coders = (("ana", "human", ANA), ("ben", "human", BEN))
    assert found(*coders) == found(*coders)
