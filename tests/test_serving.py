"""The logged model behind MLflow's own server, on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline import stance, tracking

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]}}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(folder, log) -> Iterator[str]:
    """Yield the address of a server that answers for the model, and stop it with its children."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["-m", str(folder), "-h", "127.0.0.1", "-p", str(port)]
    # Away from the repository, so that the code inside the model is what runs.
    environment = {**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=log.parent, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while not answers(f"{address}/ping"):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def post(address: str, body: dict) -> tuple[int, dict]:
    request = urllib.request.Request(
        f"{address}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.slow
def test_mlflow_models_serve_answers_a_request(tmp_path, monkeypatch, labelled):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    bundle = tmp_path / "models" / "default"
    model = stance.fit("tfidf", OPTIONS, *labelled, training={"sha256": "0" * 64})
    stance.save(model, bundle)
    with tracking.start_run(name="served") as tracker:
        tracker.log_model(bundle, requirements=model.requirements(), register=True)
    folder = tracking.resolve_model("models:/stance/1").parent.parent
    texts = ["“The licence rule is reckless,”", "It is overdue"]
    expected = model.predict_proba({"text": texts})
    with served(folder, tmp_path / "server.log") as address:
        status, answer = post(address, {"dataframe_split": {"columns": ["text"], "data": [[text] for text in texts]}})
        assert status == 200, answer
        rows = answer["predictions"]
        assert [row["stance"] for row in rows] == ["anti-restriction", "pro-restriction"]
        assert [list(row) for row in rows] == [["stance", "p_anti", "p_neutral", "p_pro", "confidence"]] * 2
        for row, y_prob in zip(rows, expected, strict=True):
            assert [row["p_anti"], row["p_neutral"], row["p_pro"]] == pytest.approx(list(y_prob))
        full = {"text": "It is overdue", "context": "she said", "title": "News", "target": "the ban"}
        assert post(address, {"dataframe_records": [full]})[0] == 200
        status, answer = post(address, {"dataframe_records": [{"context": "without a text"}]})
        assert status == 400
        assert "text" in answer["message"]
