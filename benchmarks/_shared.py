"""What the benchmarks have in common: the data beside the project, the tools that score, and a baseline."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / os.environ.get("QUOTESTANCE_SHARED", "../shared")

_STANCE = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"

_QUOTED = re.compile(r"[“\"][^“”\"]+[”\"]")
_NAME = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)"
_SAID = r"(?:said|says|told|added)"
_AFTER = re.compile(rf"\s*(?:{_SAID} (?:the )?{_NAME}|{_NAME} {_SAID}\b)")
_BEFORE = re.compile(rf"{_NAME} {_SAID}[,:]?\s*\Z")
_MARKS = "\"“”‘’'„«» \n\t"


class Absent(Exception):
    """Something that a benchmark needs is not here; says what, and what to do."""


def need(*names: str) -> list[Path]:
    """Return the paths of files beside the project, or raise ``Absent`` where one is missing."""
    paths = [SHARED / name for name in names]
    for path in paths:
        if not path.exists():
            raise Absent(
                f"{path} is not here; set QUOTESTANCE_SHARED to the folder that holds seeds/, data/ and bench/"
            )
    return paths


def run_parts(parts: Mapping[str, Callable[[], bool]], chosen: list[str]) -> bool:
    """Run the chosen parts (none chosen: all), tell which are skipped and why; return whether every goal was met."""
    met = True
    for name in chosen or parts:
        print(f"\n== {name}")
        try:
            met &= parts[name]()
        except Absent as reason:
            print(f"skipped: {reason}")
    return met


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSONL file, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def write_rows(path: Path, rows: Any) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def stance(*arguments: object) -> None:
    """Run the command ``stance`` in a process of its own, with the project's configuration."""
    subprocess.run(
        [sys.executable, "-c", _STANCE, *map(str, arguments)], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )


def scored_by(script: Path, *arguments: object) -> tuple[dict[str, Any], str]:
    """Return the JSON that a scoring script prints, and what it prints after it."""
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)], check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    result, end = json.JSONDecoder().raw_decode(done.stdout)
    return result, done.stdout[end:].strip()


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without marks, spaces and closing punctuation at its ends."""
    while start < end and text[start] in _MARKS:
        start += 1
    while end > start and text[end - 1] in _MARKS + ",.;":
        end -= 1
    return start, end


def naive_quotes(text: str) -> list[tuple[int, int, str | None]]:
    """Return (start, end, speaker) by two regular expressions: the baseline that everything else has to beat."""
    found = []
    for match in _QUOTED.finditer(text):
        said = _AFTER.match(text, match.end()) or _BEFORE.search(text, max(0, match.start() - 60), match.start())
        found.append((*match.span(), said[said.lastindex or 0] if said else None))
    return found
