"""What a score rests on."""

import numpy
import sklearn

from pipeline import __version__
from pipeline.evaluation.items import items_hash
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.signature import signature

ROWS = [
    {"statement_id": "a:9-12", "target": "drones", "label": "neutral", "text": "“No,”"},
    {"statement_id": "a:1-5", "target": "masts", "label": "pro-restriction", "text": "“Sí,”"},
]


def test_items_draws_and_versions_are_told():
    found = signature(ROWS, Intervals(500, 0.9, 3), model_sha256="f" * 64)
    assert found["test_sha256"] == items_hash(ROWS) == items_hash([{**ROWS[1], "text": "x"}, ROWS[0]])
    assert [found[name] for name in ("model_sha256", "seed", "resamples", "level")] == ["f" * 64, 3, 500, 0.9]
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["versions"]["scikit-learn"] == sklearn.__version__
    assert found["versions"]["quotestance"] == __version__
    assert "model_sha256" not in signature(ROWS, Intervals())
