"""Stance: the default model on its test split, on the founding documents, and on annotated real quotations.

usage: python benchmarks/stance.py [starter] [founding] [news]

The model is trained on the starter corpus through the pipeline's stages, in a temporary folder and outside MLflow. Each
figure is macro-F1 with its 95 % interval, clustered by article, and beside it in the same run the majority class of the
training split. Data beside the project is read in place (QUOTESTANCE_SHARED, default ../shared); parts without their
data are skipped.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from _shared import ROOT, need, rows_of, run_parts, scored_by, write_rows
from _shared import stance as stance_command

Rows = Sequence[Mapping[str, Any]]


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

    @property
    def majority(self) -> str:
        """The most frequent label of the train split."""
        return Counter(self.training_labels).most_common(1)[0][0]

    def loaded(self) -> Any:
        """Return the model, read back from its folder."""
        from pipeline import stance

        assert self.metrics
        return stance.load(self.model)


def _set(**values: Any) -> list[str]:
    return [f"{key}={json.dumps(value, default=str)}" for key, value in values.items()]


def _header() -> None:
    print(f"{'':<46}{'n':>5}{'articles':>9}  macro-F1              majority class        clear only (majority)")


def _interval(value: float, low: float, high: float) -> str:
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def measure(name: str, model: Any, rows: Rows, training_labels: Sequence[str]) -> None:
    """Print one line: a model on labelled statements, and the majority class of its training data on the same."""
    from pipeline.evaluation.metrics import encode, prior_probabilities
    from pipeline.evaluation.summary import Intervals, Scored

    scored = Scored(
        articles=[row["article_id"] for row in rows],
        ambiguous=[bool(row["ambiguous"]) for row in rows],
        y_true=encode([row["label"] for row in rows]),
        y_prob=model.predict_proba(_columns(rows)),
    )
    constant = scored.with_probabilities(prior_probabilities(encode(training_labels), len(rows)))
    whole, base, clear, clear_base = (
        s.estimates(Intervals())["macro_f1"] for s in (scored, constant, scored.clear(), constant.clear())
    )
    print(
        f"{name:<46}{whole.n:>5}{len(set(scored.articles)):>9}  {_interval(whole.value, whole.low, whole.high)}"
        f"  {_interval(base.value, base.low, base.high)}  {clear.value:.3f} ({clear_base.value:.3f}), n = {clear.n}"
    )


def _columns(rows: Rows) -> dict[str, list[Any]]:
    from pipeline.stance import COLUMNS

    return {name: [row[name] for row in rows] for name in COLUMNS}


def aligned(documents: Iterable[Any], annotations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the annotated statements and fragments as the pipeline sees them; terms are left out.

    Parameters
    ----------
    documents
        Source texts.
    annotations
        Rows ``source, start, end, kind, target, label, ambiguous``; offsets count in the source text.
    """
    from dataclasses import asdict

    from pipeline.articles.cleaning import clean
    from pipeline.labels.align import align
    from pipeline.labels.gold import Gold
    from pipeline.quotes import find_quotes
    from pipeline.rows import quote_row

    articles = [article for document in documents for article in clean(document).articles]
    hashes = {article.source: str(article.raw_sha256) for article in articles}
    gold = [
        Gold(
            f"gold:{number}", row["source"], hashes[row["source"]], row["start"], row["end"], row["kind"],
            row["target"] or "", row["label"], coder="-", coder_type="model", ambiguous=bool(row["ambiguous"]),
        )
        for number, row in enumerate(annotations)
    ]  # fmt: skip
    quotes = [quote_row(article, quote) for article in articles for quote in find_quotes(article)]
    alignment = align(gold, quotes, articles)
    for reject in alignment.rejects:
        print(f"no place: {reject.message}")
    return [asdict(statement) for statement in alignment.statements if statement.label]


def on_starter(starter: Starter) -> bool:
    """Report the test split of the starter corpus, as ``stance evaluate`` does."""
    metrics, base = starter.metrics, starter.metrics["baseline"]["macro_f1"]
    test, clear = metrics["test"]["macro_f1"], metrics["test_clear"]["macro_f1"]
    calibration = metrics["test"]["expected_calibration_error"]
    statements = starter.statements.with_name("statements.manifest.json")
    print(f"invented articles; label stage: {json.loads(statements.read_text(encoding='utf-8'))['counts']}")
    print(f"training labels: {dict(Counter(starter.training_labels))}")
    _header()
    print(
        f"{'starter corpus, test split':<46}{test['n']:>5}{metrics['articles']:>9}"
        f"  {_interval(test['value'], test['low'], test['high'])}"
        f"  {_interval(base['value'], base['low'], base['high'])}  {clear['value']:.3f}, n = {clear['n']}"
    )
    print(f"expected calibration error {_interval(calibration['value'], calibration['low'], calibration['high'])}")
    return True


def on_founding(starter: Starter) -> bool:
    """Score the founding documents end to end with ``stance score``, and their gold spans directly."""
    from pipeline.records import Document

    seeds, gold, script = need("seeds", "seeds/gold.jsonl", "bench/score_table.py")
    texts, rows = sorted(seeds.glob("*.txt")), list(rows_of(gold))
    assert starter.metrics
    table, constant = starter.folder / "scored.jsonl", starter.folder / "constant.jsonl"
    stance_command("score", *texts, "--out", table, "--model", starter.model)
    write_rows(constant, (row | {"stance": starter.majority} for row in rows_of(table)))
    for name, path in (("the model", table), (f"always {starter.majority}", constant)):
        result, _ = scored_by(script, path, gold, seeds)
        print(
            f"end to end (what is not found counts as wrong), {name}: macro-F1 {result['macro_f1_all']:.3f}"
            f" (n = {result['n']}), clear only {result['macro_f1_clear']:.3f} (n = {result['n_clear']})"
        )
    documents = [Document(text=path.read_text(encoding="utf-8"), source=path.name) for path in texts]
    statements = aligned(documents, ({**row, "source": row["doc"]} for row in rows))
    print(f"labels: {dict(Counter(row['label'] for row in statements))}")
    _header()
    measure("founding documents, gold spans", starter.loaded(), statements, starter.training_labels)
    return True


def on_news(starter: Starter) -> bool:
    """Score annotated real quotations (dev split), beside the same model trained on their own train split."""
    from pipeline import stance

    splits = news_splits()
    dev, train = splits["dev"], splits["train"]
    print(f"labels of dev: {dict(Counter(row['label'] for row in dev))}")
    _header()
    measure("real quotations, dev; trained on the starter", starter.loaded(), dev, starter.training_labels)
    labels, model = [row["label"] for row in train], starter.config.model
    fitted = stance.fit(
        model.classifier, model.options(), _columns(train), labels, training={}, seed=starter.config.seed
    )
    measure(f"the same; trained on {len(train)} real ones", fitted, dev, labels)
    return True


def news_splits() -> dict[str, list[dict[str, Any]]]:
    """Return the annotated real quotations of train and dev, terms aside."""
    from pipeline.records import Document

    annotations, texts = need("data/news_quotes.jsonl.gz", "data/news_articles.jsonl.gz")
    rows = [row | {"source": row["article_id"]} for row in rows_of(annotations)]
    split = {row["source"]: row["split"] for row in rows}
    documents = [
        Document(text=row["text"], source=row["id"], title=row["title"]) for row in rows_of(texts) if row["id"] in split
    ]
    return {
        name: aligned(
            (document for document in documents if split[document.source] == name),
            (row for row in rows if row["split"] == name),
        )
        for name in ("train", "dev")
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="starter, founding or news; default: all three")
    arguments = parser.parse_args()
    parts = {"starter": on_starter, "founding": on_founding, "news": on_news}
    if unknown := set(arguments.parts) - set(parts):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are: {', '.join(parts)}")
    with tempfile.TemporaryDirectory() as folder:
        starter = Starter(Path(folder))
        run_parts({name: (lambda part=part: part(starter)) for name, part in parts.items()}, arguments.parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
