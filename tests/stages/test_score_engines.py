"""The score stage on each engine: the same bytes, and a lost machine loses and doubles nothing."""

import io
import json

import pytest
from scoring import OPTIONS, TALK, configured, contents

from pipeline import stance
from pipeline.executors import EXECUTORS
from pipeline.parts import read_parts
from pipeline.stages import score, score_status


@pytest.fixture
def model(tmp_path_factory, labelled):
    """Return the folder of a model that knows the telling words."""
    table, y = labelled
    folder = tmp_path_factory.mktemp("models") / "model"
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), folder)
    return folder


def news(folder, count):
    """Write so many articles, and with them a page, a text that stands twice, and what cannot be read."""
    folder.mkdir()
    lines = [{"id": str(n), "text": TALK.replace("Halden", f"Halden {n}")} for n in range(count)]
    (folder / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in TALK.replace("Halden", "Norhavn").split("\n\n"))
    (folder / "page.html").write_text(f"<html><body><article>{paragraphs}</article></body></html>")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)))
    for name in ("a.txt", "z.txt"):
        (folder / name).write_text(TALK)
    return str(folder)


# Engine, workers, output. Starting a worker takes seconds, so that one case alone is for every day.
CASES = [
    ("local", 2, "scored"),
    pytest.param("local", 1, "table.csv", marks=pytest.mark.slow),
    pytest.param("ray", 1, "table.csv", marks=pytest.mark.slow),
    pytest.param("ray", 2, "scored", marks=pytest.mark.slow),
]


def test_every_engine_is_tried():
    assert {"inline", *(getattr(case, "values", case)[0] for case in CASES)} == set(EXECUTORS)


@pytest.mark.parametrize(("engine", "workers", "out"), CASES)
def test_every_engine_gives_the_same_bytes_with_one_worker_and_with_two(
    tmp_path, model, engine, workers, out, monkeypatch
):
    paths = [news(tmp_path / "news", 9), "-"]
    lines = b"".join(json.dumps({"id": n, "text": TALK.replace("Halden", n)}).encode() + b"\n" for n in ("x", "y"))

    class Stdin:
        @property
        def buffer(self):  # from its beginning, for each run
            return io.BytesIO(lines)

    monkeypatch.setattr("sys.stdin", Stdin())
    score.run(configured(model, shard_articles=2), paths, tmp_path / "inline" / out)
    config = configured(model, shard_articles=2, engine=engine, workers=workers)
    score.run(config, paths, tmp_path / engine / out)
    expected = contents(tmp_path / "inline")
    assert sum(len(data) for data in expected.values()) > 10_000
    assert contents(tmp_path / engine) == expected
    if out == "scored":
        assert len([name for name in expected if name.startswith("scored/part-")]) > 2
        assert score_status.run(tmp_path / engine / out).engine == engine


@pytest.mark.slow
def test_a_node_that_is_lost_in_the_middle_of_a_run_loses_and_doubles_nothing(tmp_path, model):
    from ray.cluster_utils import Cluster

    paths = [news(tmp_path / "news", 120)]
    score.run(configured(model, shard_articles=1), paths, tmp_path / "inline" / "scored")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        node = cluster.add_node(num_cpus=2)
        killed = []

        def watch(articles, quotes):
            if articles >= 30 and not killed:
                killed.append(articles)
                cluster.remove_node(node, allow_graceful=False)

        config = configured(model, shard_articles=1, engine="ray", workers=3, address=cluster.address)
        score.run(config, paths, tmp_path / "ray" / "scored", progress=watch)
    finally:
        cluster.shutdown()
    assert killed
    assert killed[0] < 110
    assert contents(tmp_path / "ray") == contents(tmp_path / "inline")
    rows = read_parts(tmp_path / "ray" / "scored")
    assert len(rows) == len({row["row_id"] for row in rows}) == 4 * 123
    assert score_status.run(tmp_path / "ray" / "scored").totals["failed"] == 0
