"""The default model, which learns from invented articles, and the founding documents end to end."""

from __future__ import annotations

import json
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

from _shared import ROOT, need, rows_of, scored_by, write_rows
from _shared import stance as stance_command


class Starter:
    """The default model, trained and evaluated on the starter corpus when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.statements, self.model = folder / "statements.parquet", folder / "model"

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Ingest, label, train, evaluate; return the metrics of the last."""
        from pipeline.config import EvaluateConfig, IngestConfig, LabelConfig, load_config
        from pipeline.files import read_json
        from pipeline.stages import evaluate, ingest, label, train

        quotes, seeds = self.folder / "quotes.parquet", ROOT / "seeds"
        ingest.run(load_config(IngestConfig, "ingest", _set(paths=[seeds / "articles"], out=quotes)))
        counts, out = self.folder / "label.json", self.folder / "reports"
        values = _set(quotes=quotes, gold=seeds / "gold.jsonl", out=self.statements, report=counts)
        label.run(load_config(LabelConfig, "label", values))
        train.run(self.config)
        values = _set(statements=self.statements, model=self.model, out=out, track=False)
        evaluate.run(load_config(EvaluateConfig, "evaluate", values))
        return read_json(out / "metrics.json", "metrics file")

    @property
    def config(self) -> Any:
        """The configuration of training."""
        from pipeline.config import load_train_config

        return load_train_config(_set(statements=self.statements, out=self.model, track=False))

    @cached_property
    def training_labels(self) -> list[str]:
        """Labels of the train split."""
        from pipeline.storage import read_table

        assert self.metrics
        return [row["label"] for row in read_table(self.statements) if row["split"] == "train"]


def _set(**values: Any) -> list[str]:
    return [f"{key}={json.dumps(value, default=str)}" for key, value in values.items()]


def on_starter(starter: Starter) -> bool:
    """Report the test split of the starter corpus, as ``stance evaluate`` does."""
    metrics, base = starter.metrics, starter.metrics["baseline"]["macro_f1"]
    test, clear = metrics["test"]["macro_f1"], metrics["test_clear"]["macro_f1"]
    calibration = metrics["test"]["expected_calibration_error"]
    statements = starter.statements.with_name("statements.manifest.json")
    print(f"invented articles; label stage: {json.loads(statements.read_text(encoding='utf-8'))['counts']}")
    print(f"training labels: {dict(Counter(starter.training_labels))}")
    print(
        f"starter corpus, test split, n = {test['n']}, articles {metrics['articles']}: macro-F1 {_interval(**test)},"
        f" majority class {_interval(**base)}, clear only {clear['value']:.3f} (n = {clear['n']})"
    )
    print(f"expected calibration error {_interval(**calibration)}")
    return True


def _interval(value: float, low: float, high: float, n: int) -> str:
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def on_founding(starter: Starter, shipped: Path) -> bool:
    """Score the founding documents with ``stance score``: the shipped model, the default one, and one answer."""
    seeds, gold, script = need("seeds", "seeds/gold.jsonl", "bench/score_table.py")
    texts = sorted(seeds.glob("*.txt"))
    assert starter.metrics
    models = {"the shipped model": shipped, "the default model": starter.model}
    tables = {}
    for name, model in models.items():
        if model.is_dir():
            tables[name] = starter.folder / f"{model.name}.jsonl"
            stance_command("score", *texts, "--out", tables[name], "--model", model)
    tables["always neutral"] = starter.folder / "constant.jsonl"
    rows = rows_of(tables["the default model"])
    write_rows(tables["always neutral"], (row | {"stance": "neutral"} for row in rows))
    for name, path in tables.items():
        result, _ = scored_by(script, path, gold, seeds)
        print(
            f"end to end (what is not found counts as wrong), {name}: macro-F1 {result['macro_f1_all']:.3f}"
            f" (n = {result['n']}), clear only {result['macro_f1_clear']:.3f} (n = {result['n_clear']})"
        )
    return True
