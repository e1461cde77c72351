"""Bombs, and texts that steer a terminal or run in a spreadsheet, through the commands: bounded work, safe output."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import cells
from hostile import BLANKS, GOOD, STEERING, parquet_of_one_long_text, tarred, zipped
from hostile import member as tar_member

from pipeline.cli import main
from pipeline.files import sha256_text, write_jsonl
from pipeline.records import LABELS, Article, Segment
from pipeline.rows import SCORE_COLUMNS
from pipeline.storage import ARTICLE_SCHEMA, SCORE_SCHEMA, article_row, read_table, write_table

STARTER = Path(__file__).parents[2] / "models" / "starter"
GIGABYTE = 1 << 30
MEMORY = 3 * GIGABYTE // 2  # of address space: libraries take half of it before the first file
_STANCE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
from pipeline.cli import main
sys.exit(main(sys.argv[2:]))
"""
FORBIDDEN = {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F))}

limited = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: None) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def limited_run(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", _STANCE, str(MEMORY), *arguments]
    return subprocess.Popen(
        command, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def reasons(path: str) -> dict[str, set[str]]:
    """Return the reasons of a rejects file by the file they are about."""
    found: dict[str, set[str]] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        reject = json.loads(line)
        found.setdefault(reject["file"].removeprefix("in/").partition("::")[0], set()).add(reject["reason"])
    return found


@limited
def test_bombs_are_read_in_bounded_memory_and_time(folder: Path) -> None:
    (folder / "in/a.zip").write_bytes(zipped(("a.jsonl", BLANKS)))
    (folder / "in/b.jsonl.gz").write_bytes(gzip.compress(BLANKS, 1))
    (folder / "in/c.tar.gz").write_bytes(gzip.compress(tarred(tar_member("a.jsonl", BLANKS)), 1))
    (folder / "in/d.parquet").write_bytes(parquet_of_one_long_text(100 << 20, 1000))
    (folder / "in/e.html").write_bytes(b"<html><body>" + b"<i>" * 1_000_000 + GOOD.encode())
    (folder / "in/z.txt").write_text(GOOD, encoding="utf-8")
    begun = time.monotonic()
    process = limited_run("ingest", "in", "--out", "q.parquet", "--set", "html_seconds=1")
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert time.monotonic() - begun < 30
    found = reasons("q.rejected.jsonl")
    assert {name: found.pop(name) for name in ("a.zip", "b.jsonl.gz", "c.tar.gz", "d.parquet")} == {
        "a.zip": {"archive-bomb", "empty"},
        "b.jsonl.gz": {"archive-bomb", "empty"},
        "c.tar.gz": {"archive-bomb", "empty"},
        "d.parquet": {"archive-bomb"},
    }
    assert found.keys() <= {"e.html"}  # what the parser makes of them depends on its version
    assert set().union(*found.values()) <= {"parser-timeout", "parser-failed", "empty"}
    assert [row["source"] for row in read_table(Path("q.parquet"))][-1] == "z.txt"


@limited
@pytest.mark.slow
def test_a_line_of_two_gigabytes_on_standard_input_is_one_reject(folder: Path) -> None:
    process = limited_run("ingest", "-", "--out", "q.parquet", stdin=subprocess.PIPE)
    assert process.stdin is not None
    pipe = process.stdin.buffer
    pipe.write(b'{"text": "')
    for _ in range(2048):
        pipe.write(b"word " * 209_716)
    pipe.write(b'"}\n' + json.dumps({"text": GOOD, "id": "after"}).encode())
    pipe.close()
    process.stdin = None
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert reasons("q.rejected.jsonl") == {"-": {"too-large"}}
    assert [row["source"] for row in read_table(Path("q.parquet"))] == ["stdin#after"]


def test_score_reads_past_hostile_files_too(folder: Path) -> None:
    (folder / "in/a.zip").write_bytes(zipped(("a.zip", b"PK"), ("../b.txt", GOOD.encode()), ("c.txt", GOOD.encode())))
    (folder / "in/b.tar").write_bytes(tarred(*[tar_member("x", b"12 path=abc\n", b"x")] * 3000))
    (folder / "in/c.jsonl").write_text('{"\\ud800": 1}\n{"text": "a", "id": 1e400}\n', encoding="utf-8")
    assert main(["score", "in", "--model", str(STARTER), "--out", "s.csv"]) == 0
    assert reasons("s.rejected.jsonl") == {
        "a.zip": {"nested-archive", "unsafe-member"},
        "b.tar": {"broken-archive"},
        "c.jsonl": {"no-text-column", "no-article"},
    }
    assert [row["source"] for row in read_table(Path("s.csv"))] == ["a.zip::c.txt"]


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_no_name_and_no_text_steers_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str], strict: tuple[str, ...]
) -> None:
    name = f"a\n{STEERING}"
    (folder / "in" / f"{name}.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    row = {"text": f"{GOOD} {STEERING}", "title": STEERING, "id": STEERING, "outlet": STEERING}
    (folder / "in" / f"{name}.jsonl").write_text(json.dumps(row) + '\n{"\\u001b[2J": 1}\n', encoding="utf-8")
    assert main(["ingest", "in", f"in/{name}.jsonl", "--out", f"{name}.parquet", *strict]) == (2 if strict else 0)
    out, err = capsys.readouterr()
    assert not set(out + err) & FORBIDDEN
    if strict:
        assert err.startswith("error: in/a \\u001b[2J")
        assert err.count("\n") == 1
        return
    assert "wrote       a\\n\\u001b[2J" in out.replace("articles", "")
    assert not set(Path(f"{name}.rejected.jsonl").read_text(encoding="utf-8")) & FORBIDDEN


def test_no_scored_row_steers_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = {"speaker": f"Ada {STEERING}", "outlet": STEERING, "target": STEERING, "title": STEERING}
    rows = [cells(n, LABELS[n % 3], text=f"“{STEERING} {n}”", published=STEERING, **hostile) for n in range(1, 9)]
    write_jsonl(Path("s.jsonl"), rows)
    for command in ("summary s.jsonl", "summary s.jsonl --json", "estimate s.jsonl", "network s.jsonl"):
        assert main(command.split()) == 0, command
        out, err = capsys.readouterr()
        assert not set(out + err) & FORBIDDEN, command
        assert "[2J" in out + err, command


def test_messages_of_the_log_are_one_line(folder: Path) -> None:
    code = f"""
import logging
from pipeline.streams import log_to_stderr
log_to_stderr(logging.WARNING)
logging.warning({STEERING!r} + chr(10))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.startswith("\\u001b[2J")
    assert done.stderr.endswith("31m\\n\n")


def test_markup_in_an_article_is_text_on_every_page(folder: Path) -> None:
    markup = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    row = {"text": f"{GOOD} “{markup} is what we say,” said Bo Lund.", "title": markup, "outlet": markup, "id": markup}
    (folder / "in/a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert main(["quotes", "in", "--html", "quotes.html"]) == 0
    write_jsonl(Path("s.jsonl"), [cells(1, text=f"“{markup}”", speaker=markup, outlet=markup, target=markup)])
    assert main(["browse", "s.jsonl", "--out", "browse.html", "--title", markup]) == 0
    for page in ("quotes.html", "browse.html"):
        text = Path(page).read_text(encoding="utf-8")
        assert "alert(1)" in text, page
        assert "<script>alert" not in text, page
        assert "<img src=x" not in re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL), (
            page
        )


# --- cells that a spreadsheet would run

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", '=HYPERLINK("http://halden.invalid","x")')
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def formula_rows() -> list[dict[str, Any]]:
    """Return rows in which every text that an article decides on is a formula."""
    names = ("speaker", "outlet", "target", "title", "context", "published", "speaker_role", "cue")
    rows = []
    for n in range(36):
        formula = FORMULAS[n % len(FORMULAS)]
        texts = dict.fromkeys(names, formula) | {"text": f"{formula} said {n}", "source": f"{formula}{n}.txt"}
        rows.append(cells(n, LABELS[n // 9 % 3], **texts))
    return rows


def article_of(row: dict[str, Any]) -> Article:
    text = "x" * row["start"] + row["text"]
    whole = (Segment(0, len(text), 0, len(text)),)
    return Article(row["article_id"], text, row["source"], raw_sha256=sha256_text(text), has_raw=False, segments=whole)


def test_no_table_of_ours_holds_a_formula(folder: Path) -> None:
    rows = formula_rows()
    write_table(Path("s.csv"), rows, SCORE_SCHEMA)
    write_table(Path("s.parquet"), rows, SCORE_SCHEMA)
    write_table(Path("s.articles.parquet"), [article_row(article_of(row)) for row in rows], ARTICLE_SCHEMA)
    assert read_table(Path("s.csv")) == [{name: row[name] for name in SCORE_COLUMNS} for row in rows]
    for command in (
        "summary s.parquet --csv tables",
        "estimate s.parquet --by speaker,outlet,target --out shares.csv",
        "network s.parquet --out net",
        "actors propose s.parquet --out actors.csv",
        "annotate sample s.parquet --n 12 --out sample.csv",
        "annotate next s.parquet --count 5 --out next.csv",
        "annotate export s.parquet --out sheet.csv",
    ):
        assert main(command.split()) == 0, command
    found = sorted(folder.rglob("*.csv"))
    assert len(found) >= 12
    for path in found:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            table = list(csv.reader(handle))
        assert len(table) > 1, path
        cells_of = [cell for line in table for cell in line]
        assert not [cell for cell in cells_of if cell.startswith(STARTS) and not _is_number(cell)], path
    assert sum("=HYPERLINK" in path.read_text(encoding="utf-8-sig") for path in found) >= 8


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "+" not in cell
