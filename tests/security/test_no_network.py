"""The default commands, one after the other on the starter corpus, with every way out of the machine shut."""

import os
import shutil
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import main

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
MAKING = (
    f"ingest {SEEDS}/articles --out data/quotes.parquet",
    f"quotes {SEEDS}/unseen/stennick-airfield.txt",
    f"label --set quotes=data/quotes.parquet --set gold={SEEDS}/gold.jsonl --set out=data/statements.parquet",
    "train --set statements=data/statements.parquet --set out=models/mine",
    "evaluate --set model=models/mine --set statements=data/statements.parquet --set behaviour=false "
    "--set resamples=100",
)
READING = (
    "runs",
    "compare reports beside --resamples 100 --no-log",
    "report reports --out again.html --no-log",
    f"score {SEEDS}/unseen --model {ROOT}/models/starter --out scored.csv",
    "summary scored.csv",
    "browse scored.csv --out browse.html",
    "annotate export data/quotes.parquet --out sheet.csv",
    "doctor",
)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was asked of the network; every call is refused, those to this machine and to Unix sockets, too."""
    asked: list[str] = []

    def refusing(name: str) -> Callable[..., None]:
        def refused(*arguments: object, **_: object) -> None:
            asked.append(name)
            raise OSError(f"{name}: no network in this test")

        return refused

    for name in ("connect", "connect_ex", "sendto", "sendmsg"):
        monkeypatch.setattr(socket.socket, name, refusing(name))
    for name in ("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, refusing(name))
    return asked


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: None, empty_store: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    return tmp_path


def test_the_default_commands_connect_to_nothing(folder: Path, attempts: list[str]) -> None:
    for command in MAKING:
        assert (main(command.split()), attempts) == (0, []), command
    shutil.copytree("reports", "beside")
    for command in READING:
        assert (main(command.split()), attempts) == (0, []), command


@pytest.mark.parametrize(
    ("attempt", "asked"),
    [
        (lambda udp: urllib.request.urlopen("http://halden.invalid/"), "create_connection"),
        (lambda udp: socket.getaddrinfo("halden.invalid", 80), "getaddrinfo"),
        (lambda udp: udp.connect(("127.0.0.1", 9)), "connect"),
        (lambda udp: udp.connect_ex(("127.0.0.1", 9)), "connect_ex"),
        (lambda udp: udp.sendto(b"x", ("127.0.0.1", 9)), "sendto"),
    ],
)
def test_the_guard_sees_every_way_out(
    attempts: list[str], attempt: Callable[[socket.socket], object], asked: str
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as udp, pytest.raises(OSError, match="no network in this test"):
        attempt(udp)
    assert attempts == [asked]


def test_a_command_that_connects_is_seen(folder: Path, attempts: list[str]) -> None:
    os.environ |= {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    assert main(["runs"]) == 2
    assert attempts
