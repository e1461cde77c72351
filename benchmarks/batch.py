"""``stance score`` over many articles: articles a second on one core and on two, what shards cost, what grows.

usage: python benchmarks/batch.py [--articles N] [--few 10000] [--many 100000] [--turns 3] [--model FOLDER]
           [--small FOLDER] [--shard N] [--documents N] [--check] [rates] [overhead] [growth] [folder] [ledger]

Every figure is that of a command of its own, from its start to its end, on the cores that are named, start-up included
where nothing else is said. Start-up is what the same command takes with one short article: interpreter, imports,
the model, a worker process.

rates
    Real articles (QUOTESTANCE_SHARED, default ../shared) with the shipped model, a worker on one core, and two on two.
    Efficiency is the rate on two cores by twice that on one.
overhead
    A bare loop of the same functions over the same articles, which writes nothing, beside ``--engine inline`` and
    ``--engine local --workers 1``, all on one core, in turn. Seconds without start-up, best of the turns; with
    the shipped model and with the small one (TF-IDF), where there is least work to hide behind.
growth
    Invented articles (as in memory.py), few and many, small model, two workers, into a folder: peak resident memory of
    the driver and of workers, and seconds. Then one run that adds ten articles to the large folder.
folder
    As many shards as ``--few`` has articles, one article in each: seconds to make it, to add ten articles, for
    ``--status``, and bytes.
ledger
    The ledger alone, with so many documents (``--documents``) in shards of 500: seconds and bytes a document, and how
    long it takes to check all of it, and to go through it once the input is read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from _processes import Taken, own_peak, run_alone
from _shared import ROOT, Absent, need, rows_of, run_parts, write_rows

EFFICIENCY, OVERHEAD, FLAT, DRIVER_GB = 0.90, 0.05, 1.10, 1.0
_SEED, _ADDED = 7, 10


# --- inside a process of its own


def bare(values: dict[str, Any]) -> dict[str, Any]:
    """Read, extract and score one batch after another, in this process; keep nothing."""
    from pipeline.articles.readers import read
    from pipeline.config import ScoreConfig, load_config, load_topics
    from pipeline.stages.extraction import Extractor, read_options
    from pipeline.stages.scorer import load_scorer

    config = load_config(ScoreConfig, "score", [f"model={values['model']}"])
    clock, seconds = time.process_time, Counter[str]()
    began = clock()
    scorer, extractor = load_scorer(config), Extractor(config, load_topics())
    seconds["start"] += clock() - began
    counts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []

    def score() -> None:
        began = clock()
        scorer.score(rows)
        seconds["stance"] += clock() - began
        counts["rows"] += len(rows)
        rows.clear()

    began = clock()
    for document in read([values["path"]], read_options(config), lambda reject: None):
        for _, found in extractor.articles(document, lambda reject: None, counts):
            rows += found
        if counts["articles"] % values["shard"] == 0:
            score()
    score()
    seconds["reading"] = clock() - began - seconds["stance"]
    return {"seconds": seconds, "counts": counts}


def score(values: dict[str, Any]) -> dict[str, Any]:
    """Run ``stance score``."""
    from pipeline.config import ScoreConfig, load_config
    from pipeline.stages import score as stage

    given = [f"{name}={values[name]}" for name in ("model", "engine", "workers")]
    config = load_config(ScoreConfig, "score", [*given, f"shard_articles={values['shard']}"])
    manifest = stage.run(config, [values["path"]], values["out"], tell=lambda line: None)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"counts": manifest.counts, "driver_kb": own_peak(), "driver_cpu": usage.ru_utime + usage.ru_stime}


def status(values: dict[str, Any]) -> dict[str, Any]:
    """Run ``stance score --status``."""
    from pipeline.stages import score_status

    return score_status.run(values["out"]).as_dict()


def ledger(values: dict[str, Any]) -> dict[str, Any]:
    """Enter documents as a run does, a fifth after another; then open the ledger again."""
    from pipeline.ledger import Ledger, ShardRecord

    number, size, path = values["documents"], 500, Path(values["out"])
    seconds: dict[str, float] = {}
    fifths: list[float] = []

    def digests(shard: int) -> list[str]:
        return [hashlib.sha256(f"{shard} {place}".encode()).hexdigest()[:32] for place in range(size)]

    def timed(name: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        value = work()
        seconds[name] = time.process_time() - began
        return value

    with Ledger(path) as made:
        made.begin("local", 1, 0)
        began = time.process_time()
        for shard in range(shards := number // size):
            items, first = digests(shard), shard * size
            for place, digest in enumerate(items):
                made.see(digest, first + place)
            summary = {"counts": {}, "stances": {}, "drift": None, "corrections": {}}
            record = ShardRecord(
                items[0][:16], 0, first, "r" * 64, "s" * 64, "model", "a" * 64, "b" * 64, size, size * 5, size * 5, 0,
                0, 1.0, 1.0, "100000-1795440822321055242 100000-1795440822321055242", {}, summary,
            )  # fmt: skip
            articles = [(item[:16], f"news-{shard:06}.jsonl#a{first + place}") for place, item in enumerate(items)]
            made.commit(record, items, articles, speakers={f"{shard} {place}" for place in range(size)})
            if (shard + 1) % max(1, shards // 5) == 0:
                fifths.append(time.process_time() - began)
                began = time.process_time()
        made.end("finished")
    with timed("check", lambda: Ledger(path)) as made:
        made.begin("local", 1, 0)
        timed("absent", made.count_absent)
        timed("copies", lambda: sum(1 for _ in made.copies()))
        timed("sums", lambda: (made.count_speakers(), sum(1 for _ in made.shards())))
        timed("known", lambda: [made.see(digest, 0) for shard in range(20) for digest in digests(shard)])
    seconds["known"] /= 20 * size
    return {"seconds": seconds, "fifths": fifths, "bytes": path.stat().st_size, "kb": own_peak()}


INSIDE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "bare": bare,
    "score": score,
    "status": status,
    "ledger": ledger,
}


def taken(step: str, cores: Sequence[int], **values: object) -> Taken:
    """Return what a step takes in a process of its own."""
    return run_alone(__file__, "--inside", step, json.dumps(values, default=str), cores=cores)


# --- the parts


class Bench:
    """The parts, with what they share.

    Parameters
    ----------
    folder
        For inputs and outputs, which are not kept.
    """

    def __init__(self, folder: Path, given: argparse.Namespace) -> None:
        self.folder, self.given = folder, given
        self.one = sorted(os.sched_getaffinity(0))[:1]
        self.two = sorted(os.sched_getaffinity(0))[:2]
        self._outputs = 0

    def _out(self, name: str = "") -> Path:
        self._outputs += 1
        return self.folder / f"scored{self._outputs}{name}"

    def _real(self, number: int) -> tuple[Path, Path]:
        """Return files of real articles, and of the first of them alone."""
        (source,) = need("data/news_articles.jsonl.gz")
        rows = [{"id": row["id"], "title": row["title"], "text": row["text"]} for row in rows_of(source)]
        if number < len(rows):
            rows = random.Random(_SEED).sample(rows, number)
        many, single = self.folder / "real.jsonl", self.folder / "single.jsonl"
        write_rows(many, rows)
        write_rows(single, [row | {"text": row["text"][:1500]} for row in rows[:1]])
        return many, single

    def _scored(self, cores: Sequence[int], path: Path, model: Path, **values: object) -> Taken:
        out = values.pop("out", None) or self._out(".parquet")
        more = {"engine": "local", "workers": len(cores), "shard": self.given.shard} | values
        return taken("score", cores, path=path, model=model, out=out, **more)

    def _bare(self, path: Path, model: Path) -> Taken:
        return taken("bare", self.one, path=path, model=model, shard=self.given.shard)

    def rates(self) -> bool:
        """Measure rates on one core and on two."""
        path, single = self._real(self.given.articles)
        model = self.given.model
        alone = self._bare(path, model)
        seconds, counts = alone.told["seconds"], alone.told["counts"]
        reading, row = seconds["reading"] / counts["articles"], seconds["stance"] / counts["rows"]
        print(
            f"{counts['articles']} articles, {counts['quotes']} quotes, {counts['rows']} rows; bare loop on one core:"
            f" reading to quotes {seconds['reading']:.1f} CPU-s = {reading * 1000:.2f} ms an article, stance"
            f" {seconds['stance']:.1f} CPU-s = {row * 1000:.2f} ms a row, start {seconds['start']:.1f}"
        )
        rate = {}
        for cores in (self.one, self.two):
            out = self._out()
            start, done = self._scored(cores, single, model), self._scored(cores, path, model, out=out)
            found = done.told["counts"]
            rate[len(cores)] = found["articles"] / done.wall
            print(
                f"{len(cores)} core{'s' * (len(cores) > 1)}: {done.wall:8.1f} s, {rate[len(cores)]:7.2f} articles/s,"
                f" {found['quotes'] / done.wall:7.1f} quotes/s; start-up, included: {start.wall:.1f} s;"
                f" {done.cpu:.1f} CPU-s, driver {done.told['driver_cpu']:.1f}; peak MB: driver"
                f" {done.told['driver_kb'] / 1024:.0f}, workers {_megabytes(done)}"
            )
            _say_sizes(out, path, found["articles"])
            driver = (done.told["driver_cpu"] - start.told["driver_cpu"]) / found["articles"]
            print(f"driver without start-up: {driver * 1000:.2f} CPU-ms an article")
        efficiency = rate[2] / (2 * rate[1])
        print(f"efficiency {efficiency:.3f} (goal: at least {EFFICIENCY}; {_verdict(efficiency >= EFFICIENCY)})")
        return efficiency >= EFFICIENCY

    def overhead(self) -> bool:
        """Measure what shards, ledger and writing cost."""
        path, single = self._real(self.given.articles)
        met = True
        for model in (self.given.model, self.given.small):
            if not model.is_dir():
                print(f"{model}: skipped: not here; `make run` makes models/default")
                continue
            met &= self._overhead(path, single, model)
        return met

    def _overhead(self, path: Path, single: Path, model: Path) -> bool:
        ways: dict[str, Callable[[Path], Taken]] = {
            "bare loop": lambda source: self._bare(source, model),
            "inline": lambda source: self._scored(self.one, source, model, engine="inline"),
            "local, 1 worker": lambda source: self._scored(self.one, source, model),
        }
        found: dict[tuple[str, Path], list[Taken]] = {}
        for _ in range(self.given.turns):
            for name, way in ways.items():
                for source in (path, single):
                    found.setdefault((name, source), []).append(way(source))
        met, base = True, Counter[str]()
        for name in ways:
            line = []
            for kind in ("wall", "cpu"):
                whole, start = (min(getattr(t, kind) for t in found[name, source]) for source in (path, single))
                net = whole - start
                base[kind] = base[kind] or net
                more = net / base[kind] - 1
                met &= kind == "wall" or more < OVERHEAD
                line.append(f"{kind} {net:8.2f} s ({more:+6.1%}), start-up {start:.2f}")
            print(f"{model.name:<8} {name:<16} {'; '.join(line)}")
        print(f"{model.name:<8} goal: under {OVERHEAD:.0%} more CPU seconds than the bare loop; {_verdict(met)}")
        return met

    def growth(self) -> bool:
        """Measure memory and time over few and many articles."""
        few, many, more = self._streams(self.given.few, self.given.many)
        model, outs = self._small(), [self._out(), self._out()]
        start = self._scored(self.two, more, model).wall
        found = [self._scored(self.two, path, model, out=out) for path, out in zip((few, many), outs, strict=True)]
        for done in found:
            counts = done.told["counts"]
            print(
                f"{counts['articles']:>8} articles, {counts['rows']} rows: {done.wall:.1f} s ="
                f" {done.wall / counts['articles'] * 1000:.3f} ms an article; {done.cpu:.1f} CPU-s, driver"
                f" {done.told['driver_cpu']:.1f} = {done.told['driver_cpu'] / counts['articles'] * 1000:.3f} ms an"
                f" article; peak MB: driver {done.told['driver_kb'] / 1024:.1f}, workers {_megabytes(done)}"
            )
        ratio = self.given.many / self.given.few
        memory = found[1].told["driver_kb"] / found[0].told["driver_kb"]
        linear = (found[1].wall - start) / (found[0].wall - start) / ratio
        flat = memory <= FLAT and found[1].told["driver_kb"] < DRIVER_GB * (1 << 20)
        print(f"driver's peak: x{memory:.3f} (goal: at most x{FLAT:.2f}, under {DRIVER_GB:g} GB; {_verdict(flat)})")
        print(
            f"seconds an article without start-up ({start:.1f} s): x{linear:.3f}, with it"
            f" x{found[1].wall / found[0].wall / ratio:.3f} (goal: at most x{FLAT:.2f}; {_verdict(linear <= FLAT)})"
        )
        _say_sizes(outs[1], many, found[1].told["counts"]["articles"])
        self._later(more, model, outs[1])
        return flat and linear <= FLAT

    def folder_(self) -> bool:
        """Measure a folder of many shards."""
        _, many, more = self._streams(1, self.given.few)
        model, out = self._small(), self._out()
        done = self._scored(self.two, many, model, out=out, shard=1)
        print(
            f"{len(list(out.glob('part-*')))} shards: {done.wall:.1f} s, driver {done.told['driver_cpu']:.1f} CPU-s ="
            f" {done.told['driver_cpu'] / done.told['counts']['articles'] * 1000:.2f} ms a shard; driver's peak"
            f" {done.told['driver_kb'] / 1024:.1f} MB"
        )
        _say_sizes(out, many, done.told["counts"]["articles"])
        self._later(more, model, out)
        return True

    def ledger(self) -> bool:
        """Measure the ledger alone."""
        number = self.given.documents // 500 * 500
        done = taken("ledger", self.one, documents=number, out=self.folder / "ledger.sqlite")
        seconds, fifths = done.told["seconds"], done.told["fifths"]
        print(
            f"{number} documents: {', '.join(f'{fifth / number * 5e6:.1f}' for fifth in fifths)} us a document in each"
            f" fifth, {done.told['bytes'] / number:.0f} bytes; peak {done.told['kb'] / 1024:.0f} MB"
        )
        print(
            f"CPU-s: whole check {seconds['check']:.2f}, absent documents {seconds['absent']:.2f}, copies"
            f" {seconds['copies']:.2f}, sums {seconds['sums']:.2f}; {seconds['known'] * 1e6:.1f} us a known document"
        )
        return True

    def _later(self, more: Path, model: Path, out: Path) -> None:
        """Measure what a folder that is there costs a run that adds little, and one that looks at it."""
        fresh = self._scored(self.one, more, model, out=self._out())
        later = self._scored(self.one, more, model, out=out)
        print(
            f"a run that adds {_ADDED} articles: {later.wall:.2f} s, into a new folder {fresh.wall:.2f};"
            f" {later.cpu:.2f} and {fresh.cpu:.2f} CPU-s; driver's peak {later.told['driver_kb'] / 1024:.1f} MB"
        )
        print(f"--status: {taken('status', self.one, out=out).wall:.2f} s")

    def _small(self) -> Path:
        model: Path = self.given.small
        if not model.is_dir():
            raise Absent(f"no model at {model}; run `make run`, or name one with --small")
        return model

    def _streams(self, few: int, many: int) -> tuple[Path, Path, Path]:
        """Write invented articles: the first few, many, and ten that come after them."""
        from memory import write_articles

        paths = self.folder / f"{few}.jsonl", self.folder / f"{many}-in-all.jsonl", self.folder / "more.jsonl"
        everything = self.folder / "everything.jsonl"
        write_articles(everything, many + _ADDED)
        with everything.open(encoding="utf-8") as lines:
            for path, number in zip(paths[1:], (many, _ADDED), strict=True):
                with path.open("w", encoding="utf-8") as handle:
                    handle.writelines(islice(lines, number))
        with paths[1].open(encoding="utf-8") as lines, paths[0].open("w", encoding="utf-8") as handle:
            handle.writelines(islice(lines, few))
        everything.unlink()
        return paths


def _megabytes(done: Taken) -> str:
    return ", ".join(f"{kb / 1024:.0f}" for kb in done.workers_kb) or "none"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def _say_sizes(out: Path, source: Path, articles: int) -> None:
    """Print the bytes an article of the input and of each kind of output."""
    from pipeline.ledger import LEDGER

    sizes = {
        "input": source.stat().st_size,
        "rows": sum(path.stat().st_size for path in out.glob("part-*")),
        "articles": sum(path.stat().st_size for path in Path(f"{out}.articles.parquet").glob("part-*")),
        "ledger": sum(path.stat().st_size for path in out.glob(f"{LEDGER}*")),
    }
    told = ", ".join(f"{name} {size / articles:.0f}" for name, size in sizes.items())
    print(f"bytes an article: {told}; {len(list(out.glob('part-*')))} shards")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["rates", "overhead", "growth", "folder", "ledger"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(names)}; default: all")
    parser.add_argument("--articles", type=int, default=1_000_000, metavar="N", help="so many real ones, drawn once")
    parser.add_argument("--few", type=int, default=10_000, metavar="N", help="invented articles (default 10,000)")
    parser.add_argument("--many", type=int, default=100_000, metavar="N", help="invented articles (default 100,000)")
    parser.add_argument("--turns", type=int, default=3, metavar="N", help="of overhead (default 3)")
    parser.add_argument("--shard", type=int, default=32, metavar="N", help="shard_articles (default 32)")
    parser.add_argument("--documents", type=int, default=1_000_000, metavar="N", help="of ledger (default 1,000,000)")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "starter", metavar="FOLDER")
    parser.add_argument("--small", type=Path, default=ROOT / "models" / "default", metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="exit with status 1 where a goal is missed")
    parser.add_argument("--inside", nargs=2, metavar=("STEP", "JSON"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        print(json.dumps(INSIDE[given.inside[0]](json.loads(given.inside[1]))))
        return 0
    if unknown := set(given.parts) - set(names):
        parser.error(f"no part {', '.join(sorted(unknown))}; known: {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given)
        parts = {"rates": bench.rates, "overhead": bench.overhead, "growth": bench.growth, "folder": bench.folder_}
        parts |= {"ledger": bench.ledger}
        met = run_parts(parts, given.parts)
    return int(given.check and not met)


if __name__ == "__main__":
    sys.exit(main())
