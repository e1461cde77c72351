"""What a score rests on."""

import numpy
import sklearn

from pipeline import __version__
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.signature import items_sha256, signature
from pipeline.files import sha256_text

ROWS = [
    {"statement_id": "a:9-12", "target": "drones", "label": "neutral", "text": "“No,”"},
    {"statement_id": "a:1-5", "target": "masts", "label": "pro-restriction", "text": "“Sí,”"},
]


def test_the_hash_is_of_sorted_ids_targets_and_labels():
    told = '[["a:1-5", "masts", "pro-restriction"], ["a:9-12", "drones", "neutral"]]'
    assert items_sha256(ROWS) == items_sha256(ROWS[::-1]) == sha256_text(told)


def test_another_label_or_target_is_another_test():
    changed = [{**ROWS[0], name: "other"} for name in ("statement_id", "target", "label")]
    assert len({items_sha256([row, ROWS[1]]) for row in (ROWS[0], *changed)}) == 4
    assert items_sha256([{**ROWS[0], "text": "x"}, ROWS[1]]) == items_sha256(ROWS)


def test_draws_and_versions_are_told():
    found = signature(ROWS, Intervals(500, 0.9, 3), model_sha256="f" * 64)
    assert [found[name] for name in ("model_sha256", "seed", "resamples", "level")] == ["f" * 64, 3, 500, 0.9]
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["versions"]["scikit-learn"] == sklearn.__version__
    assert found["versions"]["quotestance"] == __version__
    assert "model_sha256" not in signature(ROWS, Intervals())
