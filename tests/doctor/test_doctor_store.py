"""MLflow's store: absent, of another form, damaged, locked, on a server."""

import os
import shutil
import socket
import sqlite3
import sys
import threading
from contextlib import closing
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from filelock import FileLock

from pipeline.doctor import locks
from pipeline.errors import TrackingError
from pipeline.tracking import schema

MLFLOW = f"{sys.executable} -m mlflow"


@pytest.fixture
def database(ask, tmp_path, empty_store):
    return shutil.copy(empty_store, tmp_path / "mlflow.db")


def change(database, statement):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def found(ask):
    """Return the exit status, what was said first, and the command that mends it."""
    status, lines = ask("mlflow")
    mend = lines[1].removeprefix("        mend: ")
    return status, lines[0], mend if mend != lines[1] else None


def test_looking_makes_no_store(ask, tmp_path):
    assert found(ask) == (0, f"ok      mlflow: {tmp_path}/mlflow.db: made by the first stance train", None)
    assert list(tmp_path.iterdir()) == []


def test_a_migrated_store_is_left_as_it_is(ask, database):
    before = sha256(database.read_bytes()).hexdigest()
    status, line, mend = found(ask)
    assert (status, mend) == (0, None)
    assert line.startswith(f"ok      mlflow: {database}: reachable, schema ")
    assert sha256(database.read_bytes()).hexdigest() == before
    assert [path.name for path in database.parent.iterdir()] == ["mlflow.db"]


def test_the_newest_schema_is_the_one_that_mlflow_names(empty_store):
    from mlflow.store.db.utils import _get_latest_schema_revision

    assert schema.newest(schema.revisions()) == {_get_latest_schema_revision()}
    assert schema.revision_of(empty_store) == _get_latest_schema_revision()


def test_asking_for_the_schema_makes_no_file(tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        schema.revision_of(tmp_path / "mlflow.db")
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_upgraded_after_a_copy(ask, database):
    known = schema.revisions()
    (newest,) = schema.newest(known)
    (older,) = known[newest]
    change(database, f"UPDATE alembic_version SET version_num = '{older}'")
    status, line, mend = found(ask)
    assert status == 1
    assert line.startswith(f"broken  mlflow: {database}: schema {older} is older than that of MLflow ")
    assert mend == f"cp -- {database} {database}.before && {MLFLOW} db upgrade sqlite:///{database}"


def test_a_schema_of_a_newer_mlflow(ask, database, monkeypatch):
    change(database, "UPDATE alembic_version SET version_num = 'f00ba4'")
    status, line, mend = found(ask)
    assert (status, mend) == (1, f"mv -- {database} {database}.aside")
    assert "schema f00ba4 is none that MLflow" in line
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    assert found(ask)[2] == "unset MLFLOW_TRACKING_URI"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TABLE alembic_version", "is a database, but not MLflow's"),
        ("DELETE FROM alembic_version", "does not tell the version of its schema"),
    ],
)
def test_a_database_of_something_else(ask, database, statement, said):
    change(database, statement)
    assert found(ask) == (1, f"broken  mlflow: {database}: {said}", f"mv -- {database} {database}.aside")


def test_an_empty_database_is_made_ready_later(ask, tmp_path):
    (tmp_path / "mlflow.db").touch()
    status, line, _ = found(ask)
    assert (status, line.startswith("ok ")) == (0, True)
    assert (tmp_path / "mlflow.db").stat().st_size == 0


@pytest.mark.parametrize("kind", ["text", "folder"])
def test_no_database(ask, tmp_path, kind):
    path = tmp_path / "mlflow.db"
    path.mkdir() if kind == "folder" else path.write_text("not a database " * 100)
    status, line, mend = found(ask)
    assert status == 1
    assert line.startswith(f"broken  mlflow: {path}: is ")
    assert mend == f"mv -- {path} {path}.aside"


def test_a_store_in_use(ask, database):
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        status, line, _ = found(ask)
    assert status == 0
    assert line == f"note    mlflow: {database}: in use, and cannot be looked into just now (database is locked)"


def test_a_folder_that_is_not_there(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/my runs/mlflow.db")
    gone = tmp_path / "my runs"
    assert found(ask) == (1, f"broken  mlflow: there is no folder {gone}", f"mkdir -p '{gone}'")


@pytest.mark.parametrize("there", [True, False])
def test_a_store_that_may_not_be_written(ask, tmp_path, monkeypatch, empty_store, there):
    if there:
        shutil.copy(empty_store, tmp_path / "mlflow.db")
    monkeypatch.setattr(os, "access", lambda path, mode: mode & os.W_OK == 0)
    status, line, mend = found(ask)
    assert (status, line.startswith("broken  mlflow: "), mend.startswith("chmod u+")) == (1, True, True)


def test_a_lock_that_a_process_holds_is_told(ask, database, tmp_path):
    lock = tmp_path / "mlflow.db.lock"
    with FileLock(lock):
        status, lines = ask("mlflow")
        assert status == 0
        assert any(line.startswith(f"note    mlflow lock: {lock}: held by ") for line in lines)
        assert locks.holder(lock) in (os.getpid(), None)
    _, lines = ask("mlflow")
    assert lock.exists()
    assert not any("mlflow lock" in line for line in lines), "one that lies there is as it should be"


def test_the_holder_is_read_from_the_systems_table(tmp_path):
    path, table = tmp_path / "a.lock", tmp_path / "locks"
    path.touch()
    number = path.stat().st_ino
    others = f"1: POSIX  ADVISORY  WRITE 5 fe:00:{number} 0 EOF\n2: FLOCK  ADVISORY  WRITE 6 fe:00:{number}1 0 EOF\n"
    others += f"3: FLOCK  ADVISORY  WRITE 0 fe:00:{number} 0 EOF\n"  # of a process that this one may not see
    table.write_text(others)
    assert locks.holder(path, table) is None
    table.write_text(f"{others}4: FLOCK  ADVISORY  WRITE 6317 fe:00:{number} 0 EOF\n")
    assert locks.holder(path, table) == 6317
    assert locks.holder(path, tmp_path / "none") is None


@pytest.fixture
def no_network(monkeypatch):
    def refused(*_, **__):
        raise AssertionError("connects")

    monkeypatch.setattr(socket, "create_connection", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://mira:secret@runs.halden.invalid/mlflow?key=secret", "https://runs.halden.invalid/mlflow: "),
        ("postgresql://mira:secret@db.halden.invalid/runs", "postgresql://db.halden.invalid/runs: "),
    ],
)
def test_a_store_elsewhere_is_not_connected_to_and_no_password_shown(ask, monkeypatch, no_network, uri, shown):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    status, line, mend = found(ask)
    assert status == 0
    assert line.startswith(f"note    mlflow: {shown}")
    assert "secret" not in line + mend


@pytest.mark.parametrize("uri", ["./mlruns", "file:///tmp/mlruns", "mlruns"])
def test_a_folder_of_runs_is_refused_by_mlflow(ask, monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    status, line, mend = found(ask)
    assert (status, mend) == (1, "unset MLFLOW_TRACKING_URI")
    assert line.startswith(f"broken  mlflow: {uri}: a folder, which MLflow ")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    assert found(ask)[0] == 0


@pytest.fixture
def server():
    """Serve ``/runs/health`` and nothing else on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/runs/health" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_a_server_on_this_machine_is_asked(ask, monkeypatch, server):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{server}/runs/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert found(ask) == (0, f"ok      mlflow: {server}/runs/: reachable; it migrates its own store", None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    status, line, mend = found(ask)
    assert (status, mend) == (1, "unset MLFLOW_TRACKING_URI")
    assert line == f"broken  mlflow: {server}: answers, but not as MLflow does (status 404)"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_that_is_down(ask, monkeypatch, host):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{host}:{port}")
    status, line, mend = found(ask)
    assert status == 1
    assert line.startswith(f"broken  mlflow: http://{host}:{port}: no server answers (")
    assert mend == f"{MLFLOW} server --host 127.0.0.1 --port {port}"


def test_without_mlflow_the_schema_is_unknown(monkeypatch):
    monkeypatch.setattr(schema, "find_spec", lambda name: None)
    with pytest.raises(TrackingError, match="MLflow is not installed"):
        schema.revisions()
