"""Peak memory of extraction, ``stance ingest`` and ``stance score`` over few and many articles.

usage: python benchmarks/memory.py [--articles 100000] [--few 10000] [--check] [extract] [ingest] [score]

Writes a JSONL stream of invented articles into a temporary folder: paragraphs of the starter corpus in which names and
most other words are exchanged, so that ids, names and stories differ; one in ten is an edited copy of the one before.
Each step reads the first few of them, and then all, in a process of its own; the figure is that process's peak
resident memory. Memory is flat where all take at most a tenth more than the few. ``score`` needs a model: ``make run``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

from _shared import ROOT, Absent, run_parts

FLAT = 1.10
_PARAGRAPHS = 3  # of an article
_COPIES = 10  # one article in so many is an edited copy of the one before
_KEPT = 0.35  # share of the common words that stay; unrelated articles share hardly a run of four words
_WORD = re.compile(r"(?<![\w’'-])[A-Z][a-z]{2,}|\b[a-z]{4,}\b")
_SPEECH = frozenset(
    ["said", "says", "told", "that", "with", "from", "have", "they", "this", "their", "would", "will", "asked", "added"]
)


def paragraphs() -> list[list[str]]:
    """Return the paragraphs of the starter corpus in pieces: every other piece is a word that may be exchanged."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds" / "articles").rglob("*.txt"))]
    found = [line for text in texts for line in text.split("\n") if len(line) > 120]
    return [re.split(f"({_WORD.pattern})", line) for line in found]


def invented(number: int) -> Iterator[str]:
    """Yield the texts of invented articles, the same each time."""
    pool = paragraphs()
    words = sorted({piece for pieces in pool for piece in pieces[1::2] if piece.islower()} - _SPEECH)
    names = ["".join(letters).capitalize() for letters in product("bdkv", "aeiou", "mnprst", "aeiou", "lxn", "aeiou")]
    draw = random.Random(7)
    chosen: list[list[str]] = []
    for index in range(number):
        if index % _COPIES or not chosen:
            cast = {}
            chosen = [list(draw.choice(pool)) for _ in range(_PARAGRAPHS)]
            for pieces in chosen:
                for at in range(1, len(pieces), 2):
                    if pieces[at][0].isupper():
                        pieces[at] = cast.setdefault(pieces[at], draw.choice(names))
                    elif pieces[at] not in _SPEECH and draw.random() > _KEPT:
                        pieces[at] = draw.choice(words)
        else:
            chosen = [*chosen[1:], chosen[0]]
        yield "\n\n".join("".join(pieces) for pieces in chosen)


def write_articles(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8") as handle:
        for index, text in enumerate(invented(number)):
            handle.write(json.dumps({"id": f"a{index}", "outlet": "The Bell", "text": text}, ensure_ascii=False) + "\n")


# --- the steps, each in a process of its own


def extract(path: str, folder: str) -> dict[str, int]:
    """Read, clean, find quotations and speakers, make rows, and drop them."""
    from pipeline.config import IngestConfig, load_topics
    from pipeline.stages import extraction

    counts: Counter[str] = Counter()
    config = IngestConfig(paths=(path,), out=Path(folder, "none.parquet"))
    for _ in extraction.extract([path], config, load_topics(), lambda reject: None, counts):
        pass
    return dict(counts)


def ingest(path: str, folder: str) -> dict[str, int]:
    from pipeline.config import IngestConfig
    from pipeline.stages import ingest as stage

    return stage.run(IngestConfig(paths=(path,), out=Path(folder, "quotes.parquet"))).counts


def score(path: str, folder: str) -> dict[str, int]:
    from pipeline.config import ScoreConfig, load_config
    from pipeline.stages import score as stage

    return stage.run(load_config(ScoreConfig, "score"), [path], Path(folder, "scored.parquet")).counts


STEPS = {"extract": extract, "ingest": ingest, "score": score}


def peak() -> int:
    """Return the peak resident memory of this process in kB."""
    status = Path("/proc/self/status")
    if status.exists():  # the peak since this program began; getrusage counts its parent's, too
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def inside(step: str, path: str, folder: str) -> None:
    """Run one step in this process and print what it took."""
    begun = time.process_time()
    counts = STEPS[step](path, folder)
    seconds = time.process_time() - begun
    print(json.dumps({"kb": peak(), "seconds": seconds, "articles": counts["articles"], "quotes": counts["quotes"]}))


def taken(step: str, path: Path, folder: Path) -> dict[str, Any]:
    """Return what a step takes in a process of its own."""
    command = [sys.executable, __file__, "--inside", str(path), str(folder), step]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measured(step: str, streams: list[Path], folder: Path) -> bool:
    """Run a step over few and over many articles; say whether its memory is flat."""
    if step == "score" and not any(
        (ROOT / "models" / name / "bundle.json").is_file() for name in ("default", "starter")
    ):
        raise Absent("no model at models/default; run `make run`")
    few, many = (taken(step, stream, folder) for stream in streams)
    for found in (few, many):
        print(
            f"{found['articles']:>9} articles {found['quotes']:>9} quotes {found['kb'] / 1024:>8.1f} MB peak"
            f"{found['seconds']:>9.0f} CPU-s"
        )
    growth, more = many["kb"] / few["kb"], many["articles"] - few["articles"]
    print(
        f"x{growth:.3f}, {(many['kb'] - few['kb']) * 1024 / more:.0f} bytes for each further article"
        f" (goal: at most x{FLAT:.2f}; {'met' if growth <= FLAT else 'MISSED'})"
    )
    return growth <= FLAT


def run(few: int, many: int, chosen: list[str]) -> bool:
    """Write the streams and measure the chosen steps."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        streams = [folder / "few.jsonl", folder / "many.jsonl"]
        write_articles(streams[1], many)
        with streams[1].open(encoding="utf-8") as lines:
            streams[0].write_text("".join(islice(lines, few)), encoding="utf-8")
        return run_parts({step: lambda step=step: measured(step, streams, folder) for step in STEPS}, chosen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "steps", nargs="*", choices=[*STEPS, []], metavar="STEP", help="extract, ingest, score; default: all"
    )
    parser.add_argument("--articles", type=int, default=100_000, metavar="N", help="articles of the long stream")
    parser.add_argument("--few", type=int, default=10_000, metavar="N", help="articles of the short stream")
    parser.add_argument("--check", action="store_true", help="exit with status 1 where the goal is missed")
    parser.add_argument("--inside", nargs=2, metavar=("STREAM", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.steps) - set(STEPS):
        parser.error(f"no step {', '.join(sorted(unknown))}; known: {', '.join(STEPS)}")
    if arguments.inside:
        inside(arguments.steps[0], *arguments.inside)
        return 0
    met = run(min(arguments.few, arguments.articles), arguments.articles, arguments.steps)
    return int(arguments.check and not met)


if __name__ == "__main__":
    sys.exit(main())
