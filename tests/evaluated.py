"""An evaluation of invented statements, as ``stance evaluate`` would write it."""

from functools import cache

import numpy as np

from pipeline.evaluation.documents import metrics_document
from pipeline.evaluation.metrics import SHORT_LABELS, encode
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.summary import Scored, evaluate
from pipeline.records import LABELS
from pipeline.report import Evaluated

N = 90


def rows():
    """Return predictions that are right two times in three."""
    rng = np.random.default_rng(3)
    found = []
    for index in range(N):
        label = LABELS[index % 3]
        y_prob = rng.dirichlet(np.ones(3) + 4 * (np.arange(3) == (index % 3 if index % 5 else (index + 1) % 3)))
        found.append(
            {
                "statement_id": f"a{index // 6}:{index}", "article_id": f"a{index // 6}", "story_id": f"a{index // 6}",
                "target": "drones" if index < 70 else "cranes", "speaker": "Ana Ruiz", "text": f"“It stays {index}”",
                "context": f"“It stays {index}”, said Ana Ruiz.", "label": label, "ambiguous": False,
                "stance": LABELS[int(y_prob.argmax())], "confidence": float(y_prob.max()),
                **{f"p_{short}": float(p) for short, p in zip(SHORT_LABELS, y_prob, strict=True)},
            }
        )  # fmt: skip
    return found


def document(predictions):
    """Return the metrics of predictions, with slices."""
    y_true = encode([row["label"] for row in predictions])
    y_prob = np.array([[row[f"p_{short}"] for short in SHORT_LABELS] for row in predictions])
    scored = Scored([row["article_id"] for row in predictions], [False] * len(predictions), y_true, y_prob)
    return metrics_document(evaluate(scored, scored, y_true, Intervals(resamples=50), rows=predictions))


@cache
def evaluated():
    """Return what a page is made of; do not change it."""
    predictions = rows()
    return Evaluated("tfidf", document(predictions), predictions, {"seed": 13})
