"""Generated cases through readers, ingest, cleaning, quotations and tables: how many, and how many go wrong.

usage: python benchmarks/fuzz.py [--seconds 120] [--seed 1] [--failures reports/fuzz] [--check] [PART ...]
       python benchmarks/fuzz.py --replay reports/fuzz/FILE

The seconds are shared out among the parts. A case goes wrong where anything but a reject, or an error of the project's
own for one, is raised, or where what has to hold does not (`_fuzz.py` says what). Each is written to a file for
--replay, and told in one line; faults that end in the same line of code are told once, and all are counted.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from _fuzz import PARTS, Case, Part
from _shared import ROOT
from hypothesis import HealthCheck, Phase, given, seed, settings

_ROUND = 200  # cases with one seed
_QUIET = settings(
    max_examples=_ROUND,
    database=None,
    derandomize=False,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@dataclass(slots=True)
class Tally:
    """What came of the cases of a part: the seconds are of the wall clock; a failure is its case and its fault."""

    cases: int = 0
    failures: int = 0
    seconds: float = 0.0
    kinds: dict[str, tuple[Case, str]] = field(default_factory=dict)


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def run(part: Part, *, first_seed: int, seconds: float = float("inf"), most: int | None = None) -> Tally:
    """Return what came of cases for so many seconds, or of so many cases; with the same seed, of the same ones."""
    tally, begun, number = Tally(), time.monotonic(), first_seed

    def over() -> bool:
        return time.monotonic() - begun >= seconds or (most is not None and tally.cases >= most)

    def one(case: Case) -> None:
        if over():
            return
        tally.cases += 1
        try:
            part.check(case)
        except Exception as error:  # whatever it is, it is what is looked for
            tally.failures += 1
            tally.kinds.setdefault(_place(error), (case, " ".join(str(error).split())[:200]))

    while not over():
        # Seeds of two runs do not meet before a million rounds.
        seed(number)(settings(parent=_QUIET)(given(part.cases)(one)))()
        number += 1_000_003
    tally.seconds = time.monotonic() - begun
    return tally


def tell(name: str, tally: Tally, folder: Path) -> None:
    """Print the line of a part, and one for each kind of failure, whose first case is written to a file."""
    rate = tally.cases / tally.seconds if tally.seconds else 0.0
    print(f"{name:<24}{tally.cases:>9}{tally.failures:>10}{tally.seconds:>9.0f}{rate:>9.0f}", flush=True)
    for number, (place, (case, message)) in enumerate(tally.kinds.items(), start=1):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name.replace(',', '').replace(' ', '-')}-{number}.json"
        path.write_text(json.dumps({"part": name, "case": repr(case), "fault": f"{place}: {message}"}) + "\n")
        print(f"  {path}: {place}: {message!r}")


def replay(path: Path) -> int:
    """Run one case that went wrong again, with its traceback."""
    kept = json.loads(path.read_text())
    PARTS[kept["part"]].check(ast.literal_eval(kept["case"]))
    print(f"{path}: nothing goes wrong now")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{'; '.join(PARTS)}; default: all")
    parser.add_argument("--seconds", type=float, default=120, metavar="N", help="for all parts together")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--failures", type=Path, default=ROOT / "reports" / "fuzz", metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="exit with status 1 where a case goes wrong")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one case again")
    arguments = parser.parse_args()
    if arguments.replay:
        return replay(arguments.replay)
    if unknown := [name for name in arguments.parts if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; known: {'; '.join(PARTS)}")
    chosen = arguments.parts or list(PARTS)
    print(f"{'part':<24}{'cases':>9}{'failures':>10}{'seconds':>9}{'cases/s':>9}")
    total = Tally()
    for name in chosen:
        tally = run(PARTS[name], first_seed=arguments.seed, seconds=arguments.seconds / len(chosen))
        tell(name, tally, arguments.failures)
        total.cases += tally.cases
        total.failures += tally.failures
        total.seconds += tally.seconds
    tell("all", total, arguments.failures)
    return int(arguments.check and total.failures > 0)


if __name__ == "__main__":
    sys.exit(main())
