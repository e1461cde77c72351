"""Articles of 750 words a second on one core: reading plain text, cleaning, quotations, speakers; and scoring.

usage: python benchmarks/speed.py [--repeats 7] [--model FOLDER] [--check]

Reads 836 real articles (QUOTESTANCE_SHARED, default ../shared), writes each as a text file into a temporary folder, and
takes them from disk to rows of the quote table. Times are CPU seconds of the process: for each thirty articles the best
of the repeats, added up, since a shared processor is seldom left alone for the whole corpus. The steps take turns, so
that load from elsewhere hits all alike. A fixed loop is timed in between: where its median is far from its best, the
machine was busy and the figures are too low.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from _shared import ROOT, Absent, naive_quotes, need, rows_of

WORDS, PROMISED, PROMISED_INDIRECT = 750, 300, 20
EVERY = 4  # indirect speech is timed on each fourth shard
SHARD = 30  # articles timed at a time
BUSY = 1.15  # median turn of the fixed loop to its best, from which the figures are too low
_TURNS = 1_500_000


def fixed_loop() -> None:
    total = 0
    for number in range(_TURNS):
        total = (total * 31 + number) & 0xFFFF


def documents(folder: Path, rejects: Counter[str]) -> Iterable[Any]:
    """Yield the documents of a folder through the project's own reader."""
    from pipeline.articles.readers import ReadOptions, read

    return read([str(folder)], ReadOptions(), lambda reject: rejects.update([reject.reason]))


def reading(folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    for _ in documents(folder, counts):
        counts["documents"] += 1
    return counts


def expressions(folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    for document in documents(folder, counts):
        counts["quotes"] += len(naive_quotes(document.text))
    return counts


def cleaning(folder: Path) -> Counter[str]:
    from pipeline.articles.cleaning import clean

    counts: Counter[str] = Counter()
    for document in documents(folder, counts):
        counts["articles"] += len(clean(document).articles)
    return counts


def extraction(folder: Path) -> Counter[str]:
    """Return the counts of the whole way from files to rows of the quote table."""
    from pipeline.quotes import QuoteOptions

    return _extraction(QuoteOptions(), folder)


def with_indirect() -> Callable[[Path], Counter[str]]:
    """Return the whole way with indirect speech; the tagger is loaded once, as ``stance ingest`` does."""
    from pipeline.quotes import QuoteOptions
    from pipeline.quotes.tagger import Tagger

    tagger = Tagger(ROOT / "models" / "indirect")
    return partial(_extraction, QuoteOptions(frozenset({"direct", "mixed", "indirect"}), tagger=tagger))


def _extraction(options: Any, folder: Path) -> Counter[str]:
    from pipeline.articles.cleaning import clean
    from pipeline.quotes import find_quotes
    from pipeline.rows import quote_row

    counts: Counter[str] = Counter()
    for document in documents(folder, counts):
        for article in clean(document).articles:
            rows = [quote_row(article, quote) for quote in find_quotes(article, options)]
            counts.update(articles=1, quotes=len(rows), statements=sum(row["is_statement"] for row in rows))
    return counts


def scoring(model: Path, folder: Path) -> Counter[str]:
    """Return the counts of ``stance score``: loading the model, extraction, topics, scoring, three tables on disk."""
    from pipeline.config import ScoreConfig, load_config
    from pipeline.stages import score

    config = load_config(ScoreConfig, "score").model_copy(update={"model": str(model)})
    with tempfile.TemporaryDirectory() as out:
        manifest = score.run(config, [str(folder)], Path(out) / "scored.parquet")
    return Counter(manifest.counts)


def cpu_seconds(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def measure(
    steps: dict[str, Callable[[Path], Any]], folders: list[Path], repeats: int
) -> tuple[dict[str, float], list[float]]:
    """Return each step's CPU seconds (best of each folder, added up), and those of every turn of the fixed loop."""
    seconds: dict[tuple[str, Path], list[float]] = defaultdict(list)
    loop = []
    for _ in range(repeats):
        loop.append(cpu_seconds(fixed_loop))
        for folder in folders:
            for name, work in steps.items():
                seconds[name, folder].append(cpu_seconds(partial(work, folder)))
    return {name: sum(min(seconds[name, folder]) for folder in folders) for name in steps}, loop


def model_folder(given: Path | None) -> Path:
    folders = [given] if given else [ROOT / "models" / "default", ROOT / "models" / "starter"]
    for folder in folders:
        if (folder / "bundle.json").is_file():
            return folder
    raise Absent(f"no model at {' or '.join(map(str, folders))}; run `make run`, or name one with --model")


def run(repeats: int, model: Path | None) -> bool:
    """Time every step; say whether the promise is kept."""
    (articles,) = need("data/news_articles.jsonl.gz")
    with tempfile.TemporaryDirectory() as name:
        folder, words, sampled = Path(name), 0, 0
        for number, row in enumerate(rows_of(articles)):
            shard = folder / f"{number // SHARD:03}"
            shard.mkdir(exist_ok=True)
            (shard / f"{number:04}.txt").write_text(row["text"], encoding="utf-8")
            words += (length := len(row["text"].split()))
            sampled += length * (number // SHARD % EVERY == 0)
        steps: dict[str, Callable[[Path], Any]] = {
            "read": reading,
            "+ naive expressions (baseline)": expressions,
            "+ clean": cleaning,
            "+ quotes, speakers, rows": extraction,
        }
        counts = extraction(folder)  # also the warm-up
        best, loop = measure(steps, sorted(folder.iterdir()), repeats)
        units = words / WORDS
        print(f"{number + 1} articles, {words} words = {units:.0f} articles of {WORDS} words; {dict(counts)}")
        report(best, units)
        shards = sorted(folder.iterdir())[::EVERY]
        slow, slow_loop = measure({"+ indirect speech (a quarter)": with_indirect()}, shards, min(repeats, 3))
        loop += slow_loop
        report(slow, sampled / WORDS)
        try:
            scored = {"stance score": partial(scoring, model_folder(model))}
            found, slow_loop = measure(scored, [folder], min(repeats, 3))
            loop += slow_loop
            report(found, units)
        except Absent as reason:
            print(f"stance score: skipped: {reason}")
    rates = {
        "direct and mixed": (units / best["+ quotes, speakers, rows"], PROMISED),
        "with indirect": (sampled / WORDS / sum(slow.values()), PROMISED_INDIRECT),
    }
    for name, (rate, goal) in rates.items():
        verdict = "met" if rate >= goal else "MISSED"
        print(f"text files to rows, {name}: {rate:.0f} articles/s on one core (goal: at least {goal}; {verdict})")
    usual = statistics.median(loop) / min(loop)
    print(
        f"fixed loop: {min(loop):.3f} CPU-s at best, median {statistics.median(loop):.3f}, slowest {max(loop):.3f}"
        + (f"; BUSY MACHINE (x{usual:.2f}), run it again" if usual > BUSY else "; quiet machine")
    )
    return all(rate >= goal for rate, goal in rates.values())


def report(best: dict[str, float], units: float) -> None:
    for name, seconds in best.items():
        print(
            f"{name:<34}{seconds:>8.3f} CPU-s{units / seconds:>9.0f} articles/s{seconds / units * 1000:>8.2f} ms each"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7, metavar="N", help="turns of each step (default 7)")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="score with it; default: models/default")
    parser.add_argument("--check", action="store_true", help="exit with status 1 where the goal is missed")
    arguments = parser.parse_args()
    try:
        met = run(max(arguments.repeats, 1), arguments.model)
    except Absent as reason:
        print(f"skipped: {reason}")
        return 0
    return int(arguments.check and not met)


if __name__ == "__main__":
    sys.exit(main())
