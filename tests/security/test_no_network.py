"""The default commands, one after the other on the starter corpus, with every way out of the machine shut."""

import asyncio
import io
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from shut.ways_out import ASKED, GUARDED, STARTED, shut_for_a_while
from tiny_bert import make_encoder

from pipeline import stance, tracking
from pipeline.cli import main
from pipeline.storage import read_table

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
MAKING = (
    f"ingest {SEEDS}/articles --out data/quotes.parquet",
    f"quotes {SEEDS}/unseen/stennick-airfield.txt",
    f"label --set quotes=data/quotes.parquet --set gold={SEEDS}/gold.jsonl --set out=data/statements.parquet",
    "train --set statements=data/statements.parquet --set out=models/mine",
    "evaluate --set model=models/mine --set statements=data/statements.parquet --set behaviour=false "
    "--set resamples=100",
    "behaviour models/mine --capability negation",
    f"score {SEEDS}/unseen --model {ROOT}/models/starter --out starter.csv",
    f"score {SEEDS}/articles --model models/mine --out scored.parquet",
)
READING = (
    "runs",
    "compare reports beside --resamples 100 --no-log --html compared.html",
    "report reports --out again.html --no-log",
    "promote {run} --dry-run --set behaviour.check=false",
    "summary scored.parquet",
    "browse scored.parquet --out browse.html",
    "network scored.parquet --out networks",
    "actors propose scored.parquet --out actors.csv",
    "estimate scored.parquet --by outlet --resamples 100",
    "why {row} --scored scored.parquet",
    "doctor",
    f"annotate check {SEEDS}/gold.jsonl --quotes data/quotes.parquet",
    f"annotate export data/quotes.parquet --gold {SEEDS}/gold.jsonl --out sheet.csv",
    "annotate import sheet.csv --quotes data/quotes.parquet --out gold.jsonl --coder ann",
    f"annotate agreement {SEEDS}/gold.jsonl second.jsonl --resamples 100",
    "annotate next scored.parquet --out next.parquet --count 5",
    "annotate sample scored.parquet --out sample.parquet --n 10",
    "annotate run data/quotes.parquet --out ann.jsonl --coder ann --lines --limit 1",
)
KNOCK = "import socket, sys; socket.create_connection(('127.0.0.1', 9))"


@dataclass(frozen=True, slots=True)
class Log:
    """What the guard wrote down."""

    path: Path

    def lines(self, word: str) -> list[str]:
        """Return what stands behind a first word of the log's lines."""
        lines = (line.partition(" ") for line in self.path.read_text(encoding="utf-8").splitlines())
        return [rest for first, _, rest in lines if first == word]


@pytest.fixture
def log(tmp_path_factory: pytest.TempPathFactory, environment: None) -> Iterator[Log]:
    """Shut every way out; every call is refused, those to this machine and to Unix sockets, too."""
    path = tmp_path_factory.mktemp("guard") / "log"
    path.touch()
    with shut_for_a_while(path):
        yield Log(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: None, empty_store: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    return tmp_path


def run(command: str, log: Log) -> None:
    """Run a command, and fail where it fails, asks for a way out, or starts a program that nobody guards."""
    assert (main(command.split()), log.lines(ASKED)) == (0, []), command
    started = [Path(program).name for program in log.lines(STARTED)]
    assert set(started) <= {"git", Path(sys.executable).name}, command
    # Workers of ``score`` are guarded, too; the interpreter tells nobody that it starts them.
    assert len(log.lines(GUARDED)) >= sum(name != "git" for name in started) + command.startswith("score "), command


def test_the_default_commands_connect_to_nothing(folder: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in MAKING:
        run(command, log)
    assert log.lines(GUARDED), "the process that parses HTML is a child, and has to be guarded"
    shutil.copytree("reports", "beside")
    gold = (SEEDS / "gold.jsonl").read_text(encoding="utf-8")
    Path("second.jsonl").write_text(gold.replace('"starter-1"', '"ann"'), encoding="utf-8")
    row, run_id = read_table(Path("scored.parquet"))[0]["row_id"], tracking.runs(1)[0].run_id
    for command in READING:
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        run(command.format(row=row, run=run_id), log)


def test_export_connects_to_nothing(folder: Path, log: Log, labelled: tuple[dict[str, list[str]], list[str]]) -> None:
    for package in ("torch", "transformers", "onnx", "onnxscript"):
        pytest.importorskip(package, reason="needs pip install -e '.[transformers]'")
    Path("bert").mkdir()
    make_encoder(Path("bert"))
    options = {"encoder": "bert", "blocks": ["quote", "target"], "reading": {}, "max_tokens": 48}
    stance.save(stance.fit("embedding", options, *labelled, training={}), Path("models/tiny"))
    run("export models/tiny --out models/tiny-onnx --set statements=null", log)


SCORING = ["score", f"{SEEDS}/unseen", "--kinds", "direct,indirect", "--out", "out.csv"]
USES = {
    "command": f"import sys; from pipeline.cli import main; sys.exit(main({SCORING}))",
    "tagger": "from pipeline.quotes.tagger import Tagger; Tagger(Path(sys.argv[1]) / 'indirect')",
    "model": "from pipeline import stance; stance.load(Path(sys.argv[1]) / 'starter').predict_proba({'text': ['No']})",
}


@pytest.mark.parametrize("use", USES)
def test_onnxruntime_leaves_no_trace_at_home(use: str, folder: Path) -> None:
    # Its reports are compiled code, which no hook sees; where they are on, it makes a device's id before anything else.
    home = folder / "home"
    home.mkdir()
    silenced = ("ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "CI")
    environment = {k: v for k, v in os.environ.items() if k not in silenced and not k.startswith("XDG_")}
    code = f"import sys; from pathlib import Path; {USES[use]}"
    command = [sys.executable, "-c", code, str(ROOT / "models")]
    subprocess.run(command, env=environment | {"HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize(
    ("attempt", "asked"),
    [
        (lambda udp: urllib.request.urlopen("http://halden.invalid/"), "socket.getaddrinfo"),
        (lambda udp: socket.getaddrinfo("halden.invalid", 80), "socket.getaddrinfo"),
        (lambda udp: socket.gethostbyname("halden.invalid"), "socket.gethostbyname"),
        (lambda udp: socket.gethostbyname_ex("halden.invalid"), "socket.gethostbyname"),
        (lambda udp: socket.gethostbyaddr("127.0.0.1"), "socket.gethostbyaddr"),
        (lambda udp: udp.connect(("127.0.0.1", 9)), "socket.connect"),
        (lambda udp: udp.connect_ex(("127.0.0.1", 9)), "socket.connect"),
        (lambda udp: udp.sendto(b"x", ("127.0.0.1", 9)), "socket.sendto"),
        (lambda udp: udp.sendmsg([b"x"], [], 0, ("127.0.0.1", 9)), "socket.sendmsg"),
        (lambda udp: asyncio.run(asyncio.open_connection("127.0.0.1", 9)), "socket.connect"),
    ],
)
def test_the_guard_sees_every_way_out(log: Log, attempt: Callable[[socket.socket], object], asked: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as udp, pytest.raises(OSError, match="no network in this test"):
        attempt(udp)
    assert log.lines(ASKED) == [asked]


# The second is how the process that parses HTML is started.
@pytest.mark.parametrize("options", [["-c", KNOCK], ["-P", "-c", KNOCK], ["-c", f"import os; os.fork(); {KNOCK}"]])
def test_a_child_is_shut_in_as_its_parent_is(log: Log, options: list[str]) -> None:
    done = subprocess.run([sys.executable, *options], stderr=subprocess.PIPE, text=True)
    assert "no network in this test" in done.stderr
    assert set(log.lines(ASKED)) == {"socket.getaddrinfo"}
    assert (log.lines(STARTED), log.lines(GUARDED)) == ([sys.executable], [sys.executable])


def test_a_child_that_goes_around_the_guard_is_seen_to(log: Log) -> None:
    subprocess.run([sys.executable, "-I", "-c", ""], check=True)
    assert (log.lines(STARTED), log.lines(GUARDED)) == ([sys.executable], [])


def test_a_command_that_connects_is_seen(folder: Path, log: Log) -> None:
    os.environ |= {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    assert main(["runs"]) == 2
    assert log.lines(ASKED)
