"""The logged model as a function of Spark data frames, by the lines of the guide, on this machine alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import stance, tracking
from pipeline.records import LABELS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

GUIDE = Path(__file__).parent.parent / "docs" / "guide.md"
OPTIONS = {
    "features": {
        "words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]},
        "around": {"column": "context", "analyzer": "word", "ngrams": [1, 1]},
    }
}
COLUMNS = ("text", "context", "title", "target", "speaker")
STATEMENTS = [
    ("“The licence rule is reckless,”", "“The licence rule is reckless,” Mira Olsen said.", "News", "it", "Mira Olsen"),
    ("It is overdue", "It is overdue, they write.", None, None, None),
    ("“The ban is under review,”", None, "", "the ban", "Halden Post"),
    ("", None, None, None, None),
]


def why_no_spark() -> str | None:
    """Return why Spark cannot be started here; None where it can."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    try:
        # A launcher may be there and lead nowhere: only a Java that answers counts.
        subprocess.run([java or "java", "-version"], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return "no Java runs here; install a runtime of version 17 or newer"
    return None


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Yield a session of two threads that listens on loopback only and shows no page."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed; `make slow` installs it")
    if reason := why_no_spark():
        pytest.skip(reason)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(tmp_path / "spark"),
        "spark.sql.warehouse.dir": str(tmp_path / "warehouse"),
    }
    session = sql.SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def lines_of_the_guide() -> str:
    section = GUIDE.read_text(encoding="utf-8").partition("\n## Scoring with Spark\n")[2].partition("\n## ")[0]
    return section.partition("```python\n")[2].partition("```")[0]


def test_the_lines_of_the_guide_give_the_models_probabilities(spark, tmp_path, monkeypatch, labelled):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    bundle = tmp_path / "models" / "default"
    model = stance.fit("tfidf", OPTIONS, *labelled, training={"sha256": "0" * 64})
    stance.save(model, bundle)
    with tracking.start_run(name="logged") as tracker:
        tracker.log_model(bundle, requirements=model.requirements(), register=True)
    tracking.set_alias("champion", "1")
    schema = "number int, text string, context string, title string, target string, speaker string"
    rows = [(number, *row) for number, row in enumerate(STATEMENTS)]
    names = {"spark": spark, "statements": spark.createDataFrame(rows, schema).repartition(3)}
    exec(lines_of_the_guide(), names)
    assert names["scored"].dtypes[-5:] == [("stance", "string")] + [
        (name, "double") for name in ("p_anti", "p_neutral", "p_pro", "confidence")
    ]
    scored = sorted(names["scored"].collect(), key=lambda row: row.number)
    expected = model.predict_proba({name: [row[i] for row in STATEMENTS] for i, name in enumerate(COLUMNS)})
    assert len(scored) == len(STATEMENTS)
    for row, given, y_prob in zip(scored, rows, expected.tolist(), strict=True):
        assert tuple(row)[: len(given)] == given
        assert [row.p_anti, row.p_neutral, row.p_pro] == pytest.approx(y_prob, abs=1e-9)
        assert (row.stance, row.confidence) == (LABELS[y_prob.index(max(y_prob))], pytest.approx(max(y_prob)))
    assert [row.stance for row in scored[:2]] == ["anti-restriction", "pro-restriction"]
