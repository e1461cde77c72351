"""Predictions of invented models on invented quotations, for the tests of comparisons and of the gate."""

import numpy as np

from pipeline.records import LABELS

NAMES = {label[0]: label for label in LABELS}
SPEAKERS = ("Mira Olsen", "Jon Tarrant", "Ada Quist")


def answers(told, *, targets=("Quillon routers",), confidence=0.8, prefix="q"):
    """Return rows of predictions.

    Parameters
    ----------
    told
        By article: pairs of initials, gold label and what the model says (``"pa"``: pro, taken for anti).
    targets
        Of the rows, in turn.
    confidence
        Probability of what the model says.
    """
    rows = []
    for article, pairs in told.items():
        for gold, said in pairs:
            i = len(rows)
            p = np.full(3, (1 - confidence) / 2)
            p["anp".index(said)] = confidence
            rows.append(
                {
                    "statement_id": f"{prefix}{i}",
                    "article_id": article,
                    "story_id": article,
                    "target": targets[i % len(targets)],
                    "speaker": SPEAKERS[i % len(SPEAKERS)],
                    "text": f"“quotation {i} of {article}”",
                    "label": NAMES[gold],
                    "ambiguous": False,
                    "stance": NAMES[said],
                    **dict(zip(("p_anti", "p_neutral", "p_pro"), map(float, p), strict=True)),
                    "confidence": confidence,
                }
            )
    return rows


def mixed(seed, right, *, articles=30, size=4, wrong_in=(), **options):
    """Return rows of a model that is right with this chance, and never in the articles of these numbers.

    Equal seeds give equal gold labels, whatever the chance.
    """
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 3, (articles, size))
    luck, other = rng.random((articles, size)), rng.integers(1, 3, (articles, size))
    told = {
        f"a{i:02}": [
            ("anp"[g], "anp"[g if luck[i, j] < right and i not in wrong_in else (g + other[i, j]) % 3])
            for j, g in enumerate(gold[i])
        ]
        for i in range(articles)
    }
    return answers(told, **options)
