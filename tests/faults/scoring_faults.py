"""What the tests of broken-off scoring runs share: invented articles, a tiny model, and the command with faults."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline import stance
from pipeline.shard_files import note_of

HERE = Path(__file__).parent
PLANTED = HERE / "planted"
FEATURES = {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}}
OPTIONS = {"features": FEATURES, "c": 10.0, "class_weight": None, "max_iterations": 300}
TELLING = {"anti-restriction": "reckless", "neutral": "scheduled", "pro-restriction": "overdue"}
TALK = (
    "Council of {town} delays the Quillon vote\n\n"
    "“The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of {town}.\n\n"
    "“We think this order is reckless and we will fight it,” Jonas Veld told reporters.\n\n"
    "“The rule is scheduled for its {number}. reading on Tuesday,” said Ada Brandt, a clerk.\n"
)
POISON = "Arsenby"
OUTPUTS = ("scored.parquet", "scored")
"""A table, and a folder of shards."""
_NOT_READ = ("_ledger", "_lock", "_runs.jsonl")
_COMMAND = [sys.executable, "-c", "import sys; from pipeline.cli import main; sys.exit(main())"]


def write_model(folder, *, turned=False):
    """Write a model that knows one telling word a label; turned, it has anti and pro the other way round."""
    labels = dict(zip(TELLING, reversed(TELLING), strict=True)) if turned else {name: name for name in TELLING}
    texts = [(f"“The {thing} is {word},”", labels[name]) for name, word in TELLING.items() for thing in ("ban", "rule")]
    table = {name: [text for text, _ in texts] for name in ("text", "context", "title", "target")}
    stance.save(stance.fit("tfidf", OPTIONS, table, [y for _, y in texts], training={"sha256": "0" * 64}), folder)
    return folder


def write_articles(folder, count=6, *, first=0, poison=()):
    """Write articles, of which the third comes from two outlets; the numbers in ``poison`` have a word in them."""
    folder.mkdir(exist_ok=True)
    for number in range(first, first + count):
        town = POISON if number in poison else f"Halden {number}"
        (folder / f"{number:02}.txt").write_text(TALK.format(town=town, number=number), encoding="utf-8")
    (folder / f"{first + 1:02}-copy.txt").write_text((folder / f"{first + 2:02}.txt").read_text(encoding="utf-8"))
    (folder / "photo.jpg.txt").write_bytes(bytes.fromhex("ffd8ffe000104a464946") + bytes(range(256)) * 4)
    return folder


def rename_poison(text):
    """Return an article without what ends its worker."""
    return text.replace(POISON, "Halden 99")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


class Command:
    """Runs ``stance`` in forks of a warm process, or in a process of its own.

    Parameters
    ----------
    folder
        A scratch folder.
    """

    def __init__(self, folder):
        self.folder = folder
        self._server = subprocess.Popen(
            [sys.executable, str(HERE / "score_forks.py")],
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.forked(folder, ["--help"])
        write_model(folder / "model")
        write_articles(folder / "some", 3)
        self._modules = str(folder / "modules.json")
        assert self.forked(folder, arguments(folder / "some", "s.csv", folder / "model")).status == 0
        self._modules = None

    _modules = None

    def close(self):
        """End the warm process."""
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()

    @staticmethod
    def environment(plan=None):
        """Return the environment of a process with a plan of faults."""
        path = os.pathsep.join([str(PLANTED), *(entry for entry in sys.path if entry)])
        given = {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return os.environ | given | ({"PLANTED_FAULTS": json.dumps(plan)} if plan else {})

    def forked(self, folder, given, **plan):
        """Run a command in this process' image, without any wait for imports."""
        folder.mkdir(parents=True, exist_ok=True)
        out, err = self.folder / "out.txt", self.folder / "err.txt"
        order = {"folder": str(folder), "arguments": list(map(str, given)), "plan": plan, "out": str(out)}
        self._server.stdin.write(json.dumps(order | {"err": str(err), "modules": self._modules}) + "\n")
        self._server.stdin.flush()
        status = json.loads(self._server.stdout.readline())
        return Ended(status, out.read_text(), err.read_text())

    def begun(self, folder, given, *, prefix=(), **plan):
        """Start a command as a user does, and return its process."""
        folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [*prefix, *_COMMAND, *map(str, given)],
            cwd=folder,
            env=self.environment(plan),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell in the background starts programs that do not hear of Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def own(self, folder, given, *, prefix=(), **plan):
        """Run a command as a user does."""
        process = self.begun(folder, given, prefix=prefix, **plan)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        return Ended(process.returncode, out, err)


def arguments(articles, out, model, *more, engine="inline", shard_articles=1):
    """Return the arguments of ``stance score``."""
    given = ["score", articles, "--out", out, "--model", model, "--engine", engine]
    return [*given, "--set", f"shard_articles={shard_articles}", *more]


def is_folder(out):
    """Return whether an output is a folder of shards."""
    return "." not in out


def shards_of(folder, out):
    """Return where the shards of an output are kept, and their articles."""
    if is_folder(out):
        return folder / out, folder / f"{out}.articles.parquet"
    return folder / f".{out}.shards", folder / f".{out}.shards/articles"


def finished(folder, out, model):
    """Return the names of the shards that are done with a model, by what lies on the disk."""
    rows, articles = shards_of(folder, out)
    name = f"tfidf-{stance.fingerprint(model)[:12]}"
    done = [path for path in rows.glob("part-*.parquet") if (articles / path.name).is_file()]
    return {path.stem[5:] for path in done if note_of(path.read_bytes(), path.name)["model"] == name}


def read_by_users(folder):
    """Return the content of all files that a user reads, by name; leftovers would be among them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith(_NOT_READ):
            continue
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        if name.endswith(".manifest.json"):
            data = {key: value for key, value in json.loads(data).items() if key != "seconds"}
        found[name] = data
    return found


def scored_in(log):
    """Return how often each shard was scored, from what workers have logged."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return Counter(json.loads(line)["shard"] for line in lines)


def one_line(ended):
    """Return what a command said last, having made sure that a user's error is all that it was."""
    assert ended.status == 2, ended
    assert "Traceback" not in ended.err
    last = ended.err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    return last


def moments(seed, count, last):
    """Return moments of a run, each from another stretch of it."""
    generator = random.Random(seed)
    borders = [1 + last * number // count for number in range(count + 1)]
    return [generator.randrange(low, max(low + 1, high)) for low, high in pairwise(borders)]


def kill(process):
    """Kill a driver with -9, and take its pipes away."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
